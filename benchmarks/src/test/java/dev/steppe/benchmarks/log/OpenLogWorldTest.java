package dev.steppe.benchmarks.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steppe.base.OperatingFault;
import dev.steppe.benchmarks.baseline.AppendShape;
import dev.steppe.benchmarks.fixture.AllocatedBytes;
import dev.steppe.raft.storage.WriteStrategy;
import java.io.IOException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class OpenLogWorldTest {
    private static final int SEGMENT_MIB = 128;
    private static final int WARM_BATCHES = 1_875;
    private static final int ROUND_COUNT = 5;
    private static final int ROUND_BATCHES = 625;

    @ParameterizedTest
    @EnumSource
    void appendsWithoutAllocating(WriteStrategy strategy) throws OperatingFault, IOException {
        try (OpenLogWorld world = OpenLogWorld.open(SEGMENT_MIB, strategy)) {
            append(world, WARM_BATCHES);
            // The least of some rounds: in the first ones the compiler may still be at work on a busy machine.
            long leastBytes = Long.MAX_VALUE;
            long lastIndex = 0;
            for (int round = 0; round < ROUND_COUNT; round++) {
                long beforeBytes = AllocatedBytes.now();
                lastIndex = append(world, ROUND_BATCHES);
                leastBytes = Math.min(leastBytes, AllocatedBytes.now() - beforeBytes);
            }
            assertEquals((WARM_BATCHES + ROUND_COUNT * ROUND_BATCHES) * AppendShape.BATCH_ENTRIES, lastIndex);
            double bytesPerEntry = (double) leastBytes / (ROUND_BATCHES * AppendShape.BATCH_ENTRIES);
            assertTrue(bytesPerEntry < 0.1, bytesPerEntry + " bytes an entry");
        }
    }

    private static long append(OpenLogWorld world, int batchCount) throws OperatingFault {
        long lastIndex = 0;
        for (int i = 0; i < batchCount; i++) {
            lastIndex = world.append(AppendShape.BATCH_ENTRIES);
            if (i % 64 == 0) {
                world.force();
            }
        }
        return lastIndex;
    }
}
