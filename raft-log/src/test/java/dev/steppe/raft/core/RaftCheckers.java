package dev.steppe.raft.core;

import dev.steppe.raft.core.RaftCore.Role;
import dev.steppe.raft.core.RaftOutput.AppendSource;
import dev.steppe.raft.core.RaftOutput.TransferEnd;
import dev.steppe.raft.core.RaftOutput.TransferVerdict;
import dev.steppe.raft.core.SimLog.Snapshot;
import dev.steppe.raft.core.track.Quarantine;
import dev.steppe.raft.message.RaftMessage;
import dev.steppe.raft.message.RaftMessage.AppendReply;
import dev.steppe.raft.message.RaftMessage.VoteAsk;
import dev.steppe.raft.message.RaftMessage.VoteReply;
import dev.steppe.raft.quorum.Membership;
import dev.steppe.raft.quorum.MembershipStep;
import dev.steppe.raft.quorum.MembershipStep.Kind;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What must hold after every step, by the names of spec/reliability.md §2: R1 to R8 and R10 to R14, and that no read is
 * answered with less than was committed when it was asked.
 */
final class RaftCheckers {
    private final SimWorld world;
    private final Map<Long, Integer> leaderOfTerm = new HashMap<>();
    private final Map<String, Long> chainOfEntry = new HashMap<>();
    private final Map<String, Integer> voteOf = new HashMap<>();
    private final Map<String, Match> matchOf = new HashMap<>();
    private final Map<Long, Long> committedWhenAsked = new HashMap<>();
    private final List<Long> canonicalChain = new ArrayList<>();
    private final Map<Integer, Long> commitSeen = new HashMap<>();
    private final Map<Integer, Long> termSeen = new HashMap<>();
    private final Map<Integer, Long> checkedLast = new HashMap<>();
    private final Map<Integer, Long> membershipSeen = new HashMap<>();
    private final Set<Integer> transferring = new HashSet<>();
    long readsAnswered;
    long cutsSeen;
    long membershipsSeen;
    long transfersSeen;
    long installsSeen;
    long healingsSeen;

