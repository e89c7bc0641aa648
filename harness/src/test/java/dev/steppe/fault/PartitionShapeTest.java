package dev.steppe.fault;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Comparator;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class PartitionShapeTest {
    private static final int MEMBER_COUNT = 5;
    private static final long LENGTH_NS = 1_000_000;

    /** Which directions are cut at {@code atNs}. */
    private static boolean[][] cutAt(List<PartitionShape.Step> script, long atNs) {
        int[][] counts = new int[MEMBER_COUNT][MEMBER_COUNT];
        script.stream()
                .filter(step -> step.afterNs() <= atNs)
                .sorted(Comparator.comparingLong(PartitionShape.Step::afterNs))
                .forEach(step -> counts[step.fromOrdinal()][step.toOrdinal()] += step.isCut() ? 1 : -1);
        boolean[][] cut = new boolean[MEMBER_COUNT][MEMBER_COUNT];
        for (int from = 0; from < MEMBER_COUNT; from++) {
            for (int to = 0; to < MEMBER_COUNT; to++) {
                cut[from][to] = counts[from][to] > 0;
            }
        }
        return cut;
    }

    private static int cutCount(boolean[][] cut) {
        int count = 0;
        for (boolean[] row : cut) {
            for (boolean one : row) {
                count += one ? 1 : 0;
            }
        }
        return count;
    }

    @ParameterizedTest
    @EnumSource
    void cutsSomethingAndHealsEverything(PartitionShape shape) {
        for (long seed = 0; seed < 100; seed++) {
            List<PartitionShape.Step> script = shape.script(MEMBER_COUNT, 2, LENGTH_NS, new Chance(seed));
            assertTrue(script.stream().anyMatch(PartitionShape.Step::isCut), "seed " + seed);
            assertEquals(0, cutCount(cutAt(script, LENGTH_NS)), "seed " + seed);
        }
    }

    @Test
    void hasTheShapeThatItsNameSays() {
        for (long seed = 0; seed < 100; seed++) {
            boolean[][] isolated =
                    cutAt(PartitionShape.ISOLATE_ONE.script(MEMBER_COUNT, 2, LENGTH_NS, new Chance(seed)), 0);
            assertEquals(8, cutCount(isolated));
            boolean[][] ring = cutAt(PartitionShape.RING.script(MEMBER_COUNT, 2, LENGTH_NS, new Chance(seed)), 0);
            assertEquals(10, cutCount(ring));
            boolean[][] bridge = cutAt(PartitionShape.BRIDGE.script(MEMBER_COUNT, 2, LENGTH_NS, new Chance(seed)), 0);
            assertEquals(8, cutCount(bridge));
            int halves = cutCount(cutAt(PartitionShape.HALVES.script(MEMBER_COUNT, 2, LENGTH_NS, new Chance(seed)), 0));
            assertTrue(halves == 8 || halves == 12, "cuts " + halves);
        }
    }
}
