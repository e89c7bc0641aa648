package dev.steppe.raft.core;

import dev.steppe.base.Invariant;
import dev.steppe.raft.core.RaftOutput.MembershipVerdict;
import dev.steppe.raft.core.RaftOutput.ProposalVerdict;
import dev.steppe.raft.core.RaftOutput.TransferVerdict;
import dev.steppe.raft.core.track.MembershipStack;
import dev.steppe.raft.core.track.Peer;
import dev.steppe.raft.core.track.Quarantine;
import dev.steppe.raft.core.track.SnapshotPosition;
import dev.steppe.raft.core.track.StateHash;
import dev.steppe.raft.message.RaftMessage;
import dev.steppe.raft.message.RaftMessage.AppendAsk;
import dev.steppe.raft.message.RaftMessage.AppendReply;
import dev.steppe.raft.message.RaftMessage.FoundingAsk;
import dev.steppe.raft.message.RaftMessage.FoundingReply;
import dev.steppe.raft.message.RaftMessage.SnapshotAsk;
import dev.steppe.raft.message.RaftMessage.SnapshotReply;
import dev.steppe.raft.message.RaftMessage.TimeoutNow;
import dev.steppe.raft.message.RaftMessage.VoteAsk;
import dev.steppe.raft.message.RaftMessage.VoteReply;
import dev.steppe.raft.quorum.Membership;
import org.jspecify.annotations.Nullable;

/**
 * One member's Raft: one way in, one way out. Owned by the consensus agent.
 *
 * <p>Five parts share one {@link Standing}: {@link Election} gives and asks for votes, {@link Following} takes a
 * leader's entries and {@link Reception} its snapshots, {@link Leading} commits, changes the membership and hands the
 * office over, {@link Replication} and {@link Reads} (inside Leading) feed followers and wait for confirmations. What
 * they keep account of stands in {@code raft.core.track}. After each input the core looks whether its role has changed
 * and begins or ends a leadership; then whatever is due by time is done; then a leader sends. An input is looked at
 * before the time, so that a leader's message which waited while the process was paused still counts against the
 * election time-out.
 *
 * <p>What always holds: {@code commitIndex <= lastIndex}, {@code forcedIndex <= lastIndex}, {@code matchIndex <
 * nextIndex} for every follower; term and commit index never fall; one vote per term; a committed entry is never cut. A
 * message never reaches a peer before the term that it names is forced here, and an agreement never before the entries
 * that it names are.
 *
 * <p>Who may say what: asks of a leader and of candidates are taken from anyone, for the membership of a log that lags
 * behind is no authority; what is counted, and what may raise our term in passing, is taken from members alone, and
 * from the directory alone that is pinned for them. A message never breaks an invariant here unless it proves that
 * safety is broken already: two leaders in a term, or a leader that contradicts a committed entry.
 *
 * <ol>
 *   <li>Ongaro, Ousterhout: In Search of an Understandable Consensus Algorithm (extended version), 2014.
 *   <li>Ongaro: Consensus: Bridging Theory and Practice, thesis, 2014: §3.10 transfer, §4 membership, §5 snapshots,
 *       §6.4 reads, §9.6 pre-vote, §10.2 writing to the leader's disk in parallel.
 *   <li>Ongaro: bug in single-server membership changes, raft-dev, 2015: an own-term commit before each change.
 *   <li>Howard, Abraham: Raft does not guarantee liveness in the face of network faults, 2020 (check-quorum).
 * </ol>
 */
public final class RaftCore {
    /** What a voter can be in a term. */
    public enum Role {
        FOLLOWER,
        PRE_CANDIDATE,
        CANDIDATE,
        LEADER
    }

    private final Standing standing;
    private final Election election;
    private final Following following;
    private final Reception reception;
    private final Leading leading;
    private long emittedHardSequence;
    private long emittedCommitIndex;
    private long emittedChangeCount;
    private boolean wasQuarantined;
    private Quarantine emittedQuarantine;

    /**
     * What a member remembers when it starts.
     *
     * @param term last forced term, not below that of the last entry; 0 at the very first start
     * @param votedFor vote given in that term, or {@link CoreSettings#NOBODY}
     * @param quarantine whether the directory may be counted on
     * @param shape of the recovered log, all of it forced; the core owns it from now on
     * @param memberships what the log says of them, on the base of the snapshot's or the configured one; the core owns
     *     it from now on
     * @param snapshot the newest readable one, null if there is none; its last entry is in the log or is its base
     */
    public record Recovered(
            long term,
            int votedFor,
            Quarantine quarantine,
            LogShape shape,
            MembershipStack memberships,
            @Nullable SnapshotPosition snapshot) {}

