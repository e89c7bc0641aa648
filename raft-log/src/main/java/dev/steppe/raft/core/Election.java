package dev.steppe.raft.core;

import dev.steppe.raft.core.RaftCore.Role;
import dev.steppe.raft.core.track.Founding;
import dev.steppe.raft.core.track.Quarantine;
import dev.steppe.raft.core.track.StateHash;
import dev.steppe.raft.message.RaftMessage;
import dev.steppe.raft.message.RaftMessage.FoundingAsk;
import dev.steppe.raft.message.RaftMessage.FoundingReply;
import dev.steppe.raft.message.RaftMessage.TimeoutNow;
import dev.steppe.raft.message.RaftMessage.VoteAsk;
import dev.steppe.raft.message.RaftMessage.VoteReply;
import dev.steppe.raft.quorum.Ballot;
import dev.steppe.raft.quorum.Membership;

/**
 * Who leads next: asking for votes and giving them. A round of pre-votes comes before each candidacy, and a member that
 * hears a leader gives no vote to anyone else (Ongaro thesis §9.6, §4.2.3), so a member that cannot be heard by a
 * majority disturbs nobody; only whom the leader itself told to stand goes past both. A candidate counts its own vote
 * only once the vault has forced it, and votes of others for no longer than the longest time-out.
 *
 * <p>Memberships differ from log to log, so a member may be asked by someone whom it does not know as a voter, or be
 * asked although it is no voter as far as it knows. Then the asker's log decides: only one that is strictly ahead of
 * ours can hold the entry that we lack, and any other asker needs no vote of ours to win. Whoever is not ahead is left
 * without an answer, removed servers and wiped directories above all.
 */
final class Election {
    private final Standing standing;
    private final Ballot ballot;
    private final Founding founding;
    private long ballotId;
    private long asksLeftNs;
    private boolean haveAsksLeft;
    private long deadlineNs;
    private long trueUntilNs;
    private long doubtEndsNs;
    private long chance;
    private long roundCount;
    private long leaderLossCount;
    private int unableCount;

    Election(Standing standing, long seed, long nowNs) {
        this.standing = standing;
        ballot = new Ballot(membership().voterCount());
        founding = new Founding(nowNs);
        chance = seed;
        // With leases, a former life may have promised to stay true to a leader for that long.
        trueUntilNs =
                standing.settings.hasLease() ? nowNs + standing.settings.times().electionMinNs() : nowNs;
        doubtEndsNs = nowNs + standing.settings.times().quarantineNs();
        if (isSoleVoter()) {
            deadlineNs = nowNs;
            doubtEndsNs = nowNs;
        } else {
            restartTimer(nowNs);
        }
    }

    private Election(Election other, Standing standing) {
        this.standing = standing;
        ballot = other.ballot.copy();
        founding = other.founding.copy();
        ballotId = other.ballotId;
        asksLeftNs = other.asksLeftNs;
        haveAsksLeft = other.haveAsksLeft;
        deadlineNs = other.deadlineNs;
        trueUntilNs = other.trueUntilNs;
        doubtEndsNs = other.doubtEndsNs;
        chance = other.chance;
        roundCount = other.roundCount;
        leaderLossCount = other.leaderLossCount;
        unableCount = other.unableCount;
    }

    Election copy(Standing standingCopy) {
        return new Election(this, standingCopy);
    }

    long deadlineNs() {
        if (mayFound()) {
            return Math.min(deadlineNs, founding.dueNs());
        }
        return standing.quarantine() == Quarantine.DOUBTFUL ? Math.min(deadlineNs, doubtEndsNs) : deadlineNs;
    }

    /** How many rounds of votes this member has begun, pre-votes included. */
    long roundCount() {
        return roundCount;
    }

    /** How often this member lost a leader that it had followed. */
    long leaderLossCount() {
        return leaderLossCount;
    }

    /** How many voters said in this round, or if it is young in the one before, that they are quarantined. */
    int quarantinedVoterCount() {
        return isAsking() ? Math.max(unableCount, ballot.unableCount()) : 0;
    }

    /** The leader of this term has spoken. */
    void heardLeader(long nowNs) {
        trueUntilNs = nowNs + standing.electionMinNs();
        doubtEndsNs = nowNs + standing.settings.times().quarantineNs();
        restartTimer(nowNs);
    }

    /** This member may vote again; alone, it need not wait for anyone. */
    void healed(long nowNs) {
        if (isSoleVoter()) {
            deadlineNs = nowNs;
        }
    }

    /** Draws a new time-out from now on. */
    void restartTimer(long nowNs) {
        chance += 0x9E3779B97F4A7C15L;
        long span = standing.electionMaxNs() - standing.electionMinNs();
        long drawn = Long.remainderUnsigned(StateHash.fold(chance, span), span);
        deadlineNs = nowNs + standing.electionMinNs() + drawn;
    }

