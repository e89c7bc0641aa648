package dev.steppe.raft.explore;

import static dev.steppe.raft.explore.said.RuleBroken.check;

import dev.steppe.raft.core.RaftCore;
import dev.steppe.raft.core.RaftCore.Role;
import dev.steppe.raft.explore.alike.Groups;
import dev.steppe.raft.explore.member.Event;
import dev.steppe.raft.explore.member.Member;
import dev.steppe.raft.explore.member.MemberMachine;
import dev.steppe.raft.explore.member.StepResult;
import dev.steppe.raft.explore.said.LogTree;
import dev.steppe.raft.explore.said.Packet;
import org.agrona.collections.LongHashSet;

/**
 * What must hold between members and over time, by the names of spec/reliability.md §2: R1, R3, R4, R5, R7, R8, R9,
 * R10, R11, R12 and C1. What holds inside one member is checked where it steps.
 */
final class WorldRules {
    private final MemberMachine machine;
    private final LogTree logs;
    private final LongHashSet agreeing = new LongHashSet();

    WorldRules(MemberMachine machine) {
        this.machine = machine;
        logs = machine.logs();
    }

    /** What is to be remembered after an event. */
    History historyAfter(History before, int memberId, int event, StepResult result) {
        History after = before;
        if (result.leaderTerm() != 0) {
            int other = before.leaderOf(result.leaderTerm());
            check(other == 0 || other == memberId, "R1 two leaders in term", result.leaderTerm());
            // Here too: a search may have no room for what a new leader says, and never look at that world.
            boolean isComplete = result.leaderTerm() < before.ledTerm()
                    || logs.startsWith(machine.get(result.next()).log(), before.committed());
            check(isComplete, "R4 a leader lacks what is committed", result.leaderTerm());
            after = after.withLeader(result.leaderTerm(), memberId);
        }
        if (Event.of(event) == Event.CHANGE) {
            after = after.withChange();
        }
        if (Event.of(event) == Event.TRANSFER) {
            after = after.withTransfer();
        }
        if (Event.of(event) == Event.READ) {
            after = after.withRead(logs.lastIndex(before.committed()));
        }
        if (!result.hasNoRead() && result.readIndex() >= 0) {
            int floor = after.readFloors().get(result.readId() - 1);
            check(result.readIndex() >= floor, "C1 a stale read at", result.readIndex());
        }
        if (result.committed() >= 0) {
            boolean isLonger = logs.lastIndex(result.committed()) > logs.lastIndex(before.committed());
            boolean isOne = isLonger
                    ? logs.startsWith(result.committed(), before.committed())
                    : logs.startsWith(before.committed(), result.committed());
            check(isOne, "R5 two different entries are committed, up to", logs.lastIndex(result.committed()));
            after = isLonger ? after.withCommitted(result.committed()) : after;
        }
        return result.isAccepted() ? after.withProposal() : after;
    }

    /** What must hold in a world in which this member has just changed. */
    void checkAfter(World world, History history, int memberId) {
        Member changed = machine.get(world.members[memberId - 1]);
        for (int number : world.members) {
            Member member = machine.get(number);
            checkMatching(changed.log(), member.log());
            checkMatching(changed.log(), member.forced());
            checkMatching(changed.forced(), member.forced());
            checkLeader(world, history, member);
        }
        int group = logs.group(history.committed());
        int lackingCount = Integer.bitCount(Groups.voterBits(group)) - holderCount(world, group, history.committed());
        // A quarantined member is in no majority; one that was counted before its disk was damaged counts as it was.
        boolean isInEveryMajority = lackingCount < Groups.majority(group);
        check(isInEveryMajority, "R9 a majority lacks what is committed, up to", logs.lastIndex(history.committed()));
        int snapshot = changed.newestSnapshot();
        boolean isCommitted = snapshot < 0 || logs.startsWith(history.committed(), snapshot);
        check(isCommitted, "R12 a snapshot of what is not committed", snapshot);
        checkGroups(history, changed.log());
        checkVotes(world, memberId);
    }

