package dev.steppe.raft.explore;

import static dev.steppe.raft.explore.member.Mark.COMMIT_AHEAD_OF_OWN_FORCE;
import static dev.steppe.raft.explore.member.Mark.COMMIT_LIMITED;
import static dev.steppe.raft.explore.member.Mark.CUT_OF_FORCED;
import static dev.steppe.raft.explore.member.Mark.CUT_OF_TWO;
import static dev.steppe.raft.explore.member.Mark.DEPOSED_IN_FLIGHT;
import static dev.steppe.raft.explore.member.Mark.FORMER_LIFE_IGNORED;
import static dev.steppe.raft.explore.member.Mark.HELD_BACK;
import static dev.steppe.raft.explore.member.Mark.KEPT_BY_CRASH;
import static dev.steppe.raft.explore.member.Mark.LATE_ANSWER_HARMLESS;
import static dev.steppe.raft.explore.member.Mark.LATE_NOTICE_VOID;
import static dev.steppe.raft.explore.member.Mark.LONGER_LOG_LOSES;
import static dev.steppe.raft.explore.member.Mark.LOST_BY_CRASH;
import static dev.steppe.raft.explore.member.Mark.OLD_APPEND_HARMLESS;
import static dev.steppe.raft.explore.member.Mark.OLD_TERM_COMMITTED_ALONG;
import static dev.steppe.raft.explore.member.Mark.OLD_TERM_NOT_COUNTED;
import static dev.steppe.raft.explore.member.Mark.PROBED_BACK;
import static dev.steppe.raft.explore.member.Mark.READ_ANSWERED;
import static dev.steppe.raft.explore.member.Mark.READ_REFUSED;
import static dev.steppe.raft.explore.member.Mark.REVIVED;
import static dev.steppe.raft.explore.member.Mark.VOTE_KEPT_OVER_RESTART;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Entries that three members give each other, under leaders that come, go and die. */
class ReplicationExplorationTest {
    private static final String ONE_LEADS = """
            elect 1 with 2
            settle 1 2 3
            lose
            """;

    /** The first leader holds two entries that the second does not have. */
    private static final String TWO_LEAD = ONE_LEADS + """
            propose 1 1
            propose 1 2
            elect 3 with 2
            resign 1
            deliver 3>1 VoteAsk
            expect 1 term 2
            lose
            """;

    private static Finding fromTheStart(int packets) {
        return Exploration.of(Bounds.of(3)
                        .terms(3)
                        .ballots(4)
                        .rounds(1)
                        .proposals(1)
                        .terse()
                        .packets(packets))
                .holds(
                        "leaders that follow each other",
                        LONGER_LOG_LOSES,
                        CUT_OF_TWO,
                        OLD_APPEND_HARMLESS,
                        DEPOSED_IN_FLIGHT,
                        LATE_ANSWER_HARMLESS,
                        PROBED_BACK);
    }

    private static Finding conflicts(int packets) {
        Bounds bounds = Bounds.of(3).terms(3).ballots(4).rounds(2).proposals(3).terse();
        return Exploration.after(TWO_LEAD, bounds.packets(packets))
                .holds(
                        "conflicting logs",
                        CUT_OF_TWO,
                        CUT_OF_FORCED,
                        OLD_TERM_COMMITTED_ALONG,
                        OLD_TERM_NOT_COUNTED,
                        COMMIT_LIMITED,
                        PROBED_BACK,
                        REVIVED);
    }

    private static Finding heartbeats(int packets) {
        Bounds bounds = Bounds.of(3).terms(2).ballots(4).rounds(3).proposals(3);
        return Exploration.after(TWO_LEAD, bounds.packets(packets))
                .holds("heartbeats to conflicting logs", COMMIT_LIMITED, CUT_OF_TWO, PROBED_BACK, REVIVED);
    }