    /**
     * A follower as its disk remembers it.
     *
     * @param settings what never changes
     * @param recovered what it remembers
     * @param seed for the time-outs; must differ between members
     * @param nowNs not negative, from any origin; every later step has a time that is not earlier
     */
    public RaftCore(CoreSettings settings, Recovered recovered, long seed, long nowNs) {
        standing = new Standing(settings, recovered);
        election = new Election(standing, seed, nowNs);
        following = new Following(standing, election, nowNs);
        reception = new Reception(standing, following);
        leading = new Leading(standing);
        emittedCommitIndex = standing.commitIndex();
        emittedChangeCount = standing.memberships.changeCount();
        wasQuarantined = standing.isQuarantined();
        emittedQuarantine = standing.quarantine();
    }

    private RaftCore(RaftCore other) {
        standing = other.standing.copy();
        election = other.election.copy(standing);
        following = other.following.copy(standing, election);
        reception = other.reception.copy(standing, following);
        leading = other.leading.copy(standing);
        emittedHardSequence = other.emittedHardSequence;
        emittedCommitIndex = other.emittedCommitIndex;
        emittedChangeCount = other.emittedChangeCount;
        wasQuarantined = other.wasQuarantined;
        emittedQuarantine = other.emittedQuarantine;
    }

    /** An independent core in the same state. */
    public RaftCore copy() {
        return new RaftCore(this);
    }

    /** Hash of the whole state, deadlines included; equal for equal states. */
    public long stateHash() {
        long folded = StateHash.fold(StateHash.fold(standing.fold(0), emittedHardSequence), emittedCommitIndex);
        return leading.fold(reception.fold(following.fold(election.fold(folded))));
    }

    /**
     * One move: takes {@code input} at {@code nowNs} and leaves all wishes in {@code output}, which it empties first.
     */
    public void step(RaftInput input, long nowNs, RaftOutput output) {
        output.clear();
        Role roleBefore = standing.role();
        long termBefore = standing.term();
        int leaderBefore = standing.leaderId();
        take(input, nowNs, output);
        settle(roleBefore, termBefore, nowNs, output);
        expire(nowNs, output);
        if (standing.role() == Role.LEADER) {
            leading.send(nowNs, output);
            // Its last word may have been that it leaves.
            settle(Role.LEADER, standing.term(), nowNs, output);
        }
        if (roleBefore != standing.role() || termBefore != standing.term() || leaderBefore != standing.leaderId()) {
            output.noteRoleChange();
        }
        emit(output);
    }

    /** When to step again, with {@link RaftInput.Passed}, if nothing arrives before; in the time of {@code step}. */
    public long nextDeadlineNs() {
        return standing.role() == Role.LEADER ? leading.nextDeadlineNs() : election.deadlineNs();
    }

    /** What this core was told at its start. */
    public CoreSettings settings() {
        return standing.settings;
    }

    /** The shortest election time-out of this member as of now. */
    public long electionMinNs() {
        return standing.electionMinNs();
    }

    /** Current role. */
    public Role role() {
        return standing.role();
    }

    /** Current term. */
    public long term() {
        return standing.term();
    }

    /** Vote given in the current term, or {@link CoreSettings#NOBODY}. */
    public int votedFor() {
        return standing.votedFor();
    }

    /** Leader of the current term as far as known, or {@link CoreSettings#NOBODY}. */
    public int leaderId() {
        return standing.leaderId();
    }

    /** What the core knows of its log; read only. */
    public LogShape shape() {
        return standing.shape;
    }

    /** Last entry that is forced here. */
    public long forcedIndex() {
        return standing.forcedIndex();
    }

    /** Last entry that is known here to be committed. */
    public long commitIndex() {
        return standing.commitIndex();
    }

    /** How many cuts of the log were wished so far; a notice of the log repeats it. */
    public long cutCount() {
        return standing.cutCount();
    }

    /** The membership in force: the latest in the log, committed or not. */
    public Membership membership() {
        return standing.membership();
    }

    /** Index of the entry that says the membership in force; at most the base if the log has none. */
    public long membershipIndex() {
        return standing.memberships.latestIndex();
    }

    /** The membership that held at {@code index}, from the log's base on; what a snapshot up to there must say. */
    public Membership membershipAt(long index) {
        return standing.memberships.at(index);
    }

    /** Whether the term and the vote that this member goes by are on the disk. */
    public boolean isHardStateForced() {
        return standing.vaultForced() == standing.hardSequence();
    }

    /** Whether what this directory remembers may be counted on; other than NONE until its end is forced. */
    public boolean isQuarantined() {
        return standing.isQuarantined();
    }

    /**
     * How many voters answered this candidate that they are quarantined; only while it asks for votes. Once the others
     * are no majority any more, nobody can be elected until an operator helps.
     */
    public int quarantinedVoterCount() {
        return election.quarantinedVoterCount();
    }