    void onVoteAsk(VoteAsk ask, long nowNs, RaftOutput output) {
        boolean asksAsVoter = membership().isVoter(ask.fromMember(), ask.directoryId());
        if (!asksAsVoter && !isAhead(ask)) {
            return;
        }
        boolean granted = ask.preVote() ? wouldVote(ask, nowNs) : votes(ask, nowNs);
        VoteReply reply =
                new VoteReply(standing.sender(), ask.incarnation(), ask.ballotId(), granted, standing.isQuarantined());
        output.message(ask.fromMember(), standing.hardSequence(), reply);
    }

    void onVoteReply(VoteReply reply, long nowNs, RaftOutput output) {
        boolean ofThisRound = reply.askIncarnation() == standing.settings.incarnation() && reply.ballotId() == ballotId;
        int ordinal = membership().ordinalOf(reply.fromMember());
        boolean isVoter = ordinal >= 0 && ordinal < membership().voterCount();
        if (!ofThisRound || !isAsking() || !isVoter || areVotesVoid(nowNs)) {
            return;
        }
        if (reply.quarantined()) {
            ballot.recordUnable(ordinal);
        } else {
            ballot.record(ordinal, reply.granted());
            goOnIfWon(nowNs, output);
        }
    }

    /** A blank member asks whether the group is new; whoever has entries says so. */
    void onFoundingAsk(FoundingAsk ask, RaftOutput output) {
        output.message(
                ask.fromMember(),
                standing.hardSequence(),
                new FoundingReply(
                        standing.sender(), ask.directoryId(), ask.incarnation(), ask.lookId(), standing.isEmpty()));
    }

    void onFoundingReply(FoundingReply reply, long nowNs) {
        boolean isForThisLook = reply.askDirectoryId() == standing.settings.directoryId()
                && reply.askIncarnation() == standing.settings.incarnation()
                && reply.lookId() == founding.lookId();
        int ordinal = membership().ordinalOf(reply.fromMember());
        if (mayFound()
                && isForThisLook
                && ordinal >= 0
                && ordinal < membership().voterCount()) {
            founding.hear(ordinal, reply.directoryId(), reply.term(), reply.isEmpty());
            foundIfNew(nowNs);
        }
    }

    /** The leader asks this member to take over. */
    void onTimeoutNow(TimeoutNow message, long nowNs, RaftOutput output) {
        boolean isFromLeader = message.term() == standing.term() && message.fromMember() == standing.leaderId();
        if (isFromLeader && standing.role() == Role.FOLLOWER && standing.isVoter() && standing.mayStand()) {
            stand(true, nowNs, output);
        }
    }

    /** The vault has forced more; a candidate's vote for itself may now count. */
    void onVaultForced(long nowNs, RaftOutput output) {
        boolean isOwnVoteForced =
                standing.role() == Role.CANDIDATE && standing.vaultForced() == standing.hardSequence();
        if (!isOwnVoteForced) {
            return;
        }
        if (!haveAsksLeft) {
            haveAsksLeft = true;
            asksLeftNs = nowNs;
        }
        if (isSoleVoter() || !areVotesVoid(nowNs)) {
            recordOwnVote();
            goOnIfWon(nowNs, output);
        }
    }

    /** Begins a round if no leader was heard in time, unless this member may not stand. */
    void expire(long nowNs, RaftOutput output) {
        if (standing.role() == Role.LEADER) {
            return;
        }
        if (standing.quarantine() == Quarantine.DOUBTFUL && nowNs >= doubtEndsNs) {
            // Whoever could have vouched for more is as lost as this member: all may have lost power at once.
            standing.endQuarantine();
        }
        if (mayFound() && nowNs >= founding.dueNs()) {
            founding.asked(nowNs + standing.settings.times().heartbeatNs());
            askAll(new FoundingAsk(standing.sender(), founding.lookId()), output);
            foundIfNew(nowNs);
        }
        if (nowNs < deadlineNs) {
            return;
        }
        if (standing.role() == Role.CANDIDATE && standing.vaultForced() != standing.hardSequence()) {
            // Its vote for itself is on the way to the disk; another term would only have to be stored as well.
            restartTimer(nowNs);
            return;
        }
        if (standing.leaderId() != CoreSettings.NOBODY) {
            leaderLossCount++;
        }
        if (!standing.mayStand()) {
            standing.become(Role.FOLLOWER, CoreSettings.NOBODY);
            restartTimer(nowNs);
            return;
        }
        standing.become(Role.PRE_CANDIDATE, CoreSettings.NOBODY);
        beginRound(nowNs);
        recordOwnVote();
        askOthers(true, false, output);
        goOnIfWon(nowNs, output);
    }

    long fold(long hash) {
        long folded = StateHash.fold(StateHash.fold(hash, ballot.bits()), ballotId);
        folded = StateHash.fold(StateHash.fold(folded, haveAsksLeft ? asksLeftNs : -1), deadlineNs);
        folded = StateHash.fold(StateHash.fold(folded, trueUntilNs), doubtEndsNs);
        return founding.fold(StateHash.fold(folded, chance));
    }

    private Membership membership() {
        return standing.membership();
    }

    /** Whether this member is one of the first voters and has nothing but what its configuration says. */
    private boolean mayFound() {
        return standing.quarantine() == Quarantine.BLANK
                && standing.isEmpty()
                && standing.memberships.latestIndex() == 0
                && standing.isVoter();
    }

