package dev.steppe.rank;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

/** Numbers are those of {@code scheduling.md} 7.6 and {@code scheduling-cases.md} K01. */
final class FitScoreTest {
    @Test
    void isNothingForAnEmptyNodeAndAllForAFullOne() {
        assertEquals(0, FitScore.of(3_072, 3_072, 3_072, 3_072));
        assertEquals(FitScore.MAX, FitScore.of(0, 3_072, 0, 3_072));
    }

    @Test
    void isThatOfTheSpec() {
        assertEquals(595_379, FitScore.of(2_048, 3_072, 2_048, 3_072), 1);
        assertEquals(759_747, FitScore.of(50, 100, 50, 100), 1);
    }

    @Test
    void takesWhatANodeHasNothingOfForFull() {
        assertEquals(FitScore.of(0, 1, 50, 100), FitScore.of(0, 0, 50, 100));
    }

    @Property(tries = 2_000)
    void isWithinOneMillionthOfTheFormula(
            @ForAll @IntRange(min = 1, max = 2_000_000_000) int cpu,
            @ForAll @IntRange(min = 1, max = 2_000_000_000) int memory,
            @ForAll @IntRange(min = 0, max = 10_000) int cpuPart,
            @ForAll @IntRange(min = 0, max = 10_000) int memoryPart) {
        int leftCpu = (int) ((long) cpu * cpuPart / 10_000);
        int leftMemory = (int) ((long) memory * memoryPart / 10_000);
        double sum = StrictMath.pow(10, (double) leftCpu / cpu) + StrictMath.pow(10, (double) leftMemory / memory);
        double expected = Math.max(0, Math.min(18, 20 - sum)) / 18 * 1_000_000;
        int score = FitScore.of(leftCpu, cpu, leftMemory, memory);
        assertTrue(Math.abs(score - expected) <= 1, () -> score + " instead of " + expected);
    }

    @Property(tries = 500)
    void growsWithWhatIsUsed(
            @ForAll @IntRange(min = 1, max = 100_000) int capacity,
            @ForAll @IntRange(min = 0, max = 100_000) int one,
            @ForAll @IntRange(min = 0, max = 100_000) int other) {
        int less = Math.min(capacity, Math.min(one, other));
        int more = Math.min(capacity, Math.max(one, other));
        assertTrue(FitScore.of(less, capacity, less, capacity) >= FitScore.of(more, capacity, more, capacity));
    }
}
