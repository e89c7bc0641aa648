package dev.steppe.sim.raft;

import dev.steppe.base.OperatingFault;
import dev.steppe.check.ClientChecker;
import dev.steppe.check.InvariantViolated;
import dev.steppe.raft.api.RoleListener;
import dev.steppe.raft.api.machine.EntryPosition;
import dev.steppe.raft.api.machine.SnapshotImage;
import dev.steppe.raft.api.machine.SnapshotSink;
import dev.steppe.raft.api.machine.SnapshotSource;
import dev.steppe.raft.api.machine.StateMachine;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

/**
 * A list that commands append to. Its hash names the whole list, and a proposer is told the hash up to its command. An
 * image holds the hash and as many bytes that follow from it as the list would have, up to a bound.
 */
final class RegisterMachine implements StateMachine<Long>, RoleListener {
    private static final int HEAD_BYTES = 4 * Long.BYTES;
    private static final int PIECE_BYTES = 4_096;

    private final int memberId;
    private final ClientChecker checker;
    private final int imageBytes;
    private long hash;
    private long lastIndex;
    private long appliedIndex;
    private long lastLogTimeMs;

    /** An empty list, whose images are {@code imageBytes} long, or that makes none if that is 0. */
    RegisterMachine(int memberId, ClientChecker checker, int imageBytes) {
        this.memberId = memberId;
        this.checker = checker;
        this.imageBytes = imageBytes;
    }

    @Override
    public Long apply(EntryPosition at, DirectBuffer buffer, int offset, int length) {
        if (at.index() <= lastIndex || at.logTimeMs() < lastLogTimeMs) {
            throw new InvariantViolated(
                    "R6", "member " + memberId + " applies entry " + at.index() + " after " + lastIndex);
        }
        lastIndex = at.index();
        lastLogTimeMs = at.logTimeMs();
        long commandId = buffer.getLong(offset);
        hash = fold(fold(fold(hash, commandId), at.index()), at.logTimeMs());
        for (int i = Long.BYTES; i < length; i++) {
            hash = fold(hash, buffer.getByte(offset + i));
        }
        checker.applied(memberId, lastIndex, commandId, hash);
        return hash;
    }

    @Override
    public void applied(long index, long logTimeMs) {
        if (index < appliedIndex) {
            throw new InvariantViolated("R6", "member " + memberId + " applied " + index + " after " + appliedIndex);
        }
        appliedIndex = index;
    }

    @Override
    public long stateHash() {
        return hash;
    }

    @Override
    public @Nullable SnapshotImage capture() {
        if (imageBytes == 0) {
            return null;
        }
        UnsafeBuffer head = new UnsafeBuffer(new byte[HEAD_BYTES]);
        head.putLong(0, hash);
        head.putLong(Long.BYTES, lastIndex);
        head.putLong(2 * Long.BYTES, lastLogTimeMs);
        head.putLong(3 * Long.BYTES, imageBytes);
        return new Image(head);
    }

    @Override
    public void restore(SnapshotSource source) throws OperatingFault {
        UnsafeBuffer head = new UnsafeBuffer(new byte[HEAD_BYTES]);
        readFully(source, head, HEAD_BYTES);
        hash = head.getLong(0);
        lastIndex = head.getLong(Long.BYTES);
        lastLogTimeMs = head.getLong(2 * Long.BYTES);
        long leftBytes = head.getLong(3 * Long.BYTES);
        long expected = hash;
        UnsafeBuffer word = new UnsafeBuffer(new byte[Long.BYTES]);
        for (long left = leftBytes; left >= Long.BYTES; left -= Long.BYTES) {
            readFully(source, word, Long.BYTES);
            expected = fold(expected, left);
            if (word.getLong(0) != expected) {
                throw new InvariantViolated("S18", "member " + memberId + " restores bytes that nobody wrote");
            }
        }
        if (source.read(word, 0, 1) != SnapshotSource.END) {
            throw new InvariantViolated("S18", "member " + memberId + " restores more than was written");
        }
        checker.restored(memberId, lastIndex, hash);
    }

    @Override
    public void onLeader(long term) {}

    @Override
    public void onFollower(long term, int leaderId) {}

    /** Index of the last command in the list, 0 if it is empty. */
    long lastIndex() {
        return lastIndex;
    }

    /** Last entry of any kind that was applied and published. */
    long appliedIndex() {
        return appliedIndex;
    }

    private void readFully(SnapshotSource source, UnsafeBuffer target, int length) throws OperatingFault {
        int offset = 0;
        while (offset < length) {
            int readBytes = source.read(target, offset, length - offset);
            if (readBytes == SnapshotSource.END) {
                throw new InvariantViolated("S18", "member " + memberId + " restores less than was written");
            }
            offset += readBytes;
        }
    }

    private static long fold(long hash, long value) {
        long mixed = (hash ^ value) * 0x9E3779B97F4A7C15L;
        return mixed ^ (mixed >>> 29);
    }

    /** The head, and words that follow from it. */
    private static final class Image implements SnapshotImage {
        private final UnsafeBuffer head;
        private final UnsafeBuffer piece = new UnsafeBuffer(new byte[PIECE_BYTES]);
        private long word;
        private long leftBytes;
        private boolean isHeadWritten;

        Image(UnsafeBuffer head) {
            this.head = head;
            word = head.getLong(0);
            leftBytes = head.getLong(3 * Long.BYTES);
        }

        @Override
        public boolean writeTo(SnapshotSink sink) throws OperatingFault {
            if (!isHeadWritten) {
                isHeadWritten = true;
                sink.put(head, 0, HEAD_BYTES);
                return leftBytes < Long.BYTES;
            }
            int offset = 0;
            while (offset < PIECE_BYTES && leftBytes >= Long.BYTES) {
                word = fold(word, leftBytes);
                piece.putLong(offset, word);
                offset += Long.BYTES;
                leftBytes -= Long.BYTES;
            }
            sink.put(piece, 0, offset);
            return leftBytes < Long.BYTES;
        }
    }
}
