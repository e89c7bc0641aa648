package dev.steppe.raft.explore.member;

import dev.steppe.raft.core.CoreSettings;
import dev.steppe.raft.core.RaftCore;
import dev.steppe.raft.core.RaftCore.Role;
import dev.steppe.raft.core.RaftOutput.MembershipVerdict;
import dev.steppe.raft.core.RaftOutput.ProposalVerdict;
import dev.steppe.raft.core.RaftOutput.TransferEnd;
import dev.steppe.raft.explore.said.LogTree;
import dev.steppe.raft.message.RaftMessage;
import dev.steppe.raft.message.RaftMessage.AppendAsk;
import dev.steppe.raft.message.RaftMessage.AppendReply;
import dev.steppe.raft.message.RaftMessage.SnapshotAsk;
import dev.steppe.raft.message.RaftMessage.SnapshotReply;
import dev.steppe.raft.message.RaftMessage.TimeoutNow;
import dev.steppe.raft.message.RaftMessage.VoteAsk;
import dev.steppe.raft.message.RaftMessage.VoteReply;
import java.util.Arrays;

/** Sees from a member before and after an event which rare thing it has come through. */
final class MarkSpotter {
    private final Member before;
    private final RaftCore was;
    private final MemberDraft after;
    private final RaftCore is;
    private final int memberCount;
    private long marks;

    private MarkSpotter(Member before, MemberDraft after, int memberCount) {
        this.before = before;
        this.after = after;
        this.memberCount = memberCount;
        was = before.core();
        is = after.core;
    }

    static long spot(Member before, int event, MemberDraft after, int memberCount) {
        MarkSpotter spotter = new MarkSpotter(before, after, memberCount);
        switch (Event.of(event)) {
            case DELIVER -> spotter.onPacket(after.packets.get(event).message());
            case RESIGN -> spotter.mark(after.core.role() != Role.LEADER, Mark.RESIGNED);
            case STALL -> spotter.mark(spotter.isProbedBack(), Mark.REVIVED);
            case CRASH -> spotter.onCrash();
            case COMPACT -> spotter.mark(true, Mark.COMPACTED);
            case DOUBT_ENDS -> spotter.mark(!after.core.isQuarantined(), Mark.DOUBT_ENDED);
            case READ -> spotter.onRead();
            default -> {}
        }
        boolean isHealed = Event.of(event) != Event.DOUBT_ENDS && before.core().isQuarantined();
        boolean counts = isHealed && !after.core.isQuarantined() && after.life == before.life();
        spotter.mark(counts && after.log != 0, Mark.HEALED);
        spotter.mark(counts && after.log == 0, Mark.FOUNDED);
        boolean isChanged = after.core.role() == Role.LEADER
                && after.logs.groupCount(after.log, after.logs.lastIndex(before.log())) > 0;
        spotter.mark(isChanged && Event.of(event) != Event.CHANGE, Mark.TIED);
        spotter.onLeader();
        spotter.onAnswers();
        return spotter.marks;
    }

    private void mark(boolean isSeen, Mark mark) {
        marks |= isSeen ? mark.bit() : 0;
    }

    private void onPacket(RaftMessage message) {
        boolean wasLeader = was.role() == Role.LEADER;
        if (message instanceof VoteAsk ask) {
            onVoteAsk(ask);
        } else if (message instanceof VoteReply reply) {
            onVoteReply(reply);
        } else if (message instanceof AppendAsk ask) {
            onAppendAsk(ask);
        } else if (message instanceof SnapshotAsk ask) {
            mark(was.commitIndex() >= ask.snapshotIndex(), Mark.OLD_SNAPSHOT_DONE);
        } else if (message instanceof TimeoutNow) {
            mark(is.role() != Role.FOLLOWER && is.term() > was.term(), Mark.STANDS_AT_ONCE);
        } else if (wasLeader && is.role() == Role.LEADER) {
            onReply(message);
        }
        boolean isDeposed = wasLeader && is.role() != Role.LEADER && is.term() > was.term();
        mark(isDeposed && hasInFlight(), Mark.DEPOSED_IN_FLIGHT);
        boolean hasLeft = wasLeader && is.role() != Role.LEADER && is.term() == was.term();
        mark(hasLeft && !is.membership().isVoter(before.id()), Mark.REMOVED_LEADER_LEAVES);
    }

