package dev.steppe.raft.core;

import dev.steppe.raft.core.RaftCore.Role;
import dev.steppe.raft.core.RaftOutput.AppendSource;
import dev.steppe.raft.core.RaftOutput.MembershipVerdict;
import dev.steppe.raft.core.RaftOutput.ProposalVerdict;
import dev.steppe.raft.core.RaftOutput.TransferVerdict;
import dev.steppe.raft.core.track.Followers;
import dev.steppe.raft.core.track.Peer;
import dev.steppe.raft.core.track.PeerLife;
import dev.steppe.raft.core.track.SentRounds;
import dev.steppe.raft.core.track.StateHash;
import dev.steppe.raft.core.track.Transfer;
import dev.steppe.raft.message.MembershipCodec;
import dev.steppe.raft.message.RaftMessage;
import dev.steppe.raft.message.RaftMessage.AppendReply;
import dev.steppe.raft.message.RaftMessage.SnapshotReply;
import dev.steppe.raft.message.RaftMessage.TimeoutNow;
import dev.steppe.raft.quorum.Membership;
import dev.steppe.raft.quorum.Membership.Server;
import dev.steppe.raft.quorum.MembershipStep;
import org.jspecify.annotations.Nullable;

/**
 * What a leader does: one empty entry of its own term first, then whatever is proposed; every follower is fed as fast
 * as its window allows; an entry of this term is committed once a majority has forced it, earlier ones along with it. A
 * leader that hears no majority, or whose own log forces nothing, for the shortest election time-out gives up:
 * heartbeats alone keep no one in office. One that the group has removed, or made a learner, leads without counting
 * itself until that is committed, and then leaves.
 */
final class Leading {
    /** Length of an entry without payload; only bounds what is in flight. */
    private static final int EMPTY_ENTRY_BYTES = 24;

    private final Standing standing;
    private final Followers followers;
    private final Replication replication;
    private final Reads reads;
    private final Transfer transfer;
    private final SentRounds sentRounds;
    private long noOpIndex;
    private long heartbeatDueNs;
    private long roundId;
    private long roundCommitIndex;
    private long confirmedRoundId;
    private long forcedNs;
    private long strangeReplyCount;

    Leading(Standing standing) {
        this.standing = standing;
        followers = new Followers(standing.settings.memberId(), standing.membership());
        replication = new Replication(standing);
        reads = new Reads();
        transfer = new Transfer();
        sentRounds = new SentRounds();
    }

    private Leading(Leading other, Standing standing) {
        this.standing = standing;
        followers = other.followers.copy();
        replication = new Replication(standing);
        reads = other.reads.copy();
        transfer = other.transfer.copy();
        sentRounds = other.sentRounds.copy();
        noOpIndex = other.noOpIndex;
        heartbeatDueNs = other.heartbeatDueNs;
        roundId = other.roundId;
        roundCommitIndex = other.roundCommitIndex;
        confirmedRoundId = other.confirmedRoundId;
        forcedNs = other.forcedNs;
        strangeReplyCount = other.strangeReplyCount;
    }

    Leading copy(Standing standingCopy) {
        return new Leading(this, standingCopy);
    }

    /** What is known of a follower; null if there is no such one. */
    @Nullable
    Peer follower(int memberId) {
        return followers.find(memberId);
    }

    /** To whom the office is being handed over; {@link Transfer#NOBODY} if to nobody. */
    int transferTargetId() {
        return transfer.targetId();
    }

    /** How many answers named what was never sent. */
    long strangeReplyCount() {
        return strangeReplyCount;
    }

    /** This member has just been elected. */
    void begin(long nowNs, RaftOutput output) {
        long firstNextIndex = standing.shape.lastIndex() + 1;
        followers.begin(standing.membership(), firstNextIndex, nowNs);
        transfer.clear();
        sentRounds.voidLease();
        noOpIndex = firstNextIndex;
        confirmedRoundId = roundId;
        heartbeatDueNs = nowNs;
        append(AppendSource.NO_OP, 1, EMPTY_ENTRY_BYTES, nowNs, output);
    }

    /** This member leads no more. */
    void end(RaftOutput output) {
        reads.refuseAll(output);
        if (transfer.isOpen()) {
            int targetId = transfer.targetId();
            boolean isHandedOver = standing.votedFor() == targetId || standing.leaderId() == targetId;
            transfer.close();
            output.transferEnded(isHandedOver);
        }
    }

