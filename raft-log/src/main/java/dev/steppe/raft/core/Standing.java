package dev.steppe.raft.core;

import dev.steppe.base.Invariant;
import dev.steppe.raft.core.RaftCore.Recovered;
import dev.steppe.raft.core.RaftCore.Role;
import dev.steppe.raft.core.track.MembershipStack;
import dev.steppe.raft.core.track.Quarantine;
import dev.steppe.raft.core.track.SnapshotPosition;
import dev.steppe.raft.core.track.StateHash;
import dev.steppe.raft.message.RaftMessage;
import dev.steppe.raft.message.RaftMessage.Sender;
import dev.steppe.raft.quorum.Membership;
import org.jspecify.annotations.Nullable;

/**
 * Where this member stands: term, vote, quarantine, role, known leader, membership, and how far its log and its
 * snapshots have come. The parts of the core share it; each change of it goes through a method here that checks what
 * must hold.
 */
final class Standing {
    final CoreSettings settings;
    final LogShape shape;
    final MembershipStack memberships;
    final Snapshots snapshots;
    private final HardState hard;
    private Role role = Role.FOLLOWER;
    private int leaderId = CoreSettings.NOBODY;
    private long forcedIndex;
    private long cutCount;
    private long commitIndex;
    private boolean isInstalling;
    private long electionMinNs;

    /** What the vault keeps, and how far it has come with that. */
    private static final class HardState {
        private long term;
        private int votedFor;
        private Quarantine quarantine;
        private long sequence;
        private long forcedSequence;
        /** Once the vault has forced this number, the end of the quarantine is durable. */
        private long healedSequence;

        HardState(long term, int votedFor, Quarantine quarantine) {
            this.term = term;
            this.votedFor = votedFor;
            this.quarantine = quarantine;
        }

        HardState copy() {
            HardState copy = new HardState(term, votedFor, quarantine);
            copy.sequence = sequence;
            copy.forcedSequence = forcedSequence;
            copy.healedSequence = healedSequence;
            return copy;
        }
    }

    /** The local snapshots that can be handed on: the newest, and the one before it as long as it is there. */
    static final class Snapshots {
        private @Nullable SnapshotPosition newest;
        private @Nullable SnapshotPosition older;

        @Nullable
        SnapshotPosition newest() {
            return newest;
        }

        boolean isHere(long index) {
            return (newest != null && newest.index() == index) || (older != null && older.index() == index);
        }

        long newestIndex() {
            return newest == null ? 0 : newest.index();
        }

        private long fold(long hash) {
            return StateHash.fold(StateHash.fold(hash, newestIndex()), older == null ? 0 : older.index());
        }
    }

    Standing(CoreSettings settings, Recovered recovered) {
        LogShape log = recovered.shape();
        if (recovered.term() < log.lastTerm()) {
            throw Invariant.broken("the log is ahead of the vault: term, last term", recovered.term(), log.lastTerm());
        }
        this.settings = settings;
        electionMinNs = settings.times().firstMinNs();
        shape = log;
        memberships = recovered.memberships();
        snapshots = new Snapshots();
        hard = new HardState(recovered.term(), recovered.votedFor(), recovered.quarantine());
        forcedIndex = log.lastIndex();
        SnapshotPosition snapshot = recovered.snapshot();
        snapshots.newest = snapshot;
        if (snapshot != null && !log.has(snapshot.index(), snapshot.term())) {
            throw Invariant.broken(
                    "log and snapshot do not meet: snapshot, base, last",
                    snapshot.index(),
                    log.baseIndex(),
                    log.lastIndex());
        }
        if (memberships.latestIndex() > log.lastIndex() || log.baseIndex() > snapshots.newestIndex()) {
            throw Invariant.broken(
                    "the log does not meet what is said of it: base, snapshot, latest membership",
                    log.baseIndex(),
                    snapshots.newestIndex(),
                    memberships.latestIndex());
        }
        // What a snapshot contains was committed when it was taken.
        commitIndex = snapshots.newestIndex();
    }

