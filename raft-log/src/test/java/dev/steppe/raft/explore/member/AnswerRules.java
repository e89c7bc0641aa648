package dev.steppe.raft.explore.member;

import static dev.steppe.raft.explore.said.RuleBroken.check;

import dev.steppe.raft.core.RaftCore;
import dev.steppe.raft.core.RaftCore.Role;
import dev.steppe.raft.core.RaftOutput.MembershipVerdict;
import dev.steppe.raft.core.RaftOutput.ProposalVerdict;
import dev.steppe.raft.core.RaftOutput.TransferEnd;
import dev.steppe.raft.core.RaftOutput.TransferVerdict;
import dev.steppe.raft.explore.alike.CoreFields;
import dev.steppe.raft.explore.alike.Groups;
import dev.steppe.raft.explore.said.LogTree;
import dev.steppe.raft.explore.said.Packet;
import dev.steppe.raft.message.RaftMessage;
import dev.steppe.raft.message.RaftMessage.AppendAsk;
import dev.steppe.raft.message.RaftMessage.AppendReply;
import dev.steppe.raft.message.RaftMessage.VoteAsk;
import dev.steppe.raft.message.RaftMessage.VoteReply;

/**
 * What a member may answer, and must: to whom it gives votes and repeats them, whom it follows, whose proposals,
 * changes and reads it takes, and when it stands and leads. By the papers, not by the core: some of these mistakes harm
 * only in stories that are longer than a search can be.
 */
final class AnswerRules {
    private final Member before;
    private final int event;
    private final MemberDraft after;
    private final RaftCore was;
    private final RaftCore is;

    AnswerRules(Member before, int event, MemberDraft after) {
        this.before = before;
        this.event = event;
        this.after = after;
        was = before.core();
        is = after.core;
    }

    void apply() {
        Event kind = Event.of(event);
        if (kind == Event.CRASH || kind == Event.DAMAGE || kind == Event.WIPE) {
            return;
        }
        if (Event.of(event) == Event.DELIVER) {
            Packet packet = after.packets.get(event);
            if (packet.message() instanceof VoteAsk ask) {
                checkVote(ask);
            } else if (packet.message() instanceof AppendAsk ask) {
                checkAppend(ask);
            } else if (packet.message() instanceof AppendReply reply) {
                checkAnswer(reply);
            }
        }
        checkClients();
        checkTransfer();
        checkRole();
    }

    /** Whether a member speaks from another directory than the one that it is tied to here. */
    static boolean isStrange(RaftCore core, RaftMessage message) {
        int ordinal = core.membership().ordinalOf(message.fromMember());
        long known = ordinal < 0 ? 0 : core.membership().server(ordinal).directoryId();
        return known != 0 && known != message.directoryId();
    }

    /** What comes out of another directory changes nothing, and is answered with nothing. */
    private void checkAnswer(AppendReply reply) {
        int id = reply.fromMember();
        boolean isIgnored = is.matchIndexOf(id) == was.matchIndexOf(id)
                && is.nextIndexOf(id) == was.nextIndexOf(id)
                && after.wished.isEmpty();
        check(!isStrange(was, reply) || isIgnored, "U4 a strange directory is heard, of member", id);
    }

    private void checkVote(VoteAsk ask) {
        boolean grants = false;
        for (int number : after.wished) {
            grants |= after.packets.get(number).message() instanceof VoteReply reply && reply.granted();
        }
        boolean isUpToDate = ask.lastTerm() > was.shape().lastTerm()
                || (ask.lastTerm() == was.shape().lastTerm()
                        && ask.lastIndex() >= was.shape().lastIndex());
        boolean isEqual = ask.lastTerm() == was.shape().lastTerm()
                && ask.lastIndex() == was.shape().lastIndex();
        boolean areVoters = was.membership().isVoter(ask.fromMember(), ask.directoryId())
                && was.membership().isVoter(before.id(), was.settings().directoryId());
        boolean mayVote = isUpToDate && (areVoters || !isEqual);
        check(!grants || mayVote, "U3 a vote of a stranger, for one, or for one that lags, in term", ask.term());
        boolean isDisturbed = before.isLoyal() && was.leaderId() != ask.fromMember() && !ask.transfer();
        boolean isLater = ask.preVote() || ask.term() > was.term();
        check(!grants || !isDisturbed || !isLater, "a vote against a leader that is heard, in term", ask.term());
        boolean isRepeated = !ask.preVote() && ask.term() == was.term() && was.votedFor() == ask.fromMember();
        boolean mustGrant = isRepeated && mayVote && !was.isQuarantined();
        check(grants || !mustGrant, "a vote is not given again in term", ask.term());
    }

