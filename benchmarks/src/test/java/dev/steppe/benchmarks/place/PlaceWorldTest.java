package dev.steppe.benchmarks.place;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steppe.benchmarks.fixture.AllocatedBytes;
import dev.steppe.rank.NodeSearch;
import org.junit.jupiter.api.Test;

final class PlaceWorldTest {
    private static final int WARM_DECISIONS = 50_000;
    private static final int ROUND_COUNT = 5;
    private static final int ROUND_DECISIONS = 50_000;

    @Test
    void letsSearchAndLoopsFindEquallyGoodNodes() {
        PlaceWorld world = new PlaceWorld("fleet1k");
        int placedCount = 0;
        for (int i = 0; i < PlaceWorld.REQUEST_COUNT; i++) {
            Request request = world.next();
            int cpuMhz = request.ask().cpuMhz();
            int memoryMb = request.ask().memoryMb();
            int diskMb = request.ask().diskMb();
            int bySearch = world.search().select(request.ask(), request);
            int byPower = world.loop().bestByPower(cpuMhz, memoryMb, diskMb, request.isClassUsable());
            int byTable = world.loop().bestByTable(cpuMhz, memoryMb, diskMb, request.isClassUsable());
            assertEquals(byPower == -1, bySearch == NodeSearch.NONE);
            assertEquals(byPower == -1, byTable == -1);
            if (byPower >= 0) {
                placedCount++;
                double score = world.loop().scoreByPower(byPower, cpuMhz, memoryMb);
                // The search rounds to millionths of 18, the table to steps of 1/4096.
                assertEquals(score, world.loop().scoreByPower(bySearch, cpuMhz, memoryMb), 0.000_1);
                assertEquals(score, world.loop().scoreByPower(byTable, cpuMhz, memoryMb), 0.02);
            }
        }
        assertTrue(placedCount > PlaceWorld.REQUEST_COUNT / 2, "placed " + placedCount);
    }

    @Test
    void decidesWithoutAllocating() {
        PlaceWorld world = new PlaceWorld("fleet100");
        long sum = decide(world, WARM_DECISIONS);
        // The least of some rounds: in the first ones the compiler may still be at work on a busy machine.
        long leastBytes = Long.MAX_VALUE;
        for (int round = 0; round < ROUND_COUNT; round++) {
            long beforeBytes = AllocatedBytes.now();
            sum += decide(world, ROUND_DECISIONS);
            leastBytes = Math.min(leastBytes, AllocatedBytes.now() - beforeBytes);
        }
        double bytesPerDecision = (double) leastBytes / ROUND_DECISIONS;
        assertTrue(bytesPerDecision < 0.1, bytesPerDecision + " bytes a decision, sum " + sum);
    }

    private static long decide(PlaceWorld world, int decisionCount) {
        long sum = 0;
        for (int i = 0; i < decisionCount; i++) {
            Request request = world.next();
            sum += world.search().select(request.ask(), request);
        }
        return sum;
    }
}
