package dev.steppe.raft.core;

import dev.steppe.raft.core.RaftCore.Role;
import dev.steppe.raft.message.RaftMessage.VoteAsk;
import dev.steppe.raft.message.RaftMessage.VoteReply;
import dev.steppe.raft.quorum.Ballot;
import dev.steppe.raft.quorum.VoterSet;

/**
 * Who leads next: asking for votes and giving them. A round of pre-votes comes before each candidacy, and a member that
 * hears a leader gives no vote to anyone else (Ongaro thesis §9.6, §4.2.3), so a member that cannot be heard by a
 * majority disturbs nobody. A candidate counts its own vote only once the vault has forced it.
 */
final class Election {
    private final Standing standing;
    private final Ballot ballot;
    private long ballotId;
    private long deadlineNs;
    private long leaderHeardNs;
    private long chance;
    private long roundCount;
    private long leaderLossCount;

    Election(Standing standing, long seed, long nowNs) {
        this.standing = standing;
        ballot = new Ballot(voters().count());
        chance = seed;
        if (voters().count() == 1) {
            deadlineNs = nowNs;
        } else {
            restartTimer(nowNs);
        }
    }

    private Election(Election other, Standing standing) {
        this.standing = standing;
        ballot = other.ballot.copy();
        ballotId = other.ballotId;
        deadlineNs = other.deadlineNs;
        leaderHeardNs = other.leaderHeardNs;
        chance = other.chance;
        roundCount = other.roundCount;
        leaderLossCount = other.leaderLossCount;
    }

    Election copy(Standing standingCopy) {
        return new Election(this, standingCopy);
    }

    long deadlineNs() {
        return deadlineNs;
    }

    /** How many rounds of votes this member has begun, pre-votes included. */
    long roundCount() {
        return roundCount;
    }

    /** How often this member lost a leader that it had followed. */
    long leaderLossCount() {
        return leaderLossCount;
    }

    /** The leader of this term has spoken. */
    void heardLeader(long nowNs) {
        leaderHeardNs = nowNs;
        restartTimer(nowNs);
    }

    /** Draws a new time-out from now on. */
    void restartTimer(long nowNs) {
        chance += 0x9E3779B97F4A7C15L;
        long span = standing.settings.times().electionMaxNs()
                - standing.settings.times().electionMinNs();
        long drawn = Long.remainderUnsigned(Standing.fold(chance, span), span);
        deadlineNs = nowNs + standing.settings.times().electionMinNs() + drawn;
    }

    void onVoteAsk(VoteAsk ask, long nowNs, RaftOutput output) {
        boolean granted = ask.preVote() ? wouldVote(ask, nowNs) : votes(ask, nowNs);
        VoteReply reply = new VoteReply(standing.sender(), ask.incarnation(), ask.ballotId(), granted, false);
        output.message(ask.fromMember(), standing.hardSequence(), reply);
    }

    void onVoteReply(VoteReply reply, long nowNs, RaftOutput output) {
        boolean ofThisRound = reply.askIncarnation() == standing.settings.incarnation() && reply.ballotId() == ballotId;
        if (ofThisRound && isAsking()) {
            ballot.record(voters().ordinalOf(reply.fromMember()), reply.granted());
            goOnIfWon(nowNs, output);
        }
    }

    /** The vault has forced more; a candidate's vote for itself may now count. */
    void onVaultForced(long nowNs, RaftOutput output) {
        if (standing.role() == Role.CANDIDATE && standing.vaultForced() == standing.hardSequence()) {
            ballot.record(ownOrdinal(), true);
            goOnIfWon(nowNs, output);
        }
    }

    /** Begins a round if no leader was heard in time. */
    void expire(long nowNs, RaftOutput output) {
        if (standing.role() == Role.LEADER || nowNs < deadlineNs) {
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
        standing.become(Role.PRE_CANDIDATE, CoreSettings.NOBODY);
        beginRound(nowNs);
        ballot.record(ownOrdinal(), true);
        askOthers(true, output);
        goOnIfWon(nowNs, output);
    }

    long fold(long hash) {
        long folded = Standing.fold(Standing.fold(hash, ballot.bits()), ballotId);
        return Standing.fold(Standing.fold(Standing.fold(folded, deadlineNs), leaderHeardNs), chance);
    }

    private VoterSet voters() {
        return standing.settings.voters();
    }

    private int ownOrdinal() {
        return voters().ordinalOf(standing.settings.memberId());
    }

    private boolean isAsking() {
        return standing.role() == Role.PRE_CANDIDATE || standing.role() == Role.CANDIDATE;
    }

    /** Whether a vote in the next term would be given; changes nothing here. */
    private boolean wouldVote(VoteAsk ask, long nowNs) {
        return ask.term() >= standing.term() && !isTrueToAnother(ask.fromMember(), nowNs) && isUpToDate(ask);
    }

    private boolean votes(VoteAsk ask, long nowNs) {
        if (ask.term() < standing.term()) {
            return false;
        }
        if (ask.term() > standing.term()) {
            if (isTrueToAnother(ask.fromMember(), nowNs)) {
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

    /**
     * Leader, or follower of one that was heard within the shortest time-out. A leader that asks has given up itself.
     */
    private boolean isTrueToAnother(int askerId, long nowNs) {
        if (standing.role() == Role.LEADER) {
            return true;
        }
        boolean hearsLeader = standing.leaderId() != CoreSettings.NOBODY
                && nowNs - leaderHeardNs < standing.settings.times().electionMinNs();
        return hearsLeader && standing.leaderId() != askerId;
    }

    /** Later last term, or equal last term and no shorter log (Raft paper §5.4.1). */
    private boolean isUpToDate(VoteAsk ask) {
        long ownLastTerm = standing.shape.lastTerm();
        return ask.lastTerm() > ownLastTerm
                || (ask.lastTerm() == ownLastTerm && ask.lastIndex() >= standing.shape.lastIndex());
    }

    private void beginRound(long nowNs) {
        roundCount++;
        ballotId++;
        ballot.clear(voters().count());
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
        standing.enterTerm(standing.term() + 1);
        standing.vote(standing.settings.memberId());
        standing.become(Role.CANDIDATE, CoreSettings.NOBODY);
        beginRound(nowNs);
        askOthers(false, output);
    }

    private void askOthers(boolean preVote, RaftOutput output) {
        CoreSettings own = standing.settings;
        VoteAsk ask = new VoteAsk(
                standing.sender(), preVote, false, ballotId, standing.shape.lastIndex(), standing.shape.lastTerm());
        for (int i = 0; i < own.voters().count(); i++) {
            if (own.voters().memberId(i) != own.memberId()) {
                output.message(own.voters().memberId(i), standing.hardSequence(), ask);
            }
        }
    }
}