    private void onRead() {
        mark(after.answers.readIndex >= 0, Mark.LEASE_READ);
        boolean hasRounds = was.role() == Role.LEADER && was.settings().maxClockDriftPpm() >= 0;
        mark(hasRounds && after.answers.readIndex == StepResult.NO_READ, Mark.LEASE_OVER);
    }

    private void onVoteAsk(VoteAsk ask) {
        mark(was.isQuarantined() && !saysYes(), Mark.QUARANTINED_ASKED);
        boolean isRefused = is.votedFor() != ask.fromMember() || is.term() != ask.term();
        boolean isLonger = ask.lastIndex() > was.shape().lastIndex();
        mark(isLonger && ask.lastTerm() < was.shape().lastTerm() && isRefused, Mark.LONGER_LOG_LOSES);
        mark(before.isLoyal() && was.leaderId() != ask.fromMember() && isRefused, Mark.LOYAL_REFUSES);
        boolean isOfTerm = !ask.preVote() && ask.term() == was.term();
        boolean isGranted = is.votedFor() == ask.fromMember() && saysYes();
        mark(isOfTerm && was.votedFor() == ask.fromMember() && isGranted, Mark.VOTE_REPEATED);
        boolean isSecond = isOfTerm && was.votedFor() != CoreSettings.NOBODY && was.votedFor() != ask.fromMember();
        mark(isSecond, Mark.SECOND_CANDIDATE_REFUSED);
        boolean hasVotedBefore =
                before.life() > 1 && was.electionCount() == 0 && before.vault().sequence() == 0;
        mark(isSecond && hasVotedBefore && before.waiting().isEmpty(), Mark.VOTE_KEPT_OVER_RESTART);
        boolean asksAsVoter = was.membership().isVoter(ask.fromMember(), ask.directoryId());
        mark(!asksAsVoter && after.answers.sent.isEmpty(), Mark.STRANGER_UNANSWERED);
        mark(!asksAsVoter && !isRefused, Mark.STRANGER_AHEAD_ELECTED);
    }

    /** Whether it has answered, and not with a refusal. */
    private boolean saysYes() {
        boolean hasAnswered = false;
        for (int number : after.answers.sent) {
            RaftMessage answer = after.packets.get(number).message();
            hasAnswered |= answer instanceof VoteReply reply && reply.granted();
            hasAnswered |= answer instanceof AppendReply reply && reply.accepted();
        }
        return hasAnswered;
    }

    private void onVoteReply(VoteReply reply) {
        boolean isOwnLife = reply.askIncarnation() == was.settings().incarnation();
        boolean isLate = isOwnLife && reply.ballotId() < was.electionCount() && was.role() == Role.CANDIDATE;
        mark(isLate && reply.granted(), Mark.LATE_VOTE_IGNORED);
        boolean waits = reply.granted()
                && is.role() == Role.CANDIDATE
                && !before.waiting().isEmpty();
        mark(waits, Mark.OWN_VOTE_WAITS);
    }

    private void onAppendAsk(AppendAsk ask) {
        boolean isOfTerm = ask.term() == was.term();
        mark(isOfTerm && was.role() == Role.CANDIDATE && is.role() == Role.FOLLOWER, Mark.CANDIDATE_YIELDS);
        mark(ask.term() < was.term(), Mark.STALE_LEADER_REFUSED);
        boolean isTaken = is.leaderId() == ask.fromMember() && ask.term() == is.term();
        boolean isOld = isOfTerm
                && ask.entryCount() > 0
                && ask.lastIndex() < was.shape().lastIndex();
        mark(isTaken && isOld && after.log == before.log(), Mark.OLD_APPEND_HARMLESS);
        mark(isTaken && ask.commitIndex() > is.commitIndex(), Mark.COMMIT_LIMITED);
        boolean isBeforeBase =
                ask.entryCount() > 0 && ask.prevIndex() < was.shape().baseIndex();
        mark(isTaken && isBeforeBase && saysYes(), Mark.APPEND_BEFORE_BASE);
    }

    private void onReply(RaftMessage message) {
        if (message instanceof AppendReply reply) {
            boolean isBehind = reply.accepted() && reply.term() == was.term();
            mark(isBehind && reply.matchIndex() < was.matchIndexOf(reply.fromMember()), Mark.LATE_ANSWER_HARMLESS);
            mark(!reply.accepted() && isProbedBack(), Mark.PROBED_BACK);
            mark(reply.accepted() && !reply.counts(), Mark.NOT_COUNTED);
            boolean isOfFormerLife = reply.incarnation() < was.incarnationOf(reply.fromMember());
            mark(isOfFormerLife, Mark.FORMER_LIFE_IGNORED);
            mark(AnswerRules.isStrange(was, reply), Mark.STRANGE_DIRECTORY);
        } else if (message instanceof SnapshotReply reply) {
            boolean moves = reply.done() && is.nextIndexOf(reply.fromMember()) > was.nextIndexOf(reply.fromMember());
            mark(moves, Mark.FED_BY_SNAPSHOT);
        }
    }

