package dev.steppe.sim.raft;

import dev.steppe.check.ClientChecker;
import dev.steppe.check.InvariantViolated;
import dev.steppe.raft.api.EntryPosition;
import dev.steppe.raft.api.RoleListener;
import dev.steppe.raft.api.StateMachine;
import org.agrona.DirectBuffer;

/** A list that commands append to. Its hash names the whole list, and a proposer is told the hash up to its command. */
final class RegisterMachine implements StateMachine<Long>, RoleListener {
    private final int memberId;
    private final ClientChecker checker;
    private long hash;
    private long lastIndex;
    private long appliedIndex;
    private long lastLogTimeMs;

    RegisterMachine(int memberId, ClientChecker checker) {
        this.memberId = memberId;
        this.checker = checker;
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

    private static long fold(long hash, long value) {
        long mixed = (hash ^ value) * 0x9E3779B97F4A7C15L;
        return mixed ^ (mixed >>> 29);
    }
}
