package dev.steppe.raft.explore;

import static dev.steppe.raft.explore.member.Mark.FOUNDED;
import static dev.steppe.raft.explore.member.Mark.HEALED;
import static dev.steppe.raft.explore.member.Mark.LEADER_ELECTED;
import static dev.steppe.raft.explore.member.Mark.NOT_COUNTED;
import static dev.steppe.raft.explore.member.Mark.STRANGE_DIRECTORY;
import static dev.steppe.raft.explore.member.Mark.TIED;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Members whose directory is replaced by an empty one under their old id, and groups that begin. */
class DirectoryExplorationTest {
    /** Three that have found each other, and one of them leads; nobody is tied to a directory yet. */
    private static final String ONE_LEADS = """
            elect 1 with 2
            lose
            heartbeat 1
            """;

    /** The third has lost its directory before anyone knew it, has been filled, and is tied to the new one. */
    private static final String THREE_IS_NEW = """
            elect 1 with 2
            settle 1 2
            lose
            wipe 3
            heartbeat 1
            settle 1 2 3
            heartbeat 1
            settle 1 2 3
            lose
            expect 3 log 1:empty 1:group+1+2+3~ 1:group+1+2+3'
            """;

    /** An entry is committed that the third has not, and the second may lose. */
    private static final String TWO_HOLD = """
            elect 1 with 2
            settle 1 2
            lose
            expect 1 commit 1
            """;

    /** A vote is on its way; whoever gave it has lost its directory. */
    private static final String ITS_VOTE_IS_LATE = """
            campaign 1 with 2
            deliver 1>2 VoteAsk
            lose 1>2 1>3
            wipe 2
            """;

    /** All are tied. */
    private static final String ALL_ARE_TIED = """
            elect 1 with 2
            settle 1 2 3
            heartbeat 1
            settle 1 2 3
            heartbeat 1
            settle 1 2 3
            lose
            """;

    private static Finding beginning(int packets) {
        Bounds bounds = Bounds.of(3).blank().wipes(1).terms(1).ballots(2).rounds(1);
        return Exploration.of(bounds.packets(packets)).holds("groups that begin", FOUNDED, LEADER_ELECTED);
    }

    private static Finding begunBefore(int packets) {
        Bounds bounds = Bounds.of(3).untied().wipes(1).terms(3).ballots(3).terse();
        return Exploration.after(TWO_HOLD, bounds.packets(packets))
                .holds("a group that has begun, and looks like a new one to some", LEADER_ELECTED);
    }

    private static Finding lateVote(int packets) {
        Bounds bounds = Bounds.of(3).untied().wipes(1).terms(2).ballots(3).terse();
        return Exploration.after(ITS_VOTE_IS_LATE, bounds.packets(packets))
                .holds("a vote out of a directory that went", FOUNDED, LEADER_ELECTED);
    }

    private static Finding beforeTheyAreTied(int packets) {
        Bounds bounds =
                Bounds.of(3).untied().wipes(1).terms(2).ballots(3).rounds(4).terseButBeating();
        return Exploration.after(ONE_LEADS, bounds.packets(packets))
                .holds("a directory that goes before it is known", TIED, NOT_COUNTED, LEADER_ELECTED);
    }

    private static Finding untilItCounts(int packets) {
        Bounds bounds = Bounds.of(3)
                .untied()
                .wipes(1)
                .terms(3)
                .ballots(3)
                .rounds(6)
                .proposals(1)
                .terseButBeating();
        return Exploration.after(THREE_IS_NEW, bounds.packets(packets))
                .holds("a new directory until it counts", HEALED, LEADER_ELECTED);
    }

    private static Finding onceTheyAreTied(int packets) {
        Bounds bounds = Bounds.of(3)
                .untied()
                .wipes(1)
                .terms(2)
                .ballots(3)
                .rounds(6)
                .proposals(1)
                .terseButBeating();
        return Exploration.after(ALL_ARE_TIED, bounds.packets(packets))
                .holds("a directory that goes once it is known", STRANGE_DIRECTORY, LEADER_ELECTED);
    }

    @Test
    void beginsNoGroupThatHasBegunBefore() {
        assertTrue(beginning(7).isComplete());
        assertTrue(begunBefore(7).isComplete());
    }

    @Test
    void countsNoVoteOfADirectoryThatWentAlongWithOneOfTheNext() {
        assertTrue(lateVote(7).isComplete());
    }

    @Test
    void countsNoDirectoryThatMayHaveFollowedAnother() {
        assertTrue(beforeTheyAreTied(8).isComplete());
        assertTrue(untilItCounts(8).isComplete());
    }

    @Test
    void hearsNobodyFromAnotherDirectoryThanTheOneThatIsKnown() {
        assertTrue(onceTheyAreTied(8).isComplete());
    }

    @Test
    @Tag("extended")
    void losesNothingInLongerStories() {
        assertTrue(beginning(8).isComplete());
        assertTrue(begunBefore(9).isComplete());
        assertTrue(lateVote(9).isComplete());
        assertTrue(beforeTheyAreTied(10).isComplete());
        assertTrue(untilItCounts(10).isComplete());
        assertTrue(onceTheyAreTied(10).isComplete());
    }
}
