package dev.steppe.realdisk.server;

import dev.steppe.base.OperatingFault;
import dev.steppe.raft.api.RoleListener;
import dev.steppe.raft.api.machine.EntryPosition;
import dev.steppe.raft.api.machine.SnapshotImage;
import dev.steppe.raft.api.machine.SnapshotSink;
import dev.steppe.raft.api.machine.SnapshotSource;
import dev.steppe.raft.api.machine.StateMachine;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * A state machine that is one hash over everything that was ever applied, and the hashes behind the last
 * {@link #WINDOW} commands. Equal hashes at one index mean equal pasts, so that a single acknowledged (index, hash)
 * that is found again vouches for all that were acknowledged before it. Owned by the apply agent.
 */
public final class HashedCommands implements StateMachine<Long>, RoleListener {
    /** Commands whose index and hash are kept; more than a few lives can leave unacknowledged. */
    public static final int WINDOW = 1_024;

    private final long[] indexes = new long[WINDOW];
    private final long[] hashes = new long[WINDOW];
    private long commandCount;
    private long lastIndex;
    private long hash;

    @Override
    public Long apply(EntryPosition at, DirectBuffer buffer, int offset, int length) {
        if (at.index() <= lastIndex) {
            throw new IllegalStateException("entry out of order: " + at.index() + " behind " + lastIndex);
        }
        lastIndex = at.index();
        for (long part : new long[] {at.index(), at.term(), at.logTimeMs(), length, buffer.getLong(offset)}) {
            hash = (hash ^ part) * 0x9E3779B97F4A7C15L;
            hash ^= hash >>> 29;
        }
        int place = (int) (commandCount++ % WINDOW);
        indexes[place] = lastIndex;
        hashes[place] = hash;
        return hash;
    }

    @Override
    public void applied(long index, long logTimeMs) {
        // Nobody reads this state before the process that made it has ended.
    }

    @Override
    public long stateHash() {
        return hash;
    }

    /** Index and hash of the last commands, ascending; a copy. Not while the apply agent runs. */
    public NavigableMap<Long, Long> window() {
        NavigableMap<Long, Long> window = new TreeMap<>();
        for (int i = 0; i < Math.min(commandCount, WINDOW); i++) {
            window.put(indexes[i], hashes[i]);
        }
        return window;
    }

    @Override
    public SnapshotImage capture() {
        UnsafeBuffer image = new UnsafeBuffer(new byte[(3 + 2 * WINDOW) * Long.BYTES]);
        image.putLong(0, commandCount);
        image.putLong(8, lastIndex);
        image.putLong(16, hash);
        for (int i = 0; i < WINDOW; i++) {
            image.putLong(24 + 16 * i, indexes[i]);
            image.putLong(32 + 16 * i, hashes[i]);
        }
        return new SnapshotImage() {
            @Override
            public boolean writeTo(SnapshotSink sink) throws OperatingFault {
                sink.put(image, 0, image.capacity());
                return true;
            }
        };
    }

    @Override
    public void restore(SnapshotSource source) throws OperatingFault {
        commandCount = nextWord(source);
        lastIndex = nextWord(source);
        hash = nextWord(source);
        for (int i = 0; i < WINDOW; i++) {
            indexes[i] = nextWord(source);
            hashes[i] = nextWord(source);
        }
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
        // The load finds out by proposing.
    }

    @Override
    public void onFollower(long term, int leaderId) {
        // The load finds out by proposing.
    }
}