    private void foundIfNew(long nowNs) {
        int ownOrdinal = membership().ordinalOf(standing.settings.memberId());
        if (!founding.isNew(membership().voterCount(), ownOrdinal, nowNs)) {
            return;
        }
        if (founding.highestTerm() > 0 && founding.highestTerm() >= standing.term()) {
            standing.enterTerm(founding.highestTerm() + 1);
        }
        standing.endQuarantine();
        restartTimer(nowNs);
    }

    private boolean isSoleVoter() {
        return standing.isVoter() && membership().voterCount() == 1;
    }

    private boolean isAsking() {
        return standing.role() == Role.PRE_CANDIDATE || standing.role() == Role.CANDIDATE;
    }

    /**
     * A vote may have been on its way for any time, and one that a former life gave must not count for ever. The asks
     * of a candidate leave when its term is forced; before that nobody can have given a vote.
     */
    private boolean areVotesVoid(long nowNs) {
        return standing.role() == Role.CANDIDATE
                && haveAsksLeft
                && nowNs - asksLeftNs >= standing.settings.times().longestNs();
    }

    private void recordOwnVote() {
        if (standing.isVoter()) {
            ballot.record(membership().ordinalOf(standing.settings.memberId()), true);
        }
    }

    /** Whether a vote in the next term would be given; changes nothing here. */
    private boolean wouldVote(VoteAsk ask, long nowNs) {
        return mayVoteFor(ask)
                && ask.term() >= standing.term()
                && !isTrueToAnother(ask.fromMember(), nowNs)
                && isUpToDate(ask);
    }

    private boolean votes(VoteAsk ask, long nowNs) {
        if (ask.term() < standing.term() || !mayVoteFor(ask)) {
            return false;
        }
        if (ask.term() > standing.term()) {
            if (!ask.transfer() && isTrueToAnother(ask.fromMember(), nowNs)) {
                return false;
            }
            standing.enterTerm(ask.term());
        }
        boolean free = standing.votedFor() == CoreSettings.NOBODY || standing.votedFor() == ask.fromMember();
        if (!free || !isUpToDate(ask)) {
            return false;
        }
        standing.vote(ask.fromMember());
        standing.become(Role.FOLLOWER, standing.leaderId());
        restartTimer(nowNs);
        return true;
    }

    /** A quarantined member has no vote to give; one that does not know itself as a voter, only for a log ahead. */
    private boolean mayVoteFor(VoteAsk ask) {
        return !standing.isQuarantined() && (standing.isVoter() || isAhead(ask));
    }

    /**
     * Leader, or follower of one that was heard within the shortest time-out. A leader that asks has given up itself.
     */
    private boolean isTrueToAnother(int askerId, long nowNs) {
        if (standing.role() == Role.LEADER) {
            return true;
        }
        return nowNs < trueUntilNs && standing.leaderId() != askerId;
    }

    /** Later last term, or equal last term and no shorter log (Raft paper §5.4.1). */
    private boolean isUpToDate(VoteAsk ask) {
        long ownLastTerm = standing.shape.lastTerm();
        return ask.lastTerm() > ownLastTerm
                || (ask.lastTerm() == ownLastTerm && ask.lastIndex() >= standing.shape.lastIndex());
    }

    private boolean isAhead(VoteAsk ask) {
        boolean isEqual = ask.lastTerm() == standing.shape.lastTerm() && ask.lastIndex() == standing.shape.lastIndex();
        return !isEqual && isUpToDate(ask);
    }

    private void beginRound(long nowNs) {
        roundCount++;
        ballotId++;
        unableCount = ballot.unableCount();
        ballot.clear(membership().voterCount());
        haveAsksLeft = false;
        restartTimer(nowNs);
    }

    private void goOnIfWon(long nowNs, RaftOutput output) {
        if (ballot.verdict() != Ballot.Verdict.WON) {
            return;
        }
        if (standing.role() == Role.CANDIDATE) {
            standing.become(Role.LEADER, standing.settings.memberId());
            return;
        }
        stand(false, nowNs, output);
    }

    private void stand(boolean transfer, long nowNs, RaftOutput output) {
        standing.enterTerm(standing.term() + 1);
        if (standing.isVoter()) {
            standing.vote(standing.settings.memberId());
        }
        standing.become(Role.CANDIDATE, CoreSettings.NOBODY);
        beginRound(nowNs);
        askOthers(false, transfer, output);
    }

    private void askOthers(boolean preVote, boolean transfer, RaftOutput output) {
        askAll(
                new VoteAsk(
                        standing.sender(),
                        preVote,
                        transfer,
                        ballotId,
                        standing.shape.lastIndex(),
                        standing.shape.lastTerm()),
                output);
    }

    private void askAll(RaftMessage ask, RaftOutput output) {
        int ownId = standing.settings.memberId();
        for (int i = 0; i < membership().voterCount(); i++) {
            if (membership().memberId(i) != ownId) {
                output.message(membership().memberId(i), standing.hardSequence(), ask);
            }
        }
    }
}