    /** Last entry of the newest local snapshot, 0 if there is none. */
    public long snapshotIndex() {
        return standing.snapshots.newestIndex();
    }

    /** To whom this leader hands its office over; 0 if to nobody. */
    public int transferTargetId() {
        return standing.role() == Role.LEADER ? leading.transferTargetId() : 0;
    }

    /** Forced at that member as far as this leader knows; only while leading, -1 if there is no such member. */
    public long matchIndexOf(int memberId) {
        Peer peer = leading.follower(memberId);
        return peer == null ? -1 : peer.matchIndex();
    }

    /** First entry to send to that member next; only while leading, -1 if there is no such member. */
    public long nextIndexOf(int memberId) {
        Peer peer = leading.follower(memberId);
        return peer == null ? -1 : peer.nextIndex();
    }

    /** Life of that member as far as this leader knows, 0 if it does not; only while leading. */
    public long incarnationOf(int memberId) {
        Peer peer = leading.follower(memberId);
        return peer == null ? 0 : peer.life().incarnation();
    }

    /** Whether that member may be counted in a majority as far as this leader knows; only while leading. */
    public boolean counts(int memberId) {
        Peer peer = leading.follower(memberId);
        return peer != null && peer.life().counts();
    }

    /** Whether that learner could be promoted as far as this leader knows; only while leading. */
    public boolean isCaughtUp(int memberId) {
        Peer peer = leading.follower(memberId);
        return peer != null && peer.isCaughtUp();
    }

    /** How many answers named what this leader had never sent; always 0 unless another member is at fault. */
    public long strangeReplyCount() {
        return leading.strangeReplyCount();
    }

    /** How many rounds of votes this member has begun, pre-votes included. */
    public long electionCount() {
        return election.roundCount();
    }

    /** How often this member stopped hearing a leader that it followed. */
    public long leaderLossCount() {
        return election.leaderLossCount();
    }

    private void take(RaftInput input, long nowNs, RaftOutput output) {
        if (input instanceof RaftInput.Arrived arrived) {
            arrive(arrived, nowNs, output);
        } else if (input instanceof RaftInput.Forced forced) {
            onForced(forced, nowNs, output);
        } else if (input instanceof RaftInput.Proposed proposed) {
            onProposed(proposed, nowNs, output);
        } else if (input instanceof RaftInput.ReadAsked asked) {
            onReadAsked(asked.readId(), nowNs, output);
        } else if (input instanceof RaftInput.VaultForced vault) {
            onVaultForced(vault.hardSequence(), nowNs, output);
        } else if (input instanceof RaftInput.MembershipAsked asked) {
            onMembershipAsked(asked.membership(), nowNs, output);
        } else if (input instanceof RaftInput.TransferAsked asked) {
            onTransferAsked(asked.targetId(), nowNs, output);
        } else if (input instanceof RaftInput.TimingChosen chosen) {
            standing.choose(chosen.electionMinNs());
            election.restartTimer(nowNs);
        } else if (input instanceof RaftInput.Resigned) {
            leading.resign(output);
        } else {
            takeOfSnapshots(input, nowNs, output);
        }
    }

    private void takeOfSnapshots(RaftInput input, long nowNs, RaftOutput output) {
        if (input instanceof RaftInput.SnapshotTaken taken) {
            standing.snapshotTaken(
                    new SnapshotPosition(taken.index(), taken.term(), taken.totalBytes(), taken.membership()));
        } else if (input instanceof RaftInput.SnapshotGone gone) {
            standing.snapshotGone(gone.index());
        } else if (input instanceof RaftInput.Compacted compacted) {
            standing.compacted(compacted.index());
        } else if (input instanceof RaftInput.ChunkStored stored) {
            reception.onChunkStored(stored, output);
        } else if (input instanceof RaftInput.SnapshotReceived received) {
            reception.onReceived(received, output);
        } else if (input instanceof RaftInput.Installed installed) {
            reception.onInstalled(installed, nowNs, output);
        }
    }