    private Standing(Standing other) {
        settings = other.settings;
        shape = other.shape.copy();
        memberships = other.memberships.copy();
        snapshots = new Snapshots();
        snapshots.newest = other.snapshots.newest;
        snapshots.older = other.snapshots.older;
        hard = other.hard.copy();
        role = other.role;
        leaderId = other.leaderId;
        forcedIndex = other.forcedIndex;
        cutCount = other.cutCount;
        commitIndex = other.commitIndex;
        isInstalling = other.isInstalling;
        electionMinNs = other.electionMinNs;
    }

    /** Who speaks when this member does, as of now. */
    Sender sender() {
        return new Sender(settings.memberId(), settings.directoryId(), settings.incarnation(), hard.term);
    }

    Standing copy() {
        return new Standing(this);
    }

    long term() {
        return hard.term;
    }

    int votedFor() {
        return hard.votedFor;
    }

    Role role() {
        return role;
    }

    int leaderId() {
        return leaderId;
    }

    /** Number of the latest term, vote and quarantine; 0 = as recovered. Messages that tell the term wait for it. */
    long hardSequence() {
        return hard.sequence;
    }

    long vaultForced() {
        return hard.forcedSequence;
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

    /** Shortest election time-out of this member as of now. */
    long electionMinNs() {
        return electionMinNs;
    }

    /** Longest election time-out of this member as of now, exclusive. */
    long electionMaxNs() {
        return settings.times().maxBeside(electionMinNs);
    }

    /** Another shortest election time-out holds. */
    void choose(long newElectionMinNs) {
        if (settings.times().bounded(newElectionMinNs) != newElectionMinNs) {
            throw Invariant.broken(
                    "a time-out out of bounds: chosen, least, most",
                    newElectionMinNs,
                    settings.times().electionMinNs(),
                    settings.times().electionMaxNs());
        }
        electionMinNs = newElectionMinNs;
    }

    /** The membership in force: the latest in the log, committed or not. */
    Membership membership() {
        return memberships.latest();
    }

    boolean isMembershipCommitted() {
        return memberships.latestIndex() <= commitIndex;
    }

    /** Whether this member votes by the membership in force. */
    boolean isVoter() {
        return membership().isVoter(settings.memberId(), settings.directoryId());
    }

    /**
     * Whether this member may stand for election: as a voter, or as one that the latest entry makes no voter any more.
     * As long as that entry may be uncommitted, it may be the only one whose log can win (Ongaro thesis §4.2.2). Never
     * while its log is being replaced: what it would promise its voters may be gone when it wins.
     */
    boolean mayStand() {
        Membership previous = memberships.previous();
        boolean wasVoter = previous != null
                && !isMembershipCommitted()
                && previous.isVoter(settings.memberId(), settings.directoryId());
        return !isQuarantined() && !isInstalling && (isVoter() || wasVoter);
    }

    /** Whether the speaker belongs to the group and speaks from the directory that may speak for it. */
    boolean isOfMember(RaftMessage message) {
        return membership().admits(message.fromMember(), message.directoryId());
    }

    /** What the vault should hold. */
    Quarantine quarantine() {
        return hard.quarantine;
    }

    /** Whether this member neither votes nor counts: until it is durable that it does again. */
    boolean isQuarantined() {
        return hard.quarantine != Quarantine.NONE || hard.forcedSequence < hard.healedSequence;
    }

    /** Whether this directory holds no entry, and none is known to have gone from it. */
    boolean isEmpty() {
        boolean isSound = hard.quarantine == Quarantine.NONE || hard.quarantine == Quarantine.BLANK;
        return isSound && shape.lastIndex() == 0 && snapshots.newestIndex() == 0 && !isInstalling;
    }

    /** A later term than ours is known: follow in it, with no vote given and no leader known. */
    void enterTerm(long laterTerm) {
        if (laterTerm <= hard.term) {
            throw Invariant.broken("a term must grow: current, entered", hard.term, laterTerm);
        }
        hard.term = laterTerm;
        hard.votedFor = CoreSettings.NOBODY;
        hard.sequence++;
        become(Role.FOLLOWER, CoreSettings.NOBODY);
    }

    /** Gives the one vote of this term. */
    void vote(int memberId) {
        if (hard.votedFor == memberId) {
            return;
        }
        if (hard.votedFor != CoreSettings.NOBODY) {
            throw Invariant.broken("second vote in one term: term, first, second", hard.term, hard.votedFor, memberId);
        }
        hard.votedFor = memberId;
        hard.sequence++;
    }

    /** The directory may be counted on again, once the vault has forced that. In this term no other gets our vote. */
    void endQuarantine() {
        if (hard.quarantine == Quarantine.NONE) {
            throw Invariant.broken("healed without need: term", hard.term);
        }
        if (leaderId != CoreSettings.NOBODY && hard.votedFor == CoreSettings.NOBODY) {
            vote(leaderId);
        }
        hard.quarantine = Quarantine.NONE;
        hard.healedSequence = ++hard.sequence;
    }

    void become(Role newRole, int newLeaderId) {
        role = newRole;
        leaderId = newLeaderId;
    }

    void vaultForced(long sequence) {
        if (sequence > hard.sequence) {
            throw Invariant.broken("vault ahead of the core: forced, known", sequence, hard.sequence);
        }
        hard.forcedSequence = Math.max(hard.forcedSequence, sequence);
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
        memberships.cutAfter(fromIndex - 1);
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

    /** A newer local snapshot stands; one that is not newer changes nothing. */
    void snapshotTaken(SnapshotPosition snapshot) {
        if (snapshot.index() > commitIndex) {
            throw Invariant.broken("snapshot beyond the commit: index, commit", snapshot.index(), commitIndex);
        }
        if (snapshot.index() > snapshots.newestIndex()) {
            snapshots.older = snapshots.newest;
            snapshots.newest = snapshot;
        }
    }

    /** A local snapshot cannot be read any more. */
    void snapshotGone(long index) {
        if (snapshots.older != null && snapshots.older.index() == index) {
            snapshots.older = null;
        } else if (snapshots.newest != null && snapshots.newest.index() == index) {
            snapshots.newest = snapshots.older;
            snapshots.older = null;
        }
    }

    /** The entries up to {@code index} are gone; never more than a snapshot holds. */
    void compacted(long index) {
        if (index > snapshots.newestIndex()) {
            throw Invariant.broken("compacted beyond the snapshot: index, it", index, snapshots.newestIndex());
        }
        if (index > shape.baseIndex()) {
            shape.compact(index);
            memberships.compact(index);
            // What a durable snapshot contains is as good as forced.
            forcedIndex = Math.max(forcedIndex, index);
        }
    }

    /** Whether the log is being replaced by a snapshot. */
    boolean isInstalling() {
        return isInstalling;
    }

    /** The log is to be replaced by a snapshot; {@link #install} follows. */
    void beginInstall() {
        isInstalling = true;
    }

    /** A received snapshot stands instead of the log up to its last entry, or instead of the whole log. */
    void install(SnapshotPosition snapshot, boolean keepsSuffix) {
        long index = snapshot.index();
        if (index <= commitIndex || (keepsSuffix && !shape.has(index, snapshot.term()))) {
            throw Invariant.broken("snapshot does not fit: index, commit, last", index, commitIndex, shape.lastIndex());
        }
        if (snapshot.term() > hard.term) {
            throw Invariant.broken("snapshot of a later term: its term, current", snapshot.term(), hard.term);
        }
        if (keepsSuffix) {
            shape.compact(index);
            memberships.compact(index);
            forcedIndex = Math.max(forcedIndex, index);
        } else {
            shape.reset(index, snapshot.term());
            memberships.reset(index, snapshot.membership());
            forcedIndex = index;
            cutCount++;
        }
        commitIndex = index;
        isInstalling = false;
        snapshotTaken(snapshot);
    }

    long fold(long hash) {
        long folded = memberships.fold(shape.fold(hash));
        folded = StateHash.fold(StateHash.fold(folded, hard.term), hard.votedFor);
        folded = StateHash.fold(StateHash.fold(folded, hard.sequence), hard.forcedSequence);
        folded = StateHash.fold(StateHash.fold(folded, hard.quarantine.name().hashCode()), hard.healedSequence);
        folded = StateHash.fold(StateHash.fold(folded, role.name().hashCode() + (isInstalling ? 1 : 0)), leaderId);
        folded = StateHash.fold(folded, electionMinNs);
        return snapshots.fold(
                StateHash.fold(StateHash.fold(StateHash.fold(folded, forcedIndex), cutCount), commitIndex));
    }
}
