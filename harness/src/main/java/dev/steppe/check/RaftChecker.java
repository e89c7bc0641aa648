package dev.steppe.check;

import dev.steppe.fault.Coverage;
import dev.steppe.fault.Mark;
import dev.steppe.raft.core.RaftCore;
import dev.steppe.raft.core.RaftCore.Role;
import dev.steppe.raft.node.NodeInspection;
import dev.steppe.raft.quorum.Membership;
import dev.steppe.transport.memory.FrameTap;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * R1 to R14 over the members of one group. Told of every life that begins and ends and of every turn of an agent; looks
 * at the one member that has moved.
 *
 * <p>R1 one leader per term, ever. R2 leaders do not cut. R3 equal index and term, equal log before. R4 a leader has
 * everything that was committed in earlier terms. R5 one entry per committed index. R6 term and commit index never
 * fall. R7 one vote per term, over restarts. R8 committed is forced on a majority, and stays so. R9 no quorum without a
 * committed entry. R10 {@code match < next}, and a match never falls in one leadership nor exceeds what is forced
 * there. R13 nothing leaves before what it depends on is forced, R14 nothing of a quarantined member counts
 * ({@link #tap}).
 */
public final class RaftChecker {
    private final CommitHistory commits = new CommitHistory();
    private final List<MemberHistory> members;
    private final Map<Long, Integer> leaderOfTerm = new TreeMap<>();
    private final Map<Long, Match[]> matchesOfTerm = new TreeMap<>();
    private final FrameWitness witness;
    private final Coverage coverage;
    /** What was in force at the last committed entry; null before the first. */
    private @Nullable Membership committedMembership;

    /** What the newest leader knew last of a peer, in one life of the peer. */
    private record Match(long incarnation, long index) {}

    /** For members that have the ids from 1 to {@code serverCount}, whatever they are in the group. */
    public RaftChecker(long clusterId, int serverCount, Coverage coverage) {
        members = IntStream.rangeClosed(1, serverCount)
                .mapToObj(id -> new MemberHistory(id, commits))
                .toList();
        witness = new FrameWitness(clusterId, members);
        this.coverage = coverage;
    }

    /** To be shown every frame as it leaves. */
    public FrameTap tap() {
        return witness;
    }

    /** A member has opened its directory. */
    public void opened(int memberId, NodeInspection inspection) {
        MemberHistory member = member(memberId);
        member.opened(inspection);
        checkKept();
    }

    /** An agent of the member has had a turn; true if that ended the member's quarantine. */
    public boolean turned(int memberId, NodeInspection inspection) {
        MemberHistory member = member(memberId);
        RaftCore core = inspection.core();
        witness.lookAt(member, core);
        boolean wasLeader = member.leaderTerm() == core.term();
        if (core.role() == Role.LEADER && !wasLeader) {
            begin(member, core);
        }
        boolean wasQuarantined = member.isQuarantined();
        long cutsBefore = member.conflictCutCount();
        long installsBefore = member.installCount();
        long baseBefore = member.baseIndex();
        long commitBefore = member.commitIndex();
        member.look(inspection);
        if (core.commitIndex() > commitBefore) {
            checkOwnTerm(wasLeader, core);
        }
        coverage.met(Mark.CONFLICT_CUT, member.conflictCutCount() - cutsBefore);
        coverage.met(Mark.SNAPSHOT_INSTALLED, member.installCount() - installsBefore);
        boolean isCompacted = member.baseIndex() > baseBefore && member.installCount() == installsBefore;
        coverage.met(Mark.LOG_COMPACTED, isCompacted ? 1 : 0);
        boolean isHealed = wasQuarantined && !member.isQuarantined();
        if (isHealed) {
            coverage.met(Mark.QUARANTINE_HEALED);
            member.healed();
        }
        long committedBefore = commits.committedIndex();
        member.verify(inspection);
        member.checkMembership(core, coverage);
        noteStrangers(member, core);
        if (commits.committedIndex() > committedBefore) {
            committedMembership = core.membershipAt(commits.committedIndex());
            checkDurable(core);
        }
        if (core.role() == Role.LEADER) {
            checkPeers(member, core);
        }
        return isHealed;
    }

    /** A member's process is dead. */
    public void died(int memberId) {
        member(memberId).died();
    }

    /** A member's disk has lied or rots: it may have lost what it had forced. */
    public void tainted(int memberId) {
        member(memberId).taint();
    }

    /** Whether a member's disk has been made to lie or to rot. */
    public boolean isTainted(int memberId) {
        return member(memberId).isTainted();
    }

    /** A member cannot open its directory and takes no part any more. */
    public void out(int memberId) {
        member(memberId).isOut = true;
        checkKept();
    }

    /** Last entry that anybody has committed. */
    public long committedIndex() {
        return commits.committedIndex();
    }

    /**
     * Whether the group could do without everything that this member has on its disk: what it ever forced is committed
     * and forced by a majority of others.
     */
    public boolean isRedundant(int memberId) {
        MemberHistory one = member(memberId);
        long index = one.forcedIndex();
        if (index > commits.committedIndex()) {
            return false;
        }
        Membership membership = committedMembership;
        return membership == null
                || holders(membership, commits.committedIndex(), memberId) >= membership.majorityCount();
    }

    /** The members that are in the group as far as anybody has committed; null before anything is. */
    public @Nullable Membership committedMembership() {
        return committedMembership;
    }

    /** The data directory that spoke last for a member; 0 if none did. */
    public long directoryId(int memberId) {
        return member(memberId).directoryId;
    }

    /** A member has a new, empty disk. */
    public void wiped(int memberId) {
        member(memberId).wiped();
        witness.wiped(memberId);
        checkKept();
    }

    private void begin(MemberHistory member, RaftCore core) {
        Integer before = leaderOfTerm.putIfAbsent(core.term(), member.memberId);
        InvariantViolated.unless(
                before == null || before == member.memberId,
                "R1",
                "two leaders of one term: term, first, second",
                core.term(),
                before == null ? 0 : before,
                member.memberId);
        member.leads(core.term());
        coverage.met(Mark.LEADER_ELECTED);
        long index = commits.committedBefore(core.term());
        boolean isComplete = index <= core.shape().baseIndex() || core.shape().has(index, commits.committedTerm(index));
        InvariantViolated.unless(
                isComplete,
                "R4",
                "a leader lacks a committed entry: term, committed index, own last",
                core.term(),
                index,
                core.shape().lastIndex());
        matchesOfTerm.clear();
        Match[] matches = new Match[members.size()];
        Arrays.fill(matches, new Match(0, 0));
        matchesOfTerm.put(core.term(), matches);
    }

    /** A leader commits by counting only what is of its own term (Raft paper §5.4.2). */
    private static void checkOwnTerm(boolean wasLeader, RaftCore core) {
        InvariantViolated.unless(
                !wasLeader || core.role() != Role.LEADER || core.shape().has(core.commitIndex(), core.term()),
                "R4",
                "a leader commits an entry of an earlier term by counting: term, index",
                core.term(),
                core.commitIndex());
    }

    private void checkDurable(RaftCore core) {
        long index = commits.committedIndex();
        boolean isForced = isForced(core.membership(), index) || isForced(core.membershipAt(index), index);
        InvariantViolated.unless(
                isForced || core.role() != Role.LEADER,
                "R8",
                "committed, but not forced by a majority: index, how many have",
                index,
                forcers(core.membership(), index));
    }

    /**
     * Whether a majority has forced the entry, be it in quarantine by now: it said so before. Of those whose disks were
     * made to lie or rot nobody can say that they have not.
     */
    private boolean isForced(Membership membership, long index) {
        int doubtfulCount = 0;
        for (MemberHistory member : members) {
            boolean isDoubtful = member.isTainted() && !member.hasForced(index, commits.committedCrc(index));
            doubtfulCount += isDoubtful && membership.isVoter(member.memberId) ? 1 : 0;
        }
        return forcers(membership, index) + doubtfulCount >= membership.majorityCount();
    }

    private int forcers(Membership membership, long index) {
        int count = 0;
        for (MemberHistory member : members) {
            count += member.isVoter(membership) && member.hasForced(index, commits.committedCrc(index)) ? 1 : 0;
        }
        return count;
    }

    /** R9: those who may vote and lack a committed entry are no quorum among them. */
    private void checkKept() {
        Membership membership = committedMembership;
        if (membership == null) {
            return;
        }
        long index = commits.committedIndex();
        int lackingCount = 0;
        for (MemberHistory member : members) {
            boolean lacks = member.mayVote(membership) && !member.holds(index, commits.committedCrc(index));
            lackingCount += lacks ? 1 : 0;
        }
        InvariantViolated.unless(
                lackingCount < membership.majorityCount(),
                "R9",
                "a quorum lacks a committed entry: index, members without it",
                index,
                lackingCount);
    }

    /** How many may be counted on to have the entry. */
    private int holders(Membership membership, long index, int exceptId) {
        int crc = index == 0 ? 0 : commits.committedCrc(index);
        int count = 0;
        for (MemberHistory member : members) {
            boolean counts = member.memberId != exceptId && member.mayVote(membership) && member.holds(index, crc);
            count += counts ? 1 : 0;
        }
        return count;
    }

    private void checkPeers(MemberHistory leader, RaftCore core) {
        Match[] matches = matchesOfTerm.get(core.term());
        for (int i = 0; i < members.size(); i++) {
            MemberHistory peer = members.get(i);
            long match = peer == leader ? -1 : core.matchIndexOf(peer.memberId);
            if (match < 0) {
                forget(matches, i); // No member as this leader sees it; should it come back, it begins anew.
                continue;
            }
            InvariantViolated.unless(
                    match < core.nextIndexOf(peer.memberId),
                    "R10",
                    "match not below next: member, match",
                    peer.memberId,
                    match);
            if (matches != null) { // Otherwise a later leader is there already; this one does not know.
                matches[i] =
                        checkedMatch(leader, peer, matches[i], new Match(core.incarnationOf(peer.memberId), match));
            }
        }
    }

    private static void forget(Match @Nullable [] matches, int ordinal) {
        if (matches != null) {
            matches[ordinal] = new Match(0, 0);
        }
    }

    private void noteStrangers(MemberHistory member, RaftCore core) {
        Membership membership = committedMembership;
        if (membership == null) {
            return;
        }
        boolean isVoter = membership.isVoter(member.memberId);
        boolean isKnown = membership.isVoter(member.memberId, member.directoryId);
        coverage.met(Mark.WIPED_SPOKE, isVoter && !isKnown && member.directoryId != 0 ? 1 : 0);
        boolean isOutside = membership.ordinalOf(member.memberId) < 0;
        boolean campaigns = core.role() == Role.PRE_CANDIDATE || core.role() == Role.CANDIDATE;
        coverage.met(Mark.REMOVED_CAMPAIGNED, isOutside && campaigns ? 1 : 0);
    }

    private static Match checkedMatch(MemberHistory leader, MemberHistory peer, Match before, Match now) {
        boolean isNewLife = now.incarnation() != before.incarnation();
        InvariantViolated.unless(
                isNewLife || now.index() >= before.index(),
                "R10",
                "a match fell: member, before, now",
                peer.memberId,
                before.index(),
                now.index());
        if (now.equals(before)) {
            return before;
        }
        InvariantViolated.unless(
                peer.isTainted()
                        || peer.hasForced(now.index(), leader.crcAt(now.index()))
                        || peer.mayHaveSaid(now.index()),
                "R10",
                "a match beyond what is forced: member, match, forced",
                peer.memberId,
                now.index(),
                peer.forcedIndex());
        return now;
    }

    private MemberHistory member(int memberId) {
        return members.get(memberId - 1);
    }
}
