package dev.steppe.check;

import dev.steppe.fault.Coverage;
import dev.steppe.fault.Mark;
import dev.steppe.raft.core.LogShape;
import dev.steppe.raft.core.RaftCore;
import dev.steppe.raft.core.RaftCore.Role;
import dev.steppe.raft.log.RaftLog;
import dev.steppe.raft.log.layout.LogPosition;
import dev.steppe.raft.node.NodeInspection;
import dev.steppe.raft.quorum.Membership;
import dev.steppe.raft.snapshot.SnapshotHeader;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What the checkers have seen of one member, over all its lives. */
final class MemberHistory {
    private static final int ENTRY_COUNT = 1 << 9;

    final int memberId;
    /** The living member; null while it is dead. */
    @Nullable
    NodeInspection inspection;

    /** Whether it cannot be opened any more. */
    boolean isOut;

    /** The data directory that spoke last for this member; 0 before its first word. */
    long directoryId;

    private final CommitHistory commits;
    private final Map<Long, Integer> votes = new TreeMap<>();
    private int[] crcs = new int[ENTRY_COUNT];
    private long[] terms = new long[ENTRY_COUNT];
    private long lastIndex;
    private long baseIndex;
    private long forcedIndex;
    private long lostIndex;
    private long commitIndex;
    private long verifiedIndex;
    private long highestTerm;
    private long conflictCutCount;
    private long installCount;
    private long leaderTerm;
    private long membershipIndex;
    private boolean isQuarantined;
    private Taint taint = Taint.NONE;

    /** Whether the disk was made to lie or to rot: then what it had forced may be gone. */
    private enum Taint {
        NONE,
        /** It was, and the directory was read whole afterwards; what was found is mended with the quarantine. */
        READ,
        /** It was since then: nobody has noticed yet, whatever the quarantine is for. */
        UNREAD
    }

    MemberHistory(int memberId, CommitHistory commits) {
        this.memberId = memberId;
        this.commits = commits;
    }

    /** A new life begins with what the disk held. */
    void opened(NodeInspection born) {
        RaftCore core = born.core();
        taint = isTainted() ? Taint.READ : Taint.NONE;
        long durableIndex = forcedIndex;
        int durableCrc = crcs[(int) durableIndex];
        InvariantViolated.unless(
                isTainted() || core.term() >= highestTerm,
                "R6",
                "the term fell in a restart: member, term before, after",
                memberId,
                highestTerm,
                core.term());
        inspection = born;
        isOut = false;
        commitIndex = 0;
        verifiedIndex = 0;
        leaderTerm = 0;
        lastIndex = 0;
        look(born);
        membershipIndex = core.membershipIndex();
        boolean isWhole = lastIndex >= durableIndex && crcs[(int) durableIndex] == durableCrc;
        InvariantViolated.unless(
                isWhole || isTainted(),
                "R8",
                "what was forced is gone after a restart: member, forced before, last now",
                memberId,
                durableIndex,
                lastIndex);
    }

    /** The process is dead. Of what it had forced, a cut that was under way may still take some. */
    void died() {
        NodeInspection dead = inspection;
        inspection = null;
        if (dead != null) {
            LogShape shape = dead.core().shape();
            forcedIndex = Math.min(forcedIndex, shape.lastIndex());
            while (forcedIndex > shape.baseIndex() && shape.termAt(forcedIndex) != terms[(int) forcedIndex]) {
                forcedIndex--;
            }
        }
    }

    /** Looks at what has changed; called after each turn of one of the member's agents. */
    void look(NodeInspection now) {
        RaftCore core = now.core();
        isQuarantined = core.isQuarantined();
        InvariantViolated.unless(
                core.term() >= highestTerm || isTainted(),
                "R6",
                "the term fell: member, before, now",
                memberId,
                highestTerm,
                core.term());
        noteVote(now.vault().term(), now.vault().votedFor());
        lookAtLog(now, core);
        highestTerm = Math.max(highestTerm, now.vault().term());
        InvariantViolated.unless(
                core.commitIndex() >= commitIndex,
                "R6",
                "the commit index fell: member, before, now",
                memberId,
                commitIndex,
                core.commitIndex());
        commitIndex = core.commitIndex();
    }

