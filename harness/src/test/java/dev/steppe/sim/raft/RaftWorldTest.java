package dev.steppe.sim.raft;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steppe.fault.Coverage;
import dev.steppe.fault.Mark;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class RaftWorldTest {
    private static final long SAFETY_NS = TimeUnit.SECONDS.toNanos(8);

    private static Coverage play(long firstSeed, int count) {
        Coverage coverage = new Coverage();
        List<String> failures = new ArrayList<>();
        for (long seed = firstSeed; seed < firstSeed + count; seed++) {
            SeedOutcome outcome = RaftRun.play(seed, SAFETY_NS, null);
            coverage.add(outcome.coverage());
            if (outcome.failure() != null) {
                failures.add("seed " + seed + ": " + outcome.failure());
            }
        }
        assertEquals(List.of(), failures);
        return coverage;
    }

    /** The seeds are fixed, so the marks are too: a mark that is gone means that a nemesis has stopped biting. */
    @Test
    void holdsInSeedsThatMeetEveryMark() {
        Coverage coverage = play(300_001, 400);
        List<Mark> unmet = Arrays.stream(Mark.values())
                .filter(mark -> coverage.count(mark) == 0)
                .toList();
        assertEquals(List.of(), unmet);
    }

    /** A member that dropped its log's beginning in the turn in which its log began anew waited for ever. */
    @Test
    void goesOnThoughItsLogBeginsAnewWhileItsBeginningGoes() {
        assertNull(RaftRun.play(20_255, SAFETY_NS, null).failure());
    }

    /** A leader waited to be dialled by members with lower ids, which had been away and did not know it. */
    @Test
    void reachesMembersThatHaveNotHeardOfTheLeader() {
        assertNull(RaftRun.play(58, SAFETY_NS, null).failure());
    }

    /** A follower told the hash of its state in a term that it had not forced yet. */
    @Test
    void tellsNoHashInATermThatIsNotForced() {
        assertNull(RaftRun.play(1_003_104, SAFETY_NS, null).failure());
    }

    @Test
    @Tag("extended")
    void holdsInManySeeds() {
        Coverage coverage = play(1_000_000, 20_000);
        assertEquals(20_000, coverage.count(Mark.CORE_CONVERGED));
    }

    @Test
    void givesOneHistoryForOneSeed() {
        for (long seed = 1; seed <= 20; seed++) {
            SeedOutcome first = RaftRun.play(seed, SAFETY_NS, null);
            assertNull(first.failure());
            SeedOutcome second = RaftRun.play(seed, SAFETY_NS, null);
            assertEquals(first.traceHash(), second.traceHash());
            assertNotEquals(
                    first.traceHash(),
                    RaftRun.play(seed + 1_000, SAFETY_NS, null).traceHash());
            assertTrue(first.eventCount() > 100 && first.virtualNs() >= SAFETY_NS);
        }
    }
}