    void onProposed(RaftInput.Proposed proposed, long nowNs, RaftOutput output) {
        if (transfer.isOpen()) {
            output.proposal(ProposalVerdict.TRANSFERRING);
            return;
        }
        append(AppendSource.PROPOSED, proposed.entryCount(), proposed.entryBytes(), nowNs, output);
        output.proposal(ProposalVerdict.ACCEPTED);
    }

    void onReadAsked(long readId, long nowNs, RaftOutput output) {
        if (hasLease(nowNs)) {
            output.read(readId, standing.commitIndex());
        } else if (!reads.offer(readId)) {
            output.read(readId, -1);
        }
    }

    void onMembershipAsked(Membership asked, long nowNs, RaftOutput output) {
        MembershipVerdict verdict = judge(asked, nowNs);
        if (verdict == MembershipVerdict.ACCEPTED) {
            change(asked, nowNs, output);
        }
        output.membership(verdict);
    }

    void onTransferAsked(int askedId, long nowNs, RaftOutput output) {
        Peer target = askedId == Transfer.NOBODY ? followers.best() : followers.find(askedId);
        if (transfer.isOpen() || !standing.isMembershipCommitted()) {
            output.transfer(TransferVerdict.IN_PROGRESS);
        } else if (target == null
                || target.memberId() == standing.settings.memberId()
                || !standing.membership().isVoter(target.memberId())
                || !target.life().counts()) {
            output.transfer(TransferVerdict.NO_TARGET);
        } else {
            transfer.open(target.memberId(), nowNs + standing.electionMinNs());
            output.transfer(TransferVerdict.ACCEPTED);
        }
    }

    /** The own log has forced more. */
    void onForced(long nowNs) {
        forcedNs = nowNs;
        raiseCommit();
    }

    /** An answer of this term, to this life, of a member. */
    void onAppendReply(AppendReply reply, long nowNs) {
        boolean isStrange = reply.roundId() > roundId
                || reply.storedIndex() > standing.shape.lastIndex()
                || reply.matchIndex() > reply.storedIndex();
        Peer peer = isStrange ? null : heard(reply, nowNs);
        if (peer == null) {
            // No follower of ours can have more than it was sent. Whoever says so is wrong about itself, not about us.
            strangeReplyCount += isStrange ? 1 : 0;
            return;
        }
        boolean countedBefore = peer.life().counts();
        peer.life().counts(reply.counts());
        peer.heard(reply.roundId(), roundId, roundCommitIndex, nowNs);
        if (!reply.accepted()) {
            replication.onRefusal(peer, reply, nowNs);
        } else if (peer.matched(reply.matchIndex(), reply.storedIndex(), nowNs) || !countedBefore) {
            raiseCommit();
        }
    }

    /** An answer of this term, to this life, of a member. */
    void onSnapshotReply(SnapshotReply reply, long nowNs) {
        Peer peer = heard(reply, nowNs);
        if (peer == null) {
            return;
        }
        peer.heard(0, roundId, roundCommitIndex, nowNs);
        if (reply.snapshotIndex() != peer.feed().index()) {
            // About an offer that was given up.
            return;
        }
        if (reply.done()) {
            peer.hasSnapshot(reply.snapshotIndex(), nowNs);
        } else {
            peer.feed().wants(reply.nextOffsetBytes());
        }
    }

    /** Gives up if no majority is heard or the own log is stuck; ends a transfer whose time is up. */
    void expire(long nowNs, RaftOutput output) {
        if (nowNs >= officeEndNs()) {
            standing.become(Role.FOLLOWER, CoreSettings.NOBODY);
        } else if (nowNs >= transfer.deadlineNs()) {
            transfer.close();
            output.transferEnded(false);
        }
    }

    long nextDeadlineNs() {
        return Math.min(transfer.deadlineNs(), Math.min(heartbeatDueNs, officeEndNs()));
    }

    /** Sends everything that may be sent now: rounds that are due, entries within the windows, news of commits. */
    void send(long nowNs, RaftOutput output) {
        confirmRounds(output);
        boolean isHeartbeatDue = nowNs >= heartbeatDueNs;
        boolean readRound = reads.areWaiting() && isSettled() && !reads.areUnderWay();
        if (isHeartbeatDue || readRound) {
            // With every round, not with heartbeats alone: while reads ask for rounds all the time, none is ever due.
            pin(nowNs, output);
            beginRound(nowNs, output);
            // Alone, this member is its own majority.
            confirmRounds(output);
        }
        replication.during(roundId, settledRoundId());
        for (int i = 0; i < followers.count(); i++) {
            if (!followers.isSelf(i)) {
                replication.send(followers.peer(i), nowNs, output);
            }
        }
        tellTarget(isHeartbeatDue, output);
        leaveIfRemoved(output);
    }