    /** Notes what the member says is committed, as far as its log shows it. */
    void verify(NodeInspection now) {
        LogShape shape = now.core().shape();
        while (verifiedIndex < commitIndex) {
            long index = verifiedIndex + 1;
            // The log follows the core: it may not have stored, or not have cut, what the core has decided.
            if (index > lastIndex || index <= shape.baseIndex() || !shape.has(index, terms[(int) index])) {
                break;
            }
            commits.committed(
                    index, terms[(int) index], crcs[(int) index], now.core().term());
            verifiedIndex = index;
        }
    }

    /** Takes note of a vote, given to somebody or stored: R7, one vote per term for ever. */
    void noteVote(long term, int votedFor) {
        if (votedFor > 0) {
            Integer before = votes.putIfAbsent(term, votedFor);
            InvariantViolated.unless(
                    before == null || before == votedFor || isTainted(),
                    "R7",
                    "a second vote in one term: member, term, voted for",
                    memberId,
                    term,
                    votedFor);
        }
    }

    /** R11: what a leader appends is one step, after an entry of its own term, and the one before is committed. */
    void checkMembership(RaftCore core, Coverage coverage) {
        long index = core.membershipIndex();
        if (index <= membershipIndex || core.role() != Role.LEADER) {
            coverage.met(Mark.MEMBERSHIP_CUT, index < membershipIndex ? 1 : 0);
            membershipIndex = index;
            return;
        }
        coverage.met(Mark.MEMBERSHIP_APPENDED);
        InvariantViolated.unless(
                membershipIndex <= core.commitIndex(),
                "R11",
                "two memberships are not committed: member, first, second",
                memberId,
                membershipIndex,
                index);
        InvariantViolated.unless(
                core.shape().has(core.commitIndex(), core.term()),
                "R11",
                "a membership before an entry of the leader's term is committed: member, committed, membership",
                memberId,
                core.commitIndex(),
                index);
        Membership before =
                core.membershipAt(Math.max(membershipIndex, core.shape().baseIndex()));
        InvariantViolated.unless(
                changedVoters(before, core.membership()) <= 1,
                "R11",
                "more than one voter changed at once: member, membership before, now",
                memberId,
                membershipIndex,
                index);
        membershipIndex = index;
    }

    private static int changedVoters(Membership before, Membership now) {
        int count = 0;
        for (Membership.Server server : before.voters()) {
            count += now.isVoter(server.memberId()) ? 0 : 1;
        }
        for (Membership.Server server : now.voters()) {
            count += before.isVoter(server.memberId()) ? 0 : 1;
        }
        return count;
    }

    /** Whether this member has the entry, forced, and may be counted on. */
    boolean holds(long index, int crc) {
        return !isOut && !isQuarantined && hasForced(index, crc);
    }

    /** Whether this member has the entry, forced. */
    boolean hasForced(long index, int crc) {
        return forcedIndex >= index && (index == 0 || crcs[(int) index] == crc);
    }

    /** Whether that may be what this member said of a directory that is gone by now. */
    boolean mayHaveSaid(long index) {
        return index <= lostIndex;
    }

    /** Whether this member could give a vote that counts in {@code membership}. */
    boolean mayVote(Membership membership) {
        return !isOut && !isQuarantined && isVoter(membership);
    }

    /** Whether this member's directory is one that may speak for a voter of {@code membership}. */
    boolean isVoter(Membership membership) {
        return membership.isVoter(memberId) && (directoryId == 0 || membership.isVoter(memberId, directoryId));
    }

    /** Its disk was made to lie or to rot just now. */
    void taint() {
        taint = Taint.UNREAD;
    }

    boolean isTainted() {
        return taint != Taint.NONE;
    }

    /** Its quarantine has ended, and with it what its last opening can have found. */
    void healed() {
        taint = taint == Taint.UNREAD ? Taint.UNREAD : Taint.NONE;
    }

    boolean isQuarantined() {
        return isQuarantined;
    }

    int crcAt(long index) {
        return crcs[(int) index];
    }

    long lastIndex() {
        return lastIndex;
    }

    /** What the member holds for committed, at the last look. */
    long commitIndex() {
        return commitIndex;
    }

    long forcedIndex() {
        return forcedIndex;
    }

    /** How often a follower's log lost entries to a later leader. */
    long conflictCutCount() {
        return conflictCutCount;
    }

    /** How often the log began anew behind a snapshot of a leader. */
    long installCount() {
        return installCount;
    }

