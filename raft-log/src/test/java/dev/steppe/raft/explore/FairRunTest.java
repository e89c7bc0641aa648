package dev.steppe.raft.explore;

import static dev.steppe.raft.explore.member.Mark.CUT_OF_FORCED;
import static dev.steppe.raft.explore.member.Mark.HELD_BACK;
import static dev.steppe.raft.explore.member.Mark.KEPT_BY_CRASH;
import static dev.steppe.raft.explore.member.Mark.LOG_AHEAD_OF_VAULT;
import static dev.steppe.raft.explore.member.Mark.LOST_BY_CRASH;
import static dev.steppe.raft.explore.member.Mark.VOTE_LOST_BY_CRASH;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** From many worlds of a search, whatever went wrong before: once things go well, the group serves again. */
class FairRunTest {
    private static final String ONE_LEADS = """
            elect 1 with 2
            settle 1 2 3
            lose
            """;

    private static final String TWO_LEAD = ONE_LEADS + """
            propose 1 1
            propose 1 2
            elect 3 with 2
            resign 1
            deliver 3>1 VoteAsk
            lose
            """;

    private static final String THREE_IS_FED = """
            elect 1 with 2
            propose 1 1
            heartbeat 1
            settle 1 2
            snapshot 1
            compact 1
            lose 1>2 2>1
            """;

    private static Bounds bounds(int rounds) {
        return Bounds.of(3).terms(2).ballots(4).rounds(rounds);
    }

    /** Every crash between two stores of one turn, of vault and log, with whatever the disk has kept of them. */
    private static Finding conflicts(int packets, int every) {
        Bounds bounds = Bounds.of(3).terms(3).ballots(4).rounds(2).proposals(3).crashes(1);
        return Exploration.after(
                        TWO_LEAD, bounds.forcedLate().terse().packets(packets).fairEvery(every))
                .holds(
                        "ways out of conflicts",
                        LOG_AHEAD_OF_VAULT,
                        LOST_BY_CRASH,
                        KEPT_BY_CRASH,
                        VOTE_LOST_BY_CRASH,
                        CUT_OF_FORCED,
                        HELD_BACK);
    }

    private static Finding snapshots(int packets, int every) {
        Bounds bounds = bounds(3).snapshots(3).crashes(1).storedLate().terse();
        return Exploration.after(THREE_IS_FED, bounds.packets(packets).fairEvery(every))
                .holds("ways out of snapshots");
    }

    private static Finding changes(int packets, int every) {
        Bounds bounds = bounds(2).changes(2).transfers(1).proposals(1).loyal().terse();
        return Exploration.after(ONE_LEADS, bounds.packets(packets).fairEvery(every))
                .holds("ways out of changes and transfers");
    }

    private static Finding damages(int packets, int every) {
        Bounds bounds = bounds(4).damages(1).crashes(1).proposals(1).terse();
        return Exploration.after(ONE_LEADS, bounds.packets(packets).fairEvery(every))
                .holds("ways out of damages");
    }

    @Test
    void leadsOutOfConflictsAndSnapshots() {
        assertTrue(conflicts(4, 97).isComplete());
        assertTrue(snapshots(8, 97).isComplete());
    }

    @Test
    void leadsOutOfChangesAndDamages() {
        assertTrue(changes(5, 97).isComplete());
        assertTrue(damages(4, 97).isComplete());
    }

    @Test
    @Tag("extended")
    void leadsOutOfLongerStories() {
        assertTrue(conflicts(6, 997).isComplete());
        assertTrue(snapshots(11, 997).isComplete());
        assertTrue(changes(8, 997).isComplete());
        assertTrue(damages(6, 997).isComplete());
    }
}