    private static Finding conflictsOverCrashes(int packets) {
        Bounds bounds = Bounds.of(3)
                .terms(3)
                .ballots(4)
                .rounds(2)
                .proposals(3)
                .crashes(1)
                .terse();
        return Exploration.after(TWO_LEAD, bounds.packets(packets))
                .holds(
                        "conflicting logs over crashes",
                        FORMER_LIFE_IGNORED,
                        VOTE_KEPT_OVER_RESTART,
                        OLD_TERM_NOT_COUNTED,
                        LONGER_LOG_LOSES);
    }

    private static Finding lateForces(int states) {
        Bounds bounds = Bounds.of(3).terms(3).ballots(4).rounds(2).proposals(3);
        return Exploration.after(
                        TWO_LEAD,
                        bounds.forcedLate().noticedLate().terse().packets(7).states(states))
                .holds("forces that come late", LATE_NOTICE_VOID, HELD_BACK, COMMIT_AHEAD_OF_OWN_FORCE);
    }

    private static Finding lostForces(int packets) {
        Bounds bounds = Bounds.of(3).terms(2).ballots(2).rounds(2).proposals(1).crashes(1);
        return Exploration.after(ONE_LEADS, bounds.forcedLate().terse().packets(packets))
                .holds("forces that never come", LOST_BY_CRASH, KEPT_BY_CRASH, HELD_BACK);
    }

    /** The second leader has not committed anything itself, and the first does not know of it. */
    private static final String SECOND_IS_NEW = ONE_LEADS + """
            propose 1 1
            deliver 1>2 AppendAsk
            deliver 2>1 AppendReply
            expect 1 commit 2
            elect 2 with 3
            expect 2 commit 1
            lose
            """;

    /** The first leader does not know that the second has committed more than it has. */
    private static final String FIRST_IS_STALE = ONE_LEADS + """
            heartbeat 1
            settle 1 2 3
            elect 2 with 3
            deliver 2>3 AppendAsk entryTerm=2
            deliver 3>2 AppendReply accepted matchIndex=2
            expect 2 commit 2
            expect 1 leader
            expect 1 commit 1
            lose
            """;

    private static Finding readsOfTwoLeaders(String beginning, int packets) {
        Bounds bounds = Bounds.of(3).terms(2).ballots(4).rounds(4).reads(1);
        return Exploration.after(beginning, bounds.packets(packets))
                .holds("reads of two leaders", READ_ANSWERED, READ_REFUSED);
    }

    private static Finding reads(int packets) {
        Bounds bounds = Bounds.of(3).terms(2).ballots(2).rounds(4).proposals(1).reads(1);
        return Exploration.after(ONE_LEADS, bounds.packets(packets))
                .holds("reads", READ_ANSWERED, READ_REFUSED, COMMIT_LIMITED, REVIVED);
    }

    @Test
    void agreesOnEveryEntryFromTheStart() {
        assertTrue(fromTheStart(14).isComplete());
    }

    @Test
    void cutsWhatConflictsAndNothingElse() {
        assertTrue(conflicts(13).isComplete());
        assertTrue(heartbeats(12).isComplete());
        assertTrue(conflictsOverCrashes(10).isComplete());
    }

    @Test
    void saysNothingBeforeItIsForced() {
        lateForces(200_000);
        assertTrue(lostForces(6).isComplete());
    }

    @Test
    void answersNoReadTooEarly() {
        assertTrue(reads(11).isComplete());
        assertTrue(readsOfTwoLeaders(SECOND_IS_NEW, 12).isComplete());
        assertTrue(readsOfTwoLeaders(FIRST_IS_STALE, 9).isComplete());
    }

    @Test
    @Tag("extended")
    void agreesOnEveryEntryOfLongerStories() {
        assertTrue(fromTheStart(16).isComplete());
        assertTrue(conflicts(15).isComplete());
        assertTrue(heartbeats(14).isComplete());
        assertTrue(conflictsOverCrashes(11).isComplete());
        assertTrue(reads(12).isComplete());
    }

    @Test
    @Tag("extended")
    void saysNothingBeforeItIsForcedInLongerStories() {
        lateForces(3_000_000);
        assertTrue(lostForces(8).isComplete());
    }
}
