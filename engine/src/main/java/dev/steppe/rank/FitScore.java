package dev.steppe.rank;

/**
 * The bin-pack score in millionths ({@code scheduling.md} 7.6): {@code (20 - (10^freeCpu + 10^freeMemory)) / 18}, where
 * both are what is left over as a part of the capacity. 0 = an empty node, 1,000,000 = a full one. Stateless, any
 * thread.
 *
 * <p>Powers come from one table of 4,097 values, built with {@code StrictMath} and joined by straight lines: the same
 * bits on every machine, within one millionth of the formula.
 */
public final class FitScore {
    /** The score of a full node. */
    public static final int MAX = 1_000_000;

    private static final int TABLE_BITS = 12;
    private static final int LINE_BITS = 16;
    private static final long ONE = 1_000_000_000L;
    private static final long[] POWERS = powersOfTen();

    private FitScore() {}

    /**
     * The score of a node with this capacity on which this is left over once the ask is placed. Left over is at least 0
     * and at most the capacity; a dimension of which the node has nothing counts as full.
     */
    public static int of(int leftCpuMhz, int capacityCpuMhz, int leftMemoryMb, int capacityMemoryMb) {
        long sum = powerOfTen(leftCpuMhz, capacityCpuMhz) + powerOfTen(leftMemoryMb, capacityMemoryMb);
        // In units of ONE / 1,000,000 = 1,000 a millionth of the score, times the 18 of the formula; rounded.
        long score = (20 * ONE - sum + 9_000) / 18_000;
        return (int) Math.max(0, Math.min(MAX, score));
    }

    /** {@code 10^(left / capacity)} in units of 1 / {@link #ONE}. */
    private static long powerOfTen(int left, int capacity) {
        if (capacity <= 0 || left <= 0) {
            return ONE;
        }
        long position = ((long) left << (TABLE_BITS + LINE_BITS)) / capacity;
        int entry = (int) (position >>> LINE_BITS);
        long along = position & ((1 << LINE_BITS) - 1);
        if (entry >= 1 << TABLE_BITS) {
            return POWERS[1 << TABLE_BITS];
        }
        return POWERS[entry] + (((POWERS[entry + 1] - POWERS[entry]) * along) >> LINE_BITS);
    }

    private static long[] powersOfTen() {
        int steps = 1 << TABLE_BITS;
        long[] powers = new long[steps + 1];
        for (int i = 0; i <= steps; i++) {
            powers[i] = (long) StrictMath.rint(StrictMath.pow(10, (double) i / steps) * ONE);
        }
        return powers;
    }
}