    private void checkAppend(AppendAsk ask) {
        if (ask.term() < was.term()) {
            return;
        }
        boolean follows = is.role() == Role.FOLLOWER && is.leaderId() == ask.fromMember() && is.term() == ask.term();
        check(follows, "the leader of the term is not followed, of term", ask.term());
        for (int number : after.wished) {
            boolean refuses = after.packets.get(number).message() instanceof AppendReply reply
                    && !reply.accepted()
                    && reply.refusedPrevIndex() <= was.commitIndex();
            check(!refuses, "R3 a leader is refused where all agree, up to", was.commitIndex());
        }
    }

    private void checkClients() {
        boolean led = was.role() == Role.LEADER;
        boolean isOpen = CoreFields.transferTarget(was) != 0;
        ProposalVerdict free = isOpen ? ProposalVerdict.TRANSFERRING : ProposalVerdict.ACCEPTED;
        if (Event.of(event) == Event.PROPOSE) {
            ProposalVerdict right = led ? free : ProposalVerdict.NOT_LEADER;
            check(after.answers.proposal == right, "U9 a proposal is not taken as it should be in term", was.term());
        }
        boolean changes = after.answers.change == MembershipVerdict.ACCEPTED;
        boolean mayChange = led && hasCommittedOfTerm(was) && openChangeCount() == 1;
        check(!changes || mayChange, "U1 a change that may not begin yet, in term", was.term());
        boolean reads = after.answers.readIndex >= 0;
        check(!reads || hasCommittedOfTerm(is), "C1 a read before an entry of the term is committed", is.term());
    }

    private static boolean hasCommittedOfTerm(RaftCore core) {
        return core.shape().termAt(core.commitIndex()) == core.term();
    }

    /** Changes in the log that were not committed before this event. */
    private int openChangeCount() {
        return after.logs.groupCount(after.log, was.commitIndex());
    }

    /** Every attempt that is accepted has one end, at the latest with the office. */
    private void checkTransfer() {
        int open = CoreFields.transferTarget(was) != 0 ? 1 : 0;
        open += after.answers.transfer == TransferVerdict.ACCEPTED ? 1 : 0;
        open -= after.answers.transferEnd != TransferEnd.NONE ? 1 : 0;
        boolean isOpen = CoreFields.transferTarget(is) != 0;
        check(open == (isOpen ? 1 : 0), "U9 an attempt to hand over has not one end: still open", open);
        check(
                !isOpen || is.role() == Role.LEADER,
                "U9 an attempt to hand over outlives its office of term",
                was.term());
        boolean begins = is.role() == Role.LEADER && (was.role() != Role.LEADER || was.term() != is.term());
        check(!begins || !isOpen, "U9 an office begins with an attempt to hand it over, of term", is.term());
    }

    private void checkRole() {
        boolean stands = is.role() != Role.FOLLOWER && (is.role() != was.role() || is.term() != was.term());
        if (!stands) {
            return;
        }
        int group = after.logs.group(after.log);
        boolean votes = Groups.isVoter(group, before.id());
        boolean mayStand = votes || (openChange() >= 0 && Groups.isVoter(openChange(), before.id()));
        check(mayStand, "U3 one that does not vote stands in term", is.term());
        if (is.role() == Role.LEADER) {
            boolean isForced = after.vault.term() == is.term() && (!votes || after.vault.votedFor() == before.id());
            check(isForced, "R13 an office begins before the own vote is forced, of term", is.term());
        }
    }

    /** The group before the latest change, -1 if that is known to be committed. */
    private int openChange() {
        int at = after.log;
        while (after.logs.lastIndex(at) > is.commitIndex() && after.logs.lastKind(at) != LogTree.MEMBERSHIP) {
            at = after.logs.parent(at);
        }
        return after.logs.lastIndex(at) > is.commitIndex() ? after.logs.group(after.logs.parent(at)) : -1;
    }
}