    private void arrive(RaftInput.Arrived arrived, long nowNs, RaftOutput output) {
        RaftMessage message = arrived.message();
        if (message.fromMember() == standing.settings.memberId()) {
            return;
        }
        if (message instanceof VoteAsk ask) {
            // Says a later term only if a vote may be given for it: whoever hears a leader stays where it is.
            election.onVoteAsk(ask, nowNs, output);
            return;
        }
        if (message instanceof TimeoutNow timeoutNow) {
            // Perhaps the last word of a leader that has just left; the term and its name show that it is ours.
            election.onTimeoutNow(timeoutNow, nowNs, output);
            return;
        }
        boolean isLeaders = message instanceof AppendAsk || message instanceof SnapshotAsk;
        if (!isLeaders && !standing.isOfMember(message)) {
            return;
        }
        boolean namesTerm = isLeaders
                || message instanceof AppendReply
                || message instanceof VoteReply
                || message instanceof SnapshotReply;
        if (namesTerm && message.term() > standing.term()) {
            standing.enterTerm(message.term());
        }
        if (message instanceof AppendAsk ask) {
            following.onAppendAsk(ask, arrived, nowNs, output);
        } else if (message instanceof SnapshotAsk ask) {
            reception.onSnapshotAsk(ask, nowNs, output);
        } else if (message instanceof VoteReply reply) {
            election.onVoteReply(reply, nowNs, output);
        } else if (message instanceof FoundingAsk ask) {
            election.onFoundingAsk(ask, output);
        } else if (message instanceof FoundingReply reply) {
            election.onFoundingReply(reply, nowNs);
        } else if (standing.role() == Role.LEADER && message.term() == standing.term()) {
            arriveAtLeader(message, nowNs);
        }
    }

    private void arriveAtLeader(RaftMessage message, long nowNs) {
        long ownIncarnation = standing.settings.incarnation();
        if (message instanceof AppendReply reply && reply.askIncarnation() == ownIncarnation) {
            leading.onAppendReply(reply, nowNs);
        } else if (message instanceof SnapshotReply reply && reply.askIncarnation() == ownIncarnation) {
            leading.onSnapshotReply(reply, nowNs);
        }
    }

    private void onForced(RaftInput.Forced forced, long nowNs, RaftOutput output) {
        if (!standing.forced(forced.forcedIndex(), forced.cutCount())) {
            return;
        }
        if (standing.role() == Role.LEADER) {
            leading.onForced(nowNs);
        } else {
            following.onForced(nowNs, output);
        }
    }

    private void onVaultForced(long hardSequence, long nowNs, RaftOutput output) {
        standing.vaultForced(hardSequence);
        election.onVaultForced(nowNs, output);
        if (wasQuarantined && !standing.isQuarantined()) {
            wasQuarantined = false;
            election.healed(nowNs);
            following.onHealed(output);
        }
    }

    private void onProposed(RaftInput.Proposed proposed, long nowNs, RaftOutput output) {
        if (standing.role() == Role.LEADER) {
            leading.onProposed(proposed, nowNs, output);
        } else {
            output.proposal(ProposalVerdict.NOT_LEADER);
        }
    }

    private void onReadAsked(long readId, long nowNs, RaftOutput output) {
        if (standing.role() == Role.LEADER) {
            leading.onReadAsked(readId, nowNs, output);
        } else {
            output.read(readId, -1);
        }
    }

    private void onMembershipAsked(Membership membership, long nowNs, RaftOutput output) {
        if (standing.role() == Role.LEADER) {
            leading.onMembershipAsked(membership, nowNs, output);
        } else {
            output.membership(MembershipVerdict.NOT_LEADER);
        }
    }

    private void onTransferAsked(int targetId, long nowNs, RaftOutput output) {
        if (standing.role() == Role.LEADER) {
            leading.onTransferAsked(targetId, nowNs, output);
        } else {
            output.transfer(TransferVerdict.NOT_LEADER);
        }
    }

    private void expire(long nowNs, RaftOutput output) {
        Role roleBefore = standing.role();
        long termBefore = standing.term();
        if (roleBefore == Role.LEADER) {
            leading.expire(nowNs, output);
        } else {
            election.expire(nowNs, output);
        }
        settle(roleBefore, termBefore, nowNs, output);
    }

    /** Begins or ends a leadership if the role says so. */
    private void settle(Role roleBefore, long termBefore, long nowNs, RaftOutput output) {
        boolean wasLeader = roleBefore == Role.LEADER;
        boolean isLeader = standing.role() == Role.LEADER;
        if (wasLeader && isLeader && termBefore != standing.term()) {
            throw Invariant.broken("led two terms in one step: first, second", termBefore, standing.term());
        }
        if (wasLeader && !isLeader) {
            leading.end(output);
            election.restartTimer(nowNs);
        } else if (!wasLeader && isLeader) {
            leading.begin(nowNs, output);
        }
    }

    private void emit(RaftOutput output) {
        if (standing.hardSequence() != emittedHardSequence) {
            emittedHardSequence = standing.hardSequence();
            boolean isHealing = emittedQuarantine != Quarantine.NONE && standing.quarantine() == Quarantine.NONE;
            emittedQuarantine = standing.quarantine();
            output.hardState(standing, isHealing);
        }
        if (standing.commitIndex() != emittedCommitIndex) {
            emittedCommitIndex = standing.commitIndex();
            output.applyUpTo(emittedCommitIndex);
        }
        if (standing.memberships.changeCount() != emittedChangeCount) {
            emittedChangeCount = standing.memberships.changeCount();
            output.noteMembershipChange();
        }
    }
}