    private record Match(long incarnation, long index) {}

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
        commitSeen.put(member.id, member.core.commitIndex());
        checkedLast.put(member.id, member.log.baseIndex());
        membershipSeen.put(member.id, member.core.membershipIndex());
        check(member.core.term() >= termSeen.getOrDefault(member.id, 0L), "R6 term fell at start", member.core.term());
    }

    void onCrash(SimMember member) {
        transferring.remove(member.id);
    }

    void onVaultLost(SimMember member) {
        termSeen.put(member.id, 0L);
    }

    void onVault(SimMember member) {
        check(member.forcedTerm >= termSeen.getOrDefault(member.id, 0L), "R6 forced term fell", member.forcedTerm);
        termSeen.put(member.id, member.forcedTerm);
        if (member.forcedVote != CoreSettings.NOBODY) {
            String key = member.id + "." + member.directoryId + "@" + member.forcedTerm;
            Integer before = voteOf.put(key, member.forcedVote);
            // Who is healed stands by the leader of the term: whatever its former life voted decides nothing any more.
            Integer leader = leaderOfTerm.get(member.forcedTerm);
            boolean standsByLeader = leader != null && leader == member.forcedVote && member.damagedLife > 0;
            boolean isSame = before == null || before == member.forcedVote;
            check(isSame || standsByLeader, "R7 second vote in term", member.forcedTerm);
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
        checkMembership(member);
        checkStandingForElection(member);
        checkTransfer(member);
        if (member.output.installIndex() != 0) {
            check(core.role() == Role.FOLLOWER, "R12 installs though it does not follow", core.term());
        }
        long snapshotIndex = core.snapshotIndex();
        check(core.shape().baseIndex() <= snapshotIndex, "R12 log begins behind the snapshot", snapshotIndex);
        healingsSeen += member.output.isHealing() ? 1 : 0;
        for (int i = 0; i < member.output.readCount(); i++) {
            onRead(member.output.readId(i), member.output.readIndex(i));
        }
    }

    private void checkMembership(SimMember member) {
        RaftCore core = member.core;
        long before = membershipSeen.put(member.id, core.membershipIndex());
        if (member.output.appendSource() == AppendSource.MEMBERSHIP) {
            membershipsSeen++;
            long committed = core.commitIndex();
            // It may have found in the same step that its office is over.
            boolean led = Integer.valueOf(member.id).equals(leaderOfTerm.get(core.term()));
            check(led, "R11 a follower changes the membership", core.term());
            check(before <= committed, "R11 two uncommitted changes, first at", before);
            check(core.shape().termAt(committed) == core.term(), "R11 change before own-term commit", core.term());
            Membership from = core.membershipAt(core.membershipIndex() - 1);
            Kind step = MembershipStep.between(from, core.membership()).kind();
            check(step != Kind.NONE && step != Kind.NOT_ONE, "R11 not one step at", core.membershipIndex());
        }
    }

    private void checkStandingForElection(SimMember member) {
        RaftCore core = member.core;
        if (core.role() == Role.FOLLOWER) {
            return;
        }
        check(!core.isQuarantined(), "R14 a quarantined member stands for election", core.term());
        boolean mayBeLeaving = core.membershipIndex() > core.commitIndex();
        boolean isVoter = core.membership().isVoter(member.id);
        check(isVoter || mayBeLeaving, "who is no voter stands for election", core.term());
    }

    private void checkTransfer(SimMember member) {
        if (member.output.transferVerdict() == TransferVerdict.ACCEPTED) {
            check(transferring.add(member.id), "a second transfer is accepted", member.id);
        }
        if (member.output.transferEnd() != TransferEnd.NONE) {
            check(transferring.remove(member.id), "a transfer ends twice, or never began", member.id);
            transfersSeen += member.output.transferEnd() == TransferEnd.HANDED_OVER ? 1 : 0;
        }
        boolean isOpen = transferring.contains(member.id);
        check(isOpen == (member.core.transferTargetId() != 0), "a transfer is lost, or never ends", member.id);
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
        boolean isQuarantined = member.forcedQuarantine != Quarantine.NONE;
        if (message instanceof AppendReply reply) {
            check(!(reply.counts() && isQuarantined), "R14 a quarantined member wants to count", member.id);
        }
        if (message instanceof VoteReply reply) {
            check(!(reply.granted() && isQuarantined), "R14 a quarantined member votes", member.id);
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

    void onInstalled(SimMember member, Snapshot snapshot) {
        installsSeen++;
        checkedLast.put(member.id, member.log.baseIndex());
        boolean isCommitted = snapshot.index() <= committedIndex();
        check(isCommitted, "snapshot of what is not committed", snapshot.index());
        check(snapshot.chain() == canonicalChain.get((int) snapshot.index()), "R5 snapshot differs", snapshot.index());
    }

    private void checkLog(SimMember member) {
        long last = member.log.lastIndex();
        check(last == member.core.shape().lastIndex(), "core and log differ in length", last);
        check(
                member.log.baseIndex() == member.core.shape().baseIndex() || member.isReplacingLog(),
                "bases differ",
                last);
        long first = Math.max(checkedLast.get(member.id), member.log.baseIndex()) + 1;
        for (long index = first; index <= last; index++) {
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
        for (long index = Math.max(before + 1, member.log.baseIndex()); index <= commit; index++) {
            if (index == canonicalChain.size()) {
                canonicalChain.add(member.log.chain(index));
            }
            check(member.log.chain(index) == canonicalChain.get((int) index), "R5 state machine safety at", index);
        }
        if (commit > before && member.core.role() == Role.LEADER) {
            checkHolders(member.core.membership());
        }
    }

    private boolean holds(SimLog log, long index) {
        return log.baseIndex() > index
                || (log.lastIndex() >= index && log.chain(index) == canonicalChain.get((int) index));
    }

    /** Whoever has lost its disk since may have been counted before. */
    private void checkHolders(Membership membership) {
        long committed = committedIndex();
        int holders = 0;
        for (int i = 0; i < membership.voterCount(); i++) {
            SimMember voter = world.member(membership.memberId(i));
            boolean isLost =
                    voter.forcedQuarantine != Quarantine.NONE || !membership.admits(voter.id, voter.directoryId);
            holders += isLost || holds(voter.forcedLog, committed) ? 1 : 0;
        }
        check(holders >= membership.majorityCount(), "R8 committed but not forced by a majority", committed);
    }

    private void checkLeader(SimMember leader) {
        RaftCore core = leader.core;
        boolean isNewest = leaderOfTerm.keySet().stream().noneMatch(term -> term > core.term());
        if (isNewest) {
            check(holds(leader.log, committedIndex()), "R4 leader completeness in term", core.term());
        }
        for (SimMember follower : world.members) {
            long match = core.matchIndexOf(follower.id);
            String key = core.term() + ":" + follower.id;
            if (follower == leader || match < 0) {
                // One that was removed is looked at anew when it comes back.
                matchOf.remove(key);
                continue;
            }
            check(match < core.nextIndexOf(follower.id), "R10 match below next", match);
            // A follower that began a new life is looked at anew.
            long incarnation = core.incarnationOf(follower.id);
            Match before = matchOf.put(key, new Match(incarnation, match));
            boolean isSame = before != null && before.incarnation() == incarnation;
            check(!isSame || match >= before.index(), "R10 match fell", match);
            boolean isKnown = incarnation >= follower.damagedLife && match >= leader.log.baseIndex();
            boolean really = !isKnown
                    || follower.forcedLog.baseIndex() >= match
                    || (follower.forcedLog.lastIndex() >= match
                            && follower.forcedLog.chain(match) == leader.log.chain(match));
            check(really || !isNewest, "R8 match beyond what the follower has forced", match);
        }
    }
}
