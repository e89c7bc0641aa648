package dev.steppe.raft.core;

import dev.steppe.base.Invariant;
import dev.steppe.raft.core.RaftCore.Role;
import dev.steppe.raft.message.RaftMessage.Sender;

/**
 * Where this member stands: term, vote, role, known leader, and how far its log has come. The parts of the core share
 * it; each change of it goes through a method here that checks what must hold.
 */
final class Standing {
    final CoreSettings settings;
    final LogShape shape;
    private long term;
    private int votedFor;
    private long hardSequence;
    private long vaultForced;
    private Role role = Role.FOLLOWER;
    private int leaderId = CoreSettings.NOBODY;
    private long forcedIndex;
    private long cutCount;
    private long commitIndex;

    Standing(CoreSettings settings, long term, int votedFor, LogShape shape) {
        if (term < shape.lastTerm()) {
            throw Invariant.broken("the log is ahead of the vault: term, last term", term, shape.lastTerm());
        }
        this.settings = settings;
        this.shape = shape;
        this.term = term;
        this.votedFor = votedFor;
        forcedIndex = shape.lastIndex();
    }

    private Standing(Standing other) {
        settings = other.settings;
        shape = other.shape.copy();
        term = other.term;
        votedFor = other.votedFor;
        hardSequence = other.hardSequence;
        vaultForced = other.vaultForced;
        role = other.role;
        leaderId = other.leaderId;
        forcedIndex = other.forcedIndex;
        cutCount = other.cutCount;
        commitIndex = other.commitIndex;
    }

    /** Who speaks when this member does, as of now. */
    Sender sender() {
        return new Sender(settings.memberId(), settings.directoryId(), settings.incarnation(), term);
    }

    Standing copy() {
        return new Standing(this);
    }

    long term() {
        return term;
    }

    int votedFor() {
        return votedFor;
    }

    Role role() {
        return role;
    }

    int leaderId() {
        return leaderId;
    }

    /** Number of the latest term and vote; 0 = as recovered. Every message that tells the term waits for it. */
    long hardSequence() {
        return hardSequence;
    }

    long vaultForced() {
        return vaultForced;
    }

    long forcedIndex() {
        return forcedIndex;
    }

    long cutCount() {
        return cutCount;
    }

    long commitIndex() {
        return commitIndex;
    }

    /** A later term than ours is known: follow in it, with no vote given and no leader known. */
    void enterTerm(long laterTerm) {
        if (laterTerm <= term) {
            throw Invariant.broken("a term must grow: current, entered", term, laterTerm);
        }
        term = laterTerm;
        votedFor = CoreSettings.NOBODY;
        hardSequence++;
        become(Role.FOLLOWER, CoreSettings.NOBODY);
    }

    /** Gives the one vote of this term. */
    void vote(int memberId) {
        if (votedFor == memberId) {
            return;
        }
        if (votedFor != CoreSettings.NOBODY) {
            throw Invariant.broken("second vote in one term: term, first, second", term, votedFor, memberId);
        }
        votedFor = memberId;
        hardSequence++;
    }

    void become(Role newRole, int newLeaderId) {
        role = newRole;
        leaderId = newLeaderId;
    }

    void vaultForced(long sequence) {
        if (sequence > hardSequence) {
            throw Invariant.broken("vault ahead of the core: forced, known", sequence, hardSequence);
        }
        vaultForced = Math.max(vaultForced, sequence);
    }

    /** Takes a notice of the log; true if more is forced than was known. */
    boolean forced(long index, long noticeCutCount) {
        if (noticeCutCount != cutCount) {
            // From before the latest cut: what was forced then may not be what stands at these indexes now.
            return false;
        }
        if (index > shape.lastIndex()) {
            throw Invariant.broken("forced beyond the log: forced, last", index, shape.lastIndex());
        }
        boolean more = index > forcedIndex;
        forcedIndex = Math.max(forcedIndex, index);
        return more;
    }

    /** Cuts off {@code fromIndex} and all behind it. What is committed is never cut. */
    void cutFrom(long fromIndex) {
        if (fromIndex <= commitIndex) {
            throw Invariant.broken("cut of a committed entry: from, commit", fromIndex, commitIndex);
        }
        shape.cutAfter(fromIndex - 1);
        forcedIndex = Math.min(forcedIndex, fromIndex - 1);
        cutCount++;
    }

    /** Raises the commit index; a lower one changes nothing. */
    void commit(long index) {
        if (index > shape.lastIndex()) {
            throw Invariant.broken("commit beyond the log: commit, last", index, shape.lastIndex());
        }
        commitIndex = Math.max(commitIndex, index);
    }

    long fold(long hash) {
        long folded = shape.fold(fold(fold(hash, term), votedFor));
        folded = fold(fold(folded, hardSequence), vaultForced);
        folded = fold(fold(folded, role.name().hashCode()), leaderId);
        return fold(fold(fold(folded, forcedIndex), cutCount), commitIndex);
    }

    /** One step of a hash: every bit of {@code value} reaches every bit of the result. */
    static long fold(long hash, long value) {
        long mixed = (hash ^ value) * 0x9E3779B97F4A7C15L;
        mixed = (mixed ^ (mixed >>> 32)) * 0xD6E8FEB86659FD93L;
        return mixed ^ (mixed >>> 32);
    }
}
