package dev.steppe.raft.explore;

import static dev.steppe.raft.explore.member.Mark.CANDIDATE_YIELDS;
import static dev.steppe.raft.explore.member.Mark.LATE_ANSWER_HARMLESS;
import static dev.steppe.raft.explore.member.Mark.LATE_VOTE_IGNORED;
import static dev.steppe.raft.explore.member.Mark.LEADER_ELECTED;
import static dev.steppe.raft.explore.member.Mark.LOYAL_REFUSES;
import static dev.steppe.raft.explore.member.Mark.OWN_VOTE_WAITS;
import static dev.steppe.raft.explore.member.Mark.RESIGNED;
import static dev.steppe.raft.explore.member.Mark.SECOND_CANDIDATE_REFUSED;
import static dev.steppe.raft.explore.member.Mark.STALE_LEADER_REFUSED;
import static dev.steppe.raft.explore.member.Mark.VOTE_KEPT_OVER_RESTART;
import static dev.steppe.raft.explore.member.Mark.VOTE_LOST_BY_CRASH;
import static dev.steppe.raft.explore.member.Mark.VOTE_REPEATED;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Votes of three members, in every order in which they can be asked for, given, repeated, lost and forced. */
class ElectionExplorationTest {
    private static final String ONE_LEADS = """
            elect 1 with 2
            settle 1 2 3
            lose
            """;

    private static Finding everyOrder(int packets) {
        return Exploration.of(Bounds.of(3).terms(2).ballots(4).packets(packets))
                .holds(
                        "votes in every order",
                        LEADER_ELECTED,
                        VOTE_REPEATED,
                        SECOND_CANDIDATE_REFUSED,
                        LATE_VOTE_IGNORED,
                        CANDIDATE_YIELDS,
                        STALE_LEADER_REFUSED,
                        RESIGNED,
                        LATE_ANSWER_HARMLESS);
    }

    private static Finding loyalFollowers(int packets) {
        return Exploration.after(
                        ONE_LEADS, Bounds.of(3).terms(2).ballots(2).loyal().packets(packets))
                .holds("votes of loyal followers", LOYAL_REFUSES, LEADER_ELECTED, LATE_VOTE_IGNORED);
    }

    private static Finding overCrashesInOneTerm(int packets) {
        Bounds bounds = Bounds.of(3)
                .terms(1)
                .ballots(2)
                .rounds(1)
                .crashes(1)
                .forcedLate()
                .terse();
        return Exploration.of(bounds.packets(packets))
                .holds("votes of one term over crashes", VOTE_KEPT_OVER_RESTART, CANDIDATE_YIELDS);
    }

    private static Finding overCrashes(int packets) {
        Bounds bounds = Bounds.of(3)
                .terms(2)
                .ballots(2)
                .rounds(1)
                .crashes(1)
                .forcedLate()
                .terse();
        return Exploration.of(bounds.packets(packets))
                .holds(
                        "votes over crashes",
                        VOTE_KEPT_OVER_RESTART,
                        VOTE_LOST_BY_CRASH,
                        OWN_VOTE_WAITS,
                        SECOND_CANDIDATE_REFUSED);
    }

    @Test
    void givesOneVoteATermInEveryOrder() {
        assertTrue(everyOrder(15).isComplete());
    }

    @Test
    void staysTrueToALeader() {
        assertTrue(loyalFollowers(13).isComplete());
    }

    @Test
    void givesOneVoteATermOverACrash() {
        assertTrue(overCrashes(6).isComplete());
        assertTrue(overCrashesInOneTerm(10).isComplete());
    }

    @Test
    @Tag("extended")
    void givesOneVoteATermInEveryLongerOrder() {
        assertTrue(everyOrder(18).isComplete());
        assertTrue(loyalFollowers(16).isComplete());
        assertTrue(overCrashes(8).isComplete());
        assertTrue(overCrashesInOneTerm(12).isComplete());
    }
}