    long fold(long hash) {
        long folded = StateHash.fold(StateHash.fold(hash, noOpIndex), heartbeatDueNs);
        folded = StateHash.fold(StateHash.fold(folded, roundId), confirmedRoundId);
        folded = StateHash.fold(StateHash.fold(folded, forcedNs), roundCommitIndex);
        return reads.fold(sentRounds.fold(transfer.fold(followers.fold(folded))));
    }

    /** Whether an entry of this leader's own term is committed. */
    private boolean isSettled() {
        return standing.commitIndex() >= noOpIndex;
    }

    private long settledRoundId() {
        return isSettled() ? confirmedRoundId : 0;
    }

    /** Whoever says that, if it is a follower and speaks from its present life; a new life is taken note of. */
    private @Nullable Peer heard(RaftMessage message, long nowNs) {
        Peer peer = followers.find(message.fromMember());
        if (peer == null) {
            return null;
        }
        long knownIncarnation = peer.life().incarnation();
        PeerLife.Verdict verdict = peer.life().hear(message.incarnation(), message.directoryId(), roundId);
        if (verdict == PeerLife.Verdict.NEW && knownIncarnation != 0) {
            peer.forget(nowNs);
        }
        return verdict == PeerLife.Verdict.EARLIER ? null : peer;
    }

    private void append(AppendSource source, int entryCount, int entryBytes, long nowNs, RaftOutput output) {
        long firstIndex = extendLog(entryCount, entryBytes, nowNs);
        output.append(source, firstIndex, standing.shape.lastIndex(), standing.term(), 0);
    }

    private long extendLog(int entryCount, int entryBytes, long nowNs) {
        if (standing.forcedIndex() == standing.shape.lastIndex()) {
            // The log owed nothing until now, so the time that it may take starts now.
            forcedNs = nowNs;
        }
        long firstIndex = standing.shape.lastIndex() + 1;
        standing.shape.append(standing.term(), entryCount, entryBytes);
        return firstIndex;
    }

    private MembershipVerdict judge(Membership asked, long nowNs) {
        if (!isSettled()) {
            return MembershipVerdict.NOT_SETTLED;
        }
        if (!standing.isMembershipCommitted() || transfer.isOpen()) {
            return MembershipVerdict.IN_PROGRESS;
        }
        MembershipStep step = MembershipStep.between(standing.membership(), asked);
        switch (step.kind()) {
            case NONE, PINNED, NOT_ONE -> {
                return MembershipVerdict.NOT_ONE_STEP;
            }
            case PROMOTED -> {
                Peer learner = followers.find(step.memberId());
                boolean isCaughtUp = learner != null && learner.isCaughtUp();
                if (asked.fits() && !isCaughtUp) {
                    return MembershipVerdict.NOT_CAUGHT_UP;
                }
            }
            default -> {}
        }
        if (!asked.fits()) {
            return MembershipVerdict.TOO_MANY;
        }
        long sinceNs = nowNs - standing.electionMinNs();
        return followers.hearsMajorityOf(asked, sinceNs) ? MembershipVerdict.ACCEPTED : MembershipVerdict.UNREACHABLE;
    }

    /** The new membership holds from the moment at which it is in the log. */
    private void change(Membership membership, long nowNs, RaftOutput output) {
        long index = extendLog(1, EMPTY_ENTRY_BYTES + MembershipCodec.lengthOf(membership), nowNs);
        standing.memberships.push(index, membership);
        output.appendMembership(index, standing.term(), membership);
        followers.change(membership, index, nowNs);
        sentRounds.voidLease();
    }

