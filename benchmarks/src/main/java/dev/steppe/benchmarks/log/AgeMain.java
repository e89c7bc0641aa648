package dev.steppe.benchmarks.log;

import dev.steppe.base.OperatingFault;
import dev.steppe.benchmarks.baseline.AppendShape;
import dev.steppe.raft.storage.WriteStrategy;
import java.io.IOException;
import java.util.Arrays;
import java.util.Locale;

/**
 * Whether appending to a log that has seen much costs more than to a new one. The old one first takes ten million
 * entries; after every 65,536 of them some are cut, and its beginning goes segment by segment. Then both take blocks in
 * turn, unforced, and the medians of their blocks are compared.
 *
 * <p>{@code java -cp benchmarks/target/benchmarks.jar dev.steppe.benchmarks.log.AgeMain [ENTRIES]}; the disk is the one
 * of {@code java.io.tmpdir}. Expected: at most 1.15.
 */
public final class AgeMain {
    private static final int SEGMENT_MIB = 64;
    private static final int BLOCK_ENTRIES = 1 << 16;
    private static final int CUT_ENTRIES = 1_000;
    private static final int BLOCK_COUNT = 61;
    private static final int AGE_ENTRIES = 10_000_000;

    private AgeMain() {}

    /** Takes how many entries make a log old, ten million if it is not said. */
    public static void main(String[] arguments) throws OperatingFault, IOException {
        int ageEntries = arguments.length == 0 ? AGE_ENTRIES : Integer.parseInt(arguments[0]);
        try (OpenLogWorld aged = OpenLogWorld.open(SEGMENT_MIB, WriteStrategy.POSITIONAL);
                OpenLogWorld fresh = OpenLogWorld.open(SEGMENT_MIB, WriteStrategy.POSITIONAL)) {
            for (int appended = 0; appended < ageEntries; appended += BLOCK_ENTRIES) {
                blockNs(aged);
                aged.cut(CUT_ENTRIES);
            }
            double[] agedNs = new double[BLOCK_COUNT];
            double[] freshNs = new double[BLOCK_COUNT];
            for (int i = 0; i < BLOCK_COUNT; i++) {
                freshNs[i] = blockNs(fresh) / (double) BLOCK_ENTRIES;
                agedNs[i] = blockNs(aged) / (double) BLOCK_ENTRIES;
            }
            double agedMedian = median(agedNs);
            double freshMedian = median(freshNs);
            System.out.printf(
                    Locale.ROOT,
                    "ns an entry: new %.1f, after %,d entries %.1f, ratio %.3f%n",
                    freshMedian,
                    ageEntries,
                    agedMedian,
                    agedMedian / freshMedian);
        }
    }

    /** One block, its segment not counted. */
    private static long blockNs(OpenLogWorld world) throws OperatingFault {
        world.prepareFor(BLOCK_ENTRIES + CUT_ENTRIES);
        long startNs = System.nanoTime();
        for (int i = 0; i < BLOCK_ENTRIES / AppendShape.BATCH_ENTRIES; i++) {
            world.append(AppendShape.BATCH_ENTRIES);
        }
        return System.nanoTime() - startNs;
    }

    private static double median(double[] figures) {
        double[] sorted = figures.clone();
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }
}
