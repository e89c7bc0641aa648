package dev.steppe.raft.timing;

import org.HdrHistogram.AbstractHistogram;
import org.HdrHistogram.IntCountsHistogram;

/**
 * Latencies of the recent past, in windows of fixed length: the one that is being filled and the {@value #ENDED_COUNT}
 * before it. What is older is forgotten, so a slow hour does not colour the day. Owned by one thread; recording
 * allocates nothing. Takes about 100 KiB for good.
 */
public final class LatencyWindows {
    /** Longest latency that is told from a longer one, in nanoseconds: one minute. */
    public static final long LONGEST_NS = 60_000_000_000L;

    private static final int ENDED_COUNT = 3;
    private static final int WINDOW_COUNT = ENDED_COUNT + 1;
    private static final long SHORTEST_NS = 1_000;
    private static final int DIGITS = 2;

    private final long windowNs;
    private final AbstractHistogram[] windows = new AbstractHistogram[WINDOW_COUNT];
    private final AbstractHistogram merged = emptyHistogram();
    private long windowOrdinal;

    /**
     * Begins to watch at {@code nowNs}.
     *
     * @param windowNs length of one window, above 0
     * @param nowNs 0 or more
     */
    public LatencyWindows(long windowNs, long nowNs) {
        this.windowNs = windowNs;
        for (int i = 0; i < WINDOW_COUNT; i++) {
            windows[i] = emptyHistogram();
        }
        windowOrdinal = nowNs / windowNs;
    }

    /** Notes one latency; one below zero counts as zero, one above {@link #LONGEST_NS} as that. */
    public void record(long latencyNs, long nowNs) {
        advance(nowNs);
        windows[(int) (windowOrdinal % WINDOW_COUNT)].recordValue(Math.min(Math.max(latencyNs, 0), LONGEST_NS));
    }

    /** What was measured in the windows that are kept. Walks them and allocates: for a status, not for every batch. */
    public Latency recent(long nowNs) {
        advance(nowNs);
        merged.reset();
        for (AbstractHistogram window : windows) {
            merged.add(window);
        }
        return latencyOf(merged);
    }

    /** What was measured in the window that ended last. Walks it and allocates. */
    public Latency lastEnded(long nowNs) {
        advance(nowNs);
        return latencyOf(windows[(int) ((windowOrdinal + ENDED_COUNT) % WINDOW_COUNT)]);
    }

    /** Number of the window that is being filled at {@code nowNs}: grows by one with each that ends. */
    public long windowOrdinal(long nowNs) {
        advance(nowNs);
        return windowOrdinal;
    }

    private void advance(long nowNs) {
        long newest = nowNs / windowNs;
        if (newest <= windowOrdinal) {
            return;
        }
        long firstStale = Math.max(windowOrdinal + 1, newest - ENDED_COUNT);
        for (long ordinal = firstStale; ordinal <= newest; ordinal++) {
            windows[(int) (ordinal % WINDOW_COUNT)].reset();
        }
        windowOrdinal = newest;
    }

    private static AbstractHistogram emptyHistogram() {
        return new IntCountsHistogram(SHORTEST_NS, LONGEST_NS, DIGITS);
    }

    private static Latency latencyOf(AbstractHistogram histogram) {
        if (histogram.getTotalCount() == 0) {
            return Latency.NONE;
        }
        return new Latency(
                histogram.getTotalCount(),
                histogram.getValueAtPercentile(50),
                histogram.getValueAtPercentile(99),
                histogram.getValueAtPercentile(99.9),
                histogram.getMaxValue());
    }
}
