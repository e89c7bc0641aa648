package dev.steppe.raft.core;

import dev.steppe.raft.core.RaftCore.Role;
import dev.steppe.raft.message.RaftMessage;
import dev.steppe.raft.message.RaftMessage.AppendReply;
import dev.steppe.raft.message.RaftMessage.VoteAsk;
import dev.steppe.raft.message.RaftMessage.VoteReply;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What must hold after every step, by the names of spec/reliability.md §2: R1 to R10 and R13, and that no read is
 * answered with less than was committed when it was asked.
 */
final class RaftCheckers {
    private final SimWorld world;
    private final Map<Long, Integer> leaderOfTerm = new HashMap<>();
    private final Map<String, Long> chainOfEntry = new HashMap<>();
    private final Map<String, Integer> voteOf = new HashMap<>();
    private final Map<String, Long> matchOf = new HashMap<>();
    private final Map<Long, Long> committedWhenAsked = new HashMap<>();
    private final List<Long> canonicalChain = new ArrayList<>();
    private final Map<Integer, Long> commitSeen = new HashMap<>();
    private final Map<Integer, Long> termSeen = new HashMap<>();
    private final Map<Integer, Long> checkedLast = new HashMap<>();
    long readsAnswered;
    long cutsSeen;

    RaftCheckers(SimWorld world) {
        this.world = world;
        canonicalChain.add(0L);
    }

    void check(boolean holds, String what, long number) {
        if (!holds) {
            throw new AssertionError(what + ": " + number + " at step " + world.stepCount + " of seed " + world.seed);
        }
    }

    long committedIndex() {
        return canonicalChain.size() - 1L;
    }

    void onStart(SimMember member) {
        commitSeen.put(member.id, 0L);
        checkedLast.put(member.id, 0L);
        check(member.core.term() >= termSeen.getOrDefault(member.id, 0L), "R6 term fell at start", member.core.term());
    }

    void onVault(SimMember member) {
        check(member.forcedTerm >= termSeen.getOrDefault(member.id, 0L), "R6 forced term fell", member.forcedTerm);
        termSeen.put(member.id, member.forcedTerm);
        if (member.forcedVote != CoreSettings.NOBODY) {
            Integer before = voteOf.put(member.id + "@" + member.forcedTerm, member.forcedVote);
            check(before == null || before == member.forcedVote, "R7 second vote in term", member.forcedTerm);
        }
    }

    /** Before the disk has seen anything of the step. */
    void onStep(SimMember member) {
        RaftCore core = member.core;
        if (core.role() == Role.LEADER) {
            check(member.output.cutFromIndex() == 0, "R2 a leader cut its log", core.term());
            Integer before = leaderOfTerm.put(core.term(), member.id);
            check(before == null || before == member.id, "R1 two leaders in term", core.term());
        }
        if (member.output.cutFromIndex() != 0) {
            cutsSeen++;
            checkedLast.merge(member.id, member.output.cutFromIndex() - 1, Math::min);
        }
        for (int i = 0; i < member.output.readCount(); i++) {
            onRead(member.output.readId(i), member.output.readIndex(i));
        }
    }

    void onReadAsked(long readId) {
        committedWhenAsked.put(readId, committedIndex());
    }

    private void onRead(long readId, long readIndex) {
        Long committed = committedWhenAsked.remove(readId);
        check(committed != null, "a read was answered twice", readId);
        if (readIndex >= 0) {
            readsAnswered++;
            check(readIndex >= committed, "C1 stale read, missing entries behind", readIndex);
        }
    }

    void onLeave(SimMember member, RaftMessage message, int toMember) {
        long forcedInLog = member.forcedLog.term(member.forcedLog.lastIndex());
        boolean termForced = message.term() <= Math.max(member.forcedTerm, forcedInLog);
        check(termForced, "R13 term left before it was forced", message.term());
        if (message instanceof AppendReply reply && reply.accepted()) {
            check(reply.matchIndex() <= member.forcedLog.lastIndex(), "R13 ack before force", reply.matchIndex());
        }
        if (message instanceof VoteReply reply && reply.granted() && world.isRealBallot(toMember, reply)) {
            boolean forced = member.forcedTerm > reply.term() || member.forcedVote == toMember;
            check(forced, "R13 vote before force", reply.term());
        }
        if (message instanceof VoteAsk ask && !ask.preVote()) {
            world.noteRealBallot(member.id, ask);
        }
    }

    void afterStep(SimMember member) {
        checkLog(member);
        checkCommit(member);
        if (member.core.role() == Role.LEADER) {
            checkLeader(member);
        }
    }

    private void checkLog(SimMember member) {
        long last = member.log.lastIndex();
        check(last == member.core.shape().lastIndex(), "core and log differ in length", last);
        for (long index = checkedLast.get(member.id) + 1; index <= last; index++) {
            check(member.log.term(index) == member.core.shape().termAt(index), "core and log differ in term", index);
            Long before = chainOfEntry.put(index + "@" + member.log.term(index), member.log.chain(index));
            check(before == null || before == member.log.chain(index), "R3 log matching at", index);
        }
        checkedLast.put(member.id, last);
    }

    private void checkCommit(SimMember member) {
        long commit = member.core.commitIndex();
        long before = commitSeen.put(member.id, commit);
        check(commit >= before, "R6 commit index fell", commit);
        for (long index = before + 1; index <= commit; index++) {
            if (index == canonicalChain.size()) {
                canonicalChain.add(member.log.chain(index));
            }
            check(member.log.chain(index) == canonicalChain.get((int) index), "R5 state machine safety at", index);
        }
        long committed = committedIndex();
        int holders = 0;
        for (SimMember other : world.members) {
            boolean holds = other.forcedLog.lastIndex() >= committed
                    && other.forcedLog.chain(committed) == canonicalChain.get((int) committed);
            holders += holds ? 1 : 0;
        }
        check(holders >= world.voters.majorityCount(), "R8 committed but not forced by a majority", committed);
    }

    private void checkLeader(SimMember leader) {
        RaftCore core = leader.core;
        long committed = committedIndex();
        boolean isNewest = leaderOfTerm.keySet().stream().noneMatch(term -> term > core.term());
        if (isNewest) {
            boolean complete = leader.log.lastIndex() >= committed
                    && leader.log.chain(committed) == canonicalChain.get((int) committed);
            check(complete, "R4 leader completeness in term", core.term());
        }
        for (int i = 0; i < world.members.size(); i++) {
            SimMember follower = world.members.get(i);
            if (follower != leader) {
                long match = core.matchIndexOf(i + 1);
                check(match < core.nextIndexOf(i + 1), "R10 match below next", match);
                // A follower that began a new life is looked at anew.
                long incarnation = core.incarnationOf(i + 1);
                Long before = matchOf.put(core.term() + ":" + i + ":" + incarnation, match);
                check(before == null || match >= before, "R10 match fell", match);
                boolean really = follower.forcedLog.lastIndex() >= match
                        && follower.forcedLog.chain(match) == leader.log.chain(match);
                check(really || !isNewest, "R8 match beyond what the follower has forced", match);
            }
        }
    }
}
