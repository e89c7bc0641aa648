package dev.steppe.raft.node;

import dev.steppe.raft.api.EntryPosition;
import dev.steppe.raft.api.RoleListener;
import dev.steppe.raft.api.StateMachine;
import java.util.ArrayList;
import java.util.List;
import org.agrona.DirectBuffer;

/** A state machine whose commands are numbers: remembers them in order, answers how many there were. */
final class CountingMachine implements StateMachine<Long>, RoleListener {
    final List<Long> commands = new ArrayList<>();
    final List<String> roles = new ArrayList<>();
    long appliedIndex;
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
        return hash;
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
