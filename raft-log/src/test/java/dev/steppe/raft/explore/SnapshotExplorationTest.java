package dev.steppe.raft.explore;

import static dev.steppe.raft.explore.member.Mark.APPEND_BEFORE_BASE;
import static dev.steppe.raft.explore.member.Mark.CHANGE_ACCEPTED;
import static dev.steppe.raft.explore.member.Mark.CHANGE_CUT;
import static dev.steppe.raft.explore.member.Mark.COMPACTED;
import static dev.steppe.raft.explore.member.Mark.CONFLICT_REPLACED;
import static dev.steppe.raft.explore.member.Mark.CRASH_BEFORE_INSTALL;
import static dev.steppe.raft.explore.member.Mark.FED_BY_SNAPSHOT;
import static dev.steppe.raft.explore.member.Mark.FORMER_LIFE_IGNORED;
import static dev.steppe.raft.explore.member.Mark.LOG_REPLACED;
import static dev.steppe.raft.explore.member.Mark.OLD_SNAPSHOT_DONE;
import static dev.steppe.raft.explore.member.Mark.OLD_TERM_COMMITTED_ALONG;
import static dev.steppe.raft.explore.member.Mark.PROBED_BACK;
import static dev.steppe.raft.explore.member.Mark.SUFFIX_KEPT;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Snapshots that are taken, handed on in two pieces and installed, logs that lose their front, and crashes between. */
class SnapshotExplorationTest {
    private static final String THREE_LAGS = """
            elect 1 with 2
            settle 1 2
            propose 1 1
            settle 1 2
            lose
            """;

    /** What the leader has said to the one that lags is still on its way. */
    private static final String THREE_HEARS_LATE = """
            elect 1 with 2
            propose 1 1
            heartbeat 1
            settle 1 2
            snapshot 1
            compact 1
            lose 1>2 2>1
            """;

    /** So it is, and it reaches behind the snapshot. */
    private static final String THREE_HEARS_MORE = """
            elect 1 with 2
            deliver 1>3 AppendAsk !run
            deliver 3>1 AppendReply accepted
            deliver 1>2 AppendAsk !run
            deliver 2>1 AppendReply accepted
            propose 1 1
            propose 1 2
            deliver 1>2 AppendAsk run=1:empty
            deliver 1>2 AppendAsk run=1:command1
            deliver 2>1 AppendReply matchIndex=2
            expect 1 commit 2
            snapshot 1
            compact 1
            lose 1>2 2>1 3>1
            stall 1
            deliver 1>3 SnapshotAsk
            stored 3
            deliver 3>1 SnapshotReply
            lose 3>1
            """;

    private static final String THREE_CONFLICTS = """
            elect 3 with 2
            lose
            propose 3 1
            lose
            timeout 1
            deliver 1>2 VoteAsk
            deliver 2>1 VoteReply
            elect 1 with 2
            settle 1 2
            propose 1 2
            settle 1 2
            snapshot 1
            compact 1
            lose
            expect 3 log 1:empty 1:command1
            expect 1 log 2:empty 2:command2
            """;

    private static Finding onesThatLag(int packets) {
        Bounds bounds = Bounds.of(3)
                .terms(2)
                .ballots(4)
                .rounds(2)
                .proposals(2)
                .snapshots(3)
                .terse();
        return Exploration.after(THREE_LAGS, bounds.packets(packets))
                .holds(
                        "snapshots for one that lags",
                        COMPACTED,
                        FED_BY_SNAPSHOT,
                        LOG_REPLACED,
                        OLD_SNAPSHOT_DONE,
                        APPEND_BEFORE_BASE,
                        PROBED_BACK);
    }

    private static Finding onesThatHearLate(int packets) {
        Bounds bounds = Bounds.of(3)
                .terms(2)
                .ballots(4)
                .rounds(2)
                .crashes(1)
                .storedLate()
                .terse();
        return Exploration.after(THREE_HEARS_LATE, bounds.packets(packets))
                .holds(
                        "snapshots that race with entries and crashes",
                        SUFFIX_KEPT,
                        LOG_REPLACED,
                        CRASH_BEFORE_INSTALL,
                        FORMER_LIFE_IGNORED);
    }

    private static Finding suffixes(int packets) {
        Bounds bounds = Bounds.of(3)
                .terms(2)
                .ballots(4)
                .rounds(2)
                .crashes(1)
                .storedLate()
                .terse();
        return Exploration.after(THREE_HEARS_MORE, bounds.packets(packets))
                .holds("snapshots that end within the log", SUFFIX_KEPT, LOG_REPLACED, CRASH_BEFORE_INSTALL);
    }

    private static Finding onesThatConflict(int packets) {
        Bounds bounds = Bounds.of(3)
                .terms(3)
                .ballots(8)
                .rounds(3)
                .proposals(2)
                .snapshots(3)
                .terse();
        return Exploration.after(THREE_CONFLICTS, bounds.packets(packets))
                .holds("snapshots for one that conflicts", CONFLICT_REPLACED, FED_BY_SNAPSHOT, OLD_SNAPSHOT_DONE);
    }

    private static Finding conflictsOverCrashes(int packets) {
        Bounds bounds = Bounds.of(3).terms(2).ballots(8).rounds(3).snapshots(3).crashes(1);
        return Exploration.after(THREE_CONFLICTS, bounds.forcedLate().terse().packets(packets))
                .holds("snapshots for one that conflicts and dies", CONFLICT_REPLACED, CRASH_BEFORE_INSTALL);
    }

    private static Finding changes(int packets) {
        Bounds bounds = Bounds.of(4)
                .voters(3)
                .terms(2)
                .ballots(4)
                .rounds(2)
                .changes(1)
                .snapshots(3)
                .terse();
        return Exploration.after(THREE_LAGS, bounds.packets(packets))
                .holds(
                        "snapshots and changes",
                        CHANGE_ACCEPTED,
                        CHANGE_CUT,
                        LOG_REPLACED,
                        COMPACTED,
                        OLD_TERM_COMMITTED_ALONG);
    }

    @Test
    void feedsWhoeverLags() {
        assertTrue(onesThatLag(8).isComplete());
    }

    @Test
    void racesWithEntriesAndCrashes() {
        assertTrue(onesThatHearLate(11).isComplete());
    }

    @Test
    void keepsWhatFollowsASnapshot() {
        assertTrue(suffixes(14).isComplete());
    }

    @Test
    void replacesWhatConflicts() {
        assertTrue(onesThatConflict(10).isComplete());
        assertTrue(conflictsOverCrashes(6).isComplete());
    }

    @Test
    void saysWhoBelongsToTheGroup() {
        assertTrue(changes(8).isComplete());
    }

    @Test
    @Tag("extended")
    void losesNothingInLongerStories() {
        assertTrue(onesThatLag(10).isComplete());
        assertTrue(onesThatHearLate(13).isComplete());
        assertTrue(suffixes(15).isComplete());
        assertTrue(onesThatConflict(12).isComplete());
        assertTrue(conflictsOverCrashes(7).isComplete());
        assertTrue(changes(9).isComplete());
    }
}