    private boolean isProbedBack() {
        for (int id = 1; id <= memberCount; id++) {
            if (was.role() == Role.LEADER && is.nextIndexOf(id) >= 0 && is.nextIndexOf(id) < was.nextIndexOf(id)) {
                return true;
            }
        }
        return false;
    }

    private boolean hasInFlight() {
        for (int id = 1; id <= memberCount; id++) {
            if (id != before.id() && was.nextIndexOf(id) > was.matchIndexOf(id) + 1) {
                return true;
            }
        }
        return false;
    }

    private void onLeader() {
        if (is.role() != Role.LEADER) {
            return;
        }
        mark(was.role() != Role.LEADER, Mark.LEADER_ELECTED);
        mark(was.role() != Role.LEADER && is.membership().voterCount() % 2 == 0, Mark.ELECTED_BY_EVEN);
        boolean hasCommitted = was.role() == Role.LEADER && is.commitIndex() > was.commitIndex();
        boolean isOldTerm = hasCommitted
                && was.commitIndex() >= is.shape().baseIndex()
                && is.shape().termAt(was.commitIndex() + 1) < is.term();
        mark(isOldTerm, Mark.OLD_TERM_COMMITTED_ALONG);
        mark(is.commitIndex() > is.forcedIndex(), Mark.COMMIT_AHEAD_OF_OWN_FORCE);
        long counted = forcedByMajority();
        mark(counted > is.commitIndex() && is.shape().termAt(counted) < is.term(), Mark.OLD_TERM_NOT_COUNTED);
        mark(hasCommitted && !is.membership().isVoter(before.id()), Mark.COMMITS_WITHOUT_ITSELF);
    }

    private long forcedByMajority() {
        long[] reached = new long[is.membership().voterCount()];
        for (int i = 0; i < reached.length; i++) {
            int id = is.membership().memberId(i);
            reached[i] = id == before.id() ? is.forcedIndex() : is.matchIndexOf(id);
        }
        Arrays.sort(reached);
        return reached[reached.length - (reached.length / 2 + 1)];
    }

    private void onAnswers() {
        MemberDraft.Answers answers = after.answers;
        mark(answers.readIndex >= 0, Mark.READ_ANSWERED);
        mark(answers.readIndex == -1, Mark.READ_REFUSED);
        mark(answers.change == MembershipVerdict.ACCEPTED, Mark.CHANGE_ACCEPTED);
        mark(answers.change == MembershipVerdict.NOT_SETTLED, Mark.CHANGE_NOT_SETTLED);
        mark(answers.change == MembershipVerdict.IN_PROGRESS, Mark.CHANGE_IN_PROGRESS);
        mark(answers.change == MembershipVerdict.NOT_CAUGHT_UP, Mark.NOT_CAUGHT_UP);
        mark(answers.transferEnd == TransferEnd.HANDED_OVER, Mark.HANDED_OVER);
        mark(answers.transferEnd == TransferEnd.FAILED, Mark.TRANSFER_FAILED);
        mark(answers.proposal == ProposalVerdict.TRANSFERRING, Mark.NO_PROPOSAL_MEANWHILE);
    }

    private void onCrash() {
        LogTree logs = after.logs;
        boolean isCutOff = logs.lastIndex(after.log) < logs.lastIndex(before.log());
        mark(isCutOff && logs.startsWith(before.log(), after.log), Mark.LOST_BY_CRASH);
        mark(after.log != before.forced() && !logs.startsWith(before.forced(), after.log), Mark.KEPT_BY_CRASH);
        boolean hadVote = was.votedFor() != CoreSettings.NOBODY;
        mark(hadVote && is.votedFor() == CoreSettings.NOBODY, Mark.VOTE_LOST_BY_CRASH);
        mark(logs.lastTerm(after.log) > after.vault.term(), Mark.LOG_AHEAD_OF_VAULT);
        mark(before.isReplacing(), Mark.CRASH_BEFORE_INSTALL);
    }
}
