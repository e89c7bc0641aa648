package dev.steppe.fault;

import dev.steppe.base.OperatingFault;
import dev.steppe.raft.api.RoleListener;
import dev.steppe.raft.api.machine.EntryPosition;
import dev.steppe.raft.api.machine.SnapshotImage;
import dev.steppe.raft.api.machine.SnapshotSink;
import dev.steppe.raft.api.machine.SnapshotSource;
import dev.steppe.raft.api.machine.StateMachine;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.agrona.DirectBuffer;
import org.agrona.ExpandableArrayBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * A state machine that keeps every command whole, so that its snapshots are as long as all that it was told. A command
 * is a number, 8 bytes, and {@link #COMMAND_BYTES} - 8 bytes that follow from it. Owned by the apply agent; the counts
 * may be read by any thread.
 */
final class KeepingMachine implements StateMachine<Long>, RoleListener {
    static final int COMMAND_BYTES = 4 << 10;

    final AtomicInteger restoreCount = new AtomicInteger();
    final AtomicInteger commandCount = new AtomicInteger();
    private final AtomicLong hash = new AtomicLong();
    private ExpandableArrayBuffer commands = new ExpandableArrayBuffer();
    private long lastIndex;

    /** The whole command of {@code number}. */
    static UnsafeBuffer command(long number) {
        UnsafeBuffer bytes = new UnsafeBuffer(new byte[COMMAND_BYTES]);
        for (int at = 0; at < COMMAND_BYTES; at += Long.BYTES) {
            bytes.putLong(at, number + at);
        }
        return bytes;
    }

    @Override
    public Long apply(EntryPosition at, DirectBuffer buffer, int offset, int length) {
        if (at.index() <= lastIndex || length != COMMAND_BYTES) {
            throw new AssertionError("entry out of order, or another than was proposed: " + at.index());
        }
        lastIndex = at.index();
        return take(buffer, offset);
    }

    private long take(DirectBuffer buffer, int offset) {
        long number = buffer.getLong(offset);
        if (command(number).compareTo(new UnsafeBuffer(buffer, offset, COMMAND_BYTES)) != 0) {
            throw new AssertionError("command " + number + " is not what was proposed");
        }
        int count = commandCount.get();
        commands.putBytes(count * COMMAND_BYTES, buffer, offset, COMMAND_BYTES);
        long mixed = (hash.get() ^ number) * 0x9E3779B97F4A7C15L;
        hash.set(mixed ^ mixed >>> 29);
        commandCount.set(count + 1);
        return count + 1L;
    }

    /** The numbers of all commands, in order; for a member that is closed or at rest. */
    long[] numbers() {
        long[] numbers = new long[commandCount.get()];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = commands.getLong(i * COMMAND_BYTES);
        }
        return numbers;
    }

    @Override
    public void applied(long index, long logTimeMs) {
        lastIndex = Math.max(lastIndex, index);
    }

    @Override
    public long stateHash() {
        return hash.get();
    }

    @Override
    public SnapshotImage capture() {
        UnsafeBuffer image = new UnsafeBuffer(new byte[commandCount.get() * COMMAND_BYTES]);
        commands.getBytes(0, image, 0, image.capacity());
        return new SnapshotImage() {
            private int writtenBytes;

            @Override
            public boolean writeTo(SnapshotSink sink) throws OperatingFault {
                int pieceBytes = Math.min(64 << 10, image.capacity() - writtenBytes);
                sink.put(image, writtenBytes, pieceBytes);
                writtenBytes += pieceBytes;
                return writtenBytes == image.capacity();
            }
        };
    }

    @Override
    public void restore(SnapshotSource source) throws OperatingFault {
        restoreCount.incrementAndGet(); // First: who sees what came of it sees this.
        commands = new ExpandableArrayBuffer();
        commandCount.set(0);
        hash.set(0);
        UnsafeBuffer command = new UnsafeBuffer(new byte[COMMAND_BYTES]);
        int haveBytes = 0;
        while (true) {
            int moreBytes = source.read(command, haveBytes, COMMAND_BYTES - haveBytes);
            if (moreBytes == SnapshotSource.END) {
                break;
            }
            haveBytes += moreBytes;
            if (haveBytes == COMMAND_BYTES) {
                take(command, 0);
                haveBytes = 0;
            }
        }
        if (haveBytes != 0) {
            throw new OperatingFault("the image ends inside a command");
        }
    }

    @Override
    public void onLeader(long term) {
        // The status of the server says so.
    }

    @Override
    public void onFollower(long term, int leaderId) {
        // The status of the server says so.
    }
}
