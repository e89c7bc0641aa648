package dev.steppe.check;

import dev.steppe.raft.core.LogShape;
import dev.steppe.raft.core.RaftCore;
import dev.steppe.raft.core.RaftCore.Role;
import dev.steppe.raft.log.RaftLog;
import dev.steppe.raft.node.NodeInspection;
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

    /** Whether its disk was made to lie or to rot: then what it had forced may be gone. */
    boolean isTainted;

    /** Whether it cannot be opened any more. */
    boolean isOut;

    private final CommitHistory commits;
    private final Map<Long, Integer> votes = new TreeMap<>();
    private int[] crcs = new int[ENTRY_COUNT];
    private long[] terms = new long[ENTRY_COUNT];
    private long lastIndex;
    private long forcedIndex;
    private long commitIndex;
    private long verifiedIndex;
    private long highestTerm;
    private long conflictCutCount;
    private long leaderTerm;

    MemberHistory(int memberId, CommitHistory commits) {
        this.memberId = memberId;
        this.commits = commits;
    }

    /** A new life begins with what the disk held. */
    void opened(NodeInspection born) {
        RaftCore core = born.core();
        long durableIndex = forcedIndex;
        int[] durableCrcs = Arrays.copyOf(crcs, (int) durableIndex + 1);
        InvariantViolated.unless(
                isTainted || core.term() >= highestTerm,
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
        boolean isWhole = lastIndex >= durableIndex
                && (durableIndex == 0 || crcs[(int) durableIndex] == durableCrcs[(int) durableIndex]);
        InvariantViolated.unless(
                isWhole || isTainted,
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
            while (forcedIndex > 0 && shape.termAt(forcedIndex) != terms[(int) forcedIndex]) {
                forcedIndex--;
            }
        }
    }

    /** Looks at what has changed; called after each turn of one of the member's agents. */
    void look(NodeInspection now) {
        RaftCore core = now.core();
        InvariantViolated.unless(
                core.term() >= highestTerm || isTainted,
                "R6",
                "the term fell: member, before, now",
                memberId,
                highestTerm,
                core.term());
        noteVote(now.vault().term(), now.vault().votedFor());
        lookAtLog(now.log(), core);
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

    /** Notes what the member says is committed, as far as its log shows it; true if there was anything new. */
    boolean verify(NodeInspection now) {
        LogShape shape = now.core().shape();
        long before = verifiedIndex;
        while (verifiedIndex < commitIndex) {
            long index = verifiedIndex + 1;
            long term = shape.termAt(index);
            // The log follows the core: it may not have stored, or not have cut, what the core has decided.
            if (index > lastIndex || terms[(int) index] != term) {
                break;
            }
            commits.committed(index, term, crcs[(int) index], now.core().term());
            verifiedIndex = index;
        }
        return verifiedIndex > before;
    }

    /** Takes note of a vote, given to somebody or stored: R7, one vote per term for ever. */
    void noteVote(long term, int votedFor) {
        if (votedFor > 0) {
            Integer before = votes.putIfAbsent(term, votedFor);
            InvariantViolated.unless(
                    before == null || before == votedFor || isTainted,
                    "R7",
                    "a second vote in one term: member, term, voted for",
                    memberId,
                    term,
                    votedFor);
        }
    }

    /** Whether this member has the entry, forced. */
    boolean holds(long index, int crc) {
        return !isOut && forcedIndex >= index && (index == 0 || crcs[(int) index] == crc);
    }

    int crcAt(long index) {
        return crcs[(int) index];
    }

    long lastIndex() {
        return lastIndex;
    }

    long forcedIndex() {
        return forcedIndex;
    }

    /** How often a follower's log lost entries to a later leader. */
    long conflictCutCount() {
        return conflictCutCount;
    }

    /** The term of the leadership that was seen at the last look; 0 = none. */
    long leaderTerm() {
        return leaderTerm;
    }

    /** Takes note of a leadership that began. */
    void leads(long term) {
        leaderTerm = term;
    }

    /** The disk is new: nothing of what this member had is there. */
    void wiped() {
        lastIndex = 0;
        forcedIndex = 0;
    }

    private void lookAtLog(RaftLog log, RaftCore core) {
        long last = log.lastIndex();
        long common = Math.min(last, lastIndex);
        while (common > 0 && log.chainCrcAt(common) != crcs[(int) common]) {
            common--;
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