    /** Last entry that is gone from the front of the log. */
    long baseIndex() {
        return baseIndex;
    }

    /** The term of the leadership that was seen at the last look; 0 = none. */
    long leaderTerm() {
        return leaderTerm;
    }

    /** Takes note of a leadership that began. */
    void leads(long term) {
        leaderTerm = term;
    }

    /** The disk is new, a directory that nobody knows: nothing of what this member had is there, and no vote of its. */
    void wiped() {
        lostIndex = Math.max(lostIndex, forcedIndex);
        lastIndex = 0;
        baseIndex = 0;
        forcedIndex = 0;
        highestTerm = 0;
        directoryId = 0;
        isQuarantined = false;
        taint = Taint.NONE;
        isOut = false;
        votes.clear();
    }

    private void lookAtLog(NodeInspection now, RaftCore core) {
        RaftLog log = now.log();
        SnapshotHeader newest = now.snapshots().newest();
        long standingIndex = newest == null ? 0 : newest.position().index();
        long last = log.lastIndex();
        baseIndex = log.base().index();
        InvariantViolated.unless(
                baseIndex <= Math.max(standingIndex, Math.max(core.snapshotIndex(), core.commitIndex())),
                "R12",
                "the log begins behind what a snapshot stands for: member, base, snapshot",
                memberId,
                baseIndex,
                core.snapshotIndex());
        long common = Math.min(last, lastIndex);
        while (common > baseIndex && isOther(log, common)) {
            common--;
        }
        if (common <= baseIndex) {
            common = baseIndex;
            beginBehind(log.base(), core);
        }
        if (common < lastIndex) {
            noteCut(common, core);
        }
        for (long index = common + 1; index <= last; index++) {
            ensure(index);
            terms[(int) index] = log.termAt(index);
            crcs[(int) index] = log.chainCrcAt(index);
            commits.wrote(index, terms[(int) index], crcs[(int) index]);
        }
        lastIndex = last;
        forcedIndex = log.forcedIndex();
        InvariantViolated.unless(forcedIndex <= last, "R8", "forced beyond the log: forced, last", forcedIndex, last);
    }

    /** Whether the entry at {@code index} is not the one that was seen; one flipped bit does not make it another. */
    private boolean isOther(RaftLog log, long index) {
        boolean isCrcOther = log.chainCrcAt(index) != crcs[(int) index];
        return isCrcOther && (!isTainted() || log.termAt(index) != terms[(int) index]);
    }

    /** The entries up to the base are those of the one history, or the base is not worth its place. */
    private void beginBehind(LogPosition base, RaftCore core) {
        long index = base.index();
        if (index == 0) {
            return;
        }
        InvariantViolated.unless(
                index <= commits.committedIndex()
                        && base.term() == commits.committedTerm(index)
                        && base.chainCrc() == commits.committedCrc(index),
                "R12",
                "a snapshot stands for what is not committed: member, its index, its term",
                memberId,
                index,
                base.term());
        ensure(index);
        for (long i = 1; i <= index; i++) {
            terms[(int) i] = commits.committedTerm(i);
            crcs[(int) i] = commits.committedCrc(i);
        }
        if (lastIndex < index && inspection != null && lastIndex > 0) {
            installCount++;
            InvariantViolated.unless(
                    core.role() != Role.LEADER || leaderTerm != core.term(),
                    "R12",
                    "a leader installed a snapshot: member, term, index",
                    memberId,
                    core.term(),
                    index);
        }
        lastIndex = Math.max(lastIndex, index);
        verifiedIndex = Math.max(verifiedIndex, index);
    }

    private void noteCut(long common, RaftCore core) {
        conflictCutCount++;
        boolean leadsSince =
                core.role() == Role.LEADER && leaderTerm == core.term() && terms[(int) lastIndex] == leaderTerm;
        InvariantViolated.unless(
                !leadsSince, "R2", "a leader cut its own log: member, term, kept", memberId, leaderTerm, common);
        InvariantViolated.unless(
                common >= verifiedIndex,
                "R8",
                "a committed entry was cut: member, committed, kept",
                memberId,
                verifiedIndex,
                common);
    }

    private void ensure(long index) {
        int place = Math.toIntExact(index);
        if (place >= crcs.length) {
            crcs = Arrays.copyOf(crcs, 2 * place);
            terms = Arrays.copyOf(terms, 2 * place);
        }
    }
}
