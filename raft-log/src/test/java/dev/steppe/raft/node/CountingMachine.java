package dev.steppe.raft.node;

import dev.steppe.base.OperatingFault;
import dev.steppe.raft.api.RoleListener;
import dev.steppe.raft.api.machine.EntryPosition;
import dev.steppe.raft.api.machine.SnapshotImage;
import dev.steppe.raft.api.machine.SnapshotSink;
import dev.steppe.raft.api.machine.SnapshotSource;
import dev.steppe.raft.api.machine.StateMachine;
import java.util.ArrayList;
import java.util.List;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/** A state machine whose commands are numbers: remembers them in order, answers how many there were. */
final class CountingMachine implements StateMachine<Long>, RoleListener {
    final List<Long> commands = new ArrayList<>();
    final List<String> roles = new ArrayList<>();
    long appliedIndex;
    /** What this machine has got wrong, as only its hash shows. */
    long error;

    int restoreCount;

    private long lastIndex;
    private long lastLogTimeMs;
    private long hash;

    @Override
    public Long apply(EntryPosition at, DirectBuffer buffer, int offset, int length) {
        if (at.index() <= lastIndex || at.logTimeMs() < lastLogTimeMs) {
            throw new AssertionError("entry out of order: " + at.index() + " at " + at.logTimeMs() + " ms");
        }
        lastIndex = at.index();
        lastLogTimeMs = at.logTimeMs();
        long number = buffer.getLong(offset);
        commands.add(number);
        for (long part : new long[] {at.index(), at.term(), at.logTimeMs(), number, length}) {
            hash = (hash ^ part) * 0x9E3779B97F4A7C15L;
            hash ^= hash >>> 29;
        }
        return (long) commands.size();
    }

    @Override
    public void applied(long index, long logTimeMs) {
        appliedIndex = index;
    }

    @Override
    public long stateHash() {
        return hash ^ error;
    }

    @Override
    public SnapshotImage capture() {
        long[] words = new long[4 + commands.size()];
        words[0] = lastIndex;
        words[1] = lastLogTimeMs;
        words[2] = hash;
        words[3] = commands.size();
        for (int i = 0; i < commands.size(); i++) {
            words[4 + i] = commands.get(i);
        }
        return new SnapshotImage() {
            private int writtenCount;

            @Override
            public boolean writeTo(SnapshotSink sink) throws OperatingFault {
                int count = Math.min(1_024, words.length - writtenCount);
                UnsafeBuffer piece = new UnsafeBuffer(new byte[count * Long.BYTES]);
                for (int i = 0; i < count; i++) {
                    piece.putLong(i * Long.BYTES, words[writtenCount + i]);
                }
                sink.put(piece, 0, piece.capacity());
                writtenCount += count;
                return writtenCount == words.length;
            }
        };
    }

    @Override
    public void restore(SnapshotSource source) throws OperatingFault {
        lastIndex = nextWord(source);
        lastLogTimeMs = nextWord(source);
        hash = nextWord(source);
        long count = nextWord(source);
        commands.clear();
        for (long i = 0; i < count; i++) {
            commands.add(nextWord(source));
        }
        restoreCount++;
    }

    private static long nextWord(SnapshotSource source) throws OperatingFault {
        UnsafeBuffer word = new UnsafeBuffer(new byte[Long.BYTES]);
        int readBytes = 0;
        while (readBytes < Long.BYTES) {
            int more = source.read(word, readBytes, Long.BYTES - readBytes);
            if (more == SnapshotSource.END) {
                throw new OperatingFault("the image ends inside a word");
            }
            readBytes += more;
        }
        return word.getLong(0);
    }

    @Override
    public void onLeader(long term) {
        roles.add("leader " + term);
    }

    @Override
    public void onFollower(long term, int leaderId) {
        roles.add("follower " + term + " of " + leaderId);
    }
}