    /** Ties members that any directory could speak for to the directory that speaks for them, once that may be done. */
    private void pin(long nowNs, RaftOutput output) {
        boolean mayAppend = isSettled()
                && standing.isMembershipCommitted()
                && !transfer.isOpen()
                && output.appendSource() == AppendSource.NONE;
        if (!mayAppend) {
            return;
        }
        Membership membership = standing.membership();
        Membership pinned = membership;
        for (int i = 0; i < membership.serverCount(); i++) {
            Server server = membership.server(i);
            boolean isSelf = server.memberId() == standing.settings.memberId();
            long speakingId = isSelf
                    ? standing.settings.directoryId()
                    : followers.peer(i).life().directoryId();
            if (server.directoryId() == 0 && speakingId != 0) {
                pinned = pinned.pinned(server.memberId(), speakingId);
            }
        }
        if (!pinned.equals(membership)) {
            change(pinned, nowNs, output);
        }
    }

    /** Until when this member stays in office if it hears and forces nothing more. */
    private long officeEndNs() {
        if (followers.isAlone()) {
            // Nobody could take over: giving up would only spend a term for each time-out that the disk is late.
            return Long.MAX_VALUE;
        }
        long toleranceNs = standing.electionMinNs();
        long contactNs = followers.contactOfMajorityNs();
        long contactEndNs = contactNs == Long.MAX_VALUE ? Long.MAX_VALUE : contactNs + toleranceNs;
        boolean logOwes = standing.forcedIndex() < standing.shape.lastIndex();
        return logOwes ? Math.min(contactEndNs, forcedNs + toleranceNs) : contactEndNs;
    }

    /**
     * Commits what a majority has forced, if it is of this term; entries of earlier terms never by counting (§5.4.2).
     */
    private void raiseCommit() {
        long forcedByMajority = followers.forcedByMajority(standing.forcedIndex());
        if (forcedByMajority > standing.commitIndex() && standing.shape.termAt(forcedByMajority) == standing.term()) {
            standing.commit(forcedByMajority);
        }
    }

    private void beginRound(long nowNs, RaftOutput output) {
        roundId++;
        roundCommitIndex = standing.commitIndex();
        heartbeatDueNs = nowNs + standing.settings.times().heartbeatNs();
        sentRounds.sent(roundId, nowNs);
        if (isSettled()) {
            reads.join(roundId, standing.commitIndex());
        }
        replication.during(roundId, settledRoundId());
        for (int i = 0; i < followers.count(); i++) {
            if (!followers.isSelf(i)) {
                replication.sendRound(followers.peer(i), nowNs, output);
            }
        }
    }

    private void confirmRounds(RaftOutput output) {
        confirmedRoundId = Math.max(confirmedRoundId, followers.roundOfMajority(roundId));
        reads.confirm(confirmedRoundId, output);
    }

    private boolean hasLease(long nowNs) {
        CoreSettings own = standing.settings;
        boolean mayLease = own.hasLease() && isSettled() && !transfer.isOpen() && !transfer.hasToldAnyone();
        return mayLease
                && (followers.isAlone()
                        || nowNs
                                < sentRounds.leaseEndNs(
                                        confirmedRoundId, own.times().electionMinNs(), own.maxClockDriftPpm()));
    }

    /**
     * Tells the target of a transfer to stand once it has everything; again with each heartbeat, for words get lost.
     */
    private void tellTarget(boolean isHeartbeatDue, RaftOutput output) {
        Peer target = transfer.isOpen() ? followers.find(transfer.targetId()) : null;
        boolean isDue = !transfer.wasTold() || isHeartbeatDue;
        if (target != null && isDue && target.matchIndex() == standing.shape.lastIndex()) {
            transfer.tell();
            output.message(target.memberId(), standing.hardSequence(), new TimeoutNow(standing.sender()));
        }
    }

    /** A leader that is no voter any more leaves once that is committed, and asks the best of the others to follow. */
    private void leaveIfRemoved(RaftOutput output) {
        if (!standing.isMembershipCommitted() || standing.isVoter()) {
            return;
        }
        Peer best = followers.best();
        if (best != null && best.matchIndex() == standing.shape.lastIndex()) {
            output.message(best.memberId(), standing.hardSequence(), new TimeoutNow(standing.sender()));
        }
        standing.become(Role.FOLLOWER, CoreSettings.NOBODY);
    }

    /** Leaves at once; whoever has forced most of this log need not wait for its time-out. */
    void resign(RaftOutput output) {
        if (standing.role() != Role.LEADER) {
            return;
        }
        Peer best = followers.best();
        if (best != null) {
            output.message(best.memberId(), standing.hardSequence(), new TimeoutNow(standing.sender()));
        }
        standing.become(Role.FOLLOWER, CoreSettings.NOBODY);
    }
}