    /** What a leader has just committed, a majority of its voters has forced. */
    void checkCommit(World world, int memberId) {
        Member leader = machine.get(world.members[memberId - 1]);
        int group = logs.group(leader.log());
        int committed = logs.prefix(leader.log(), leader.core().commitIndex());
        boolean isForced = leader.core().role() != Role.LEADER
                || leader.core().commitIndex() == 0
                || holderCount(world, group, committed) >= Groups.majority(group);
        check(
                isForced,
                "R8 committed, but not forced by a majority, up to",
                leader.core().commitIndex());
    }

    private int holderCount(World world, int group, int log) {
        int count = 0;
        for (int number : world.members) {
            Member member = machine.get(number);
            boolean isSure = member.core().isQuarantined() || logs.startsWith(member.forced(), log);
            boolean holds = Groups.isVoter(group, member.id()) && isSure;
            count += holds ? 1 : 0;
        }
        return count;
    }

    /** A member whose disk was damaged may have forgotten a vote; that it harms nobody is R1. */
    private boolean isOfOneMemory(Packet one, Packet other, int voterId, World world) {
        boolean isSameDirectory = one.message().directoryId() == other.message().directoryId();
        return (isSameDirectory
                        && one.message().incarnation() == other.message().incarnation())
                || machine.get(world.members[voterId - 1]).past().damages() == 0;
    }

    private void checkGroups(History history, int log) {
        int agreed = logs.agreesUpTo(log, history.committed());
        int openCount = logs.groupCount(log, agreed);
        check(openCount <= 1, "R11 changes that are not committed", openCount);
        for (int at = log; logs.lastIndex(at) > agreed; at = logs.parent(at)) {
            int step = Groups.voterBits(logs.group(at)) ^ Groups.voterBits(logs.group(logs.parent(at)));
            check(Integer.bitCount(step) <= 1, "R11 two voters change at once at", logs.lastIndex(at));
        }
    }

    private void checkMatching(int one, int other) {
        if (one == other) {
            return;
        }
        long pair = ((long) Math.min(one, other) << 32) | Math.max(one, other);
        if (agreeing.contains(pair)) {
            return;
        }
        for (int index = Math.min(logs.lastIndex(one), logs.lastIndex(other)); index > 0; index--) {
            int inOne = logs.prefix(one, index);
            int inOther = logs.prefix(other, index);
            boolean isSameEntry = logs.lastTerm(inOne) == logs.lastTerm(inOther);
            check(!isSameEntry || inOne == inOther, "R3 two logs differ before an equal entry at", index);
        }
        agreeing.add(pair);
    }

    private void checkLeader(World world, History history, Member leader) {
        RaftCore core = leader.core();
        if (core.role() != Role.LEADER || core.term() < history.ledTerm()) {
            return;
        }
        check(logs.startsWith(leader.log(), history.committed()), "R4 a leader lacks what is committed", core.term());
        for (int i = 0; i < world.members.length; i++) {
            Member follower = machine.get(world.members[i]);
            long matchIndex = core.matchIndexOf(i + 1);
            boolean isHeld = follower.id() == leader.id()
                    || matchIndex < 0
                    || follower.core().isQuarantined()
                    || logs.startsWith(follower.forced(), logs.prefix(leader.log(), matchIndex));
            check(isHeld, "R8 a leader counts what a follower has not forced, up to", matchIndex);
        }
    }

    /** Every vote that was ever given is still on its way. */
    private void checkVotes(World world, int voterId) {
        for (int i = 0; i < world.packetCount; i++) {
            Packet one = machine.packets().get(world.packets[i]);
            for (int j = i + 1; one.isVote() && one.fromMember() == voterId && j < world.packetCount; j++) {
                Packet other = machine.packets().get(world.packets[j]);
                boolean isSecond = other.isVote()
                        && other.fromMember() == voterId
                        && other.voteTerm() == one.voteTerm()
                        && isOfOneMemory(one, other, voterId, world)
                        && other.toMember() != one.toMember();
                check(!isSecond, "R7 a second vote in term", isSecond ? one.voteTerm() : 0);
            }
        }
    }
}
