package dev.steppe.raft.timing;

import dev.steppe.base.Invariant;

/**
 * Measures append to quorum, batch by batch, and counts lost leaders. Owned by the consensus agent; recording allocates
 * nothing. A batch that finds {@value #CAPACITY} others waiting is not measured: then the newest are left out.
 */
public final class BroadcastTimer {
    /** Length of one window of measurement, in nanoseconds; a report covers the last four. */
    public static final long WINDOW_NS = 15_000_000_000L;

    private static final int CAPACITY = 1 << 12;
    private static final int MASK = CAPACITY - 1;

    private final long startNs;
    private final LatencyWindows latencies;
    private final long[] lastIndexes = new long[CAPACITY];
    private final long[] appendedNs = new long[CAPACITY];
    private long electionTimeoutNs;
    private long head;
    private long tail;
    private long leaderLossCount;

    /** Begins to watch at {@code nowNs}, which is 0 or more. */
    public BroadcastTimer(long electionTimeoutNs, long nowNs) {
        this.electionTimeoutNs = electionTimeoutNs;
        startNs = nowNs;
        latencies = new LatencyWindows(WINDOW_NS, nowNs);
    }

    /** From now on this is the shortest election time-out. */
    public void electionTimeoutNs(long newElectionTimeoutNs) {
        electionTimeoutNs = newElectionTimeoutNs;
    }

    /** This leader has appended a batch that ends with {@code lastIndex}; indexes rise within one leadership. */
    public void appended(long lastIndex, long nowNs) {
        if (head < tail && lastIndexes[(int) ((tail - 1) & MASK)] >= lastIndex) {
            throw Invariant.broken(
                    "batches must rise: last, appended", lastIndexes[(int) ((tail - 1) & MASK)], lastIndex);
        }
        if (tail - head < CAPACITY) {
            lastIndexes[(int) (tail & MASK)] = lastIndex;
            appendedNs[(int) (tail++ & MASK)] = nowNs;
        }
    }

    /** A majority has forced everything up to {@code commitIndex}. */
    public void committed(long commitIndex, long nowNs) {
        while (head < tail && lastIndexes[(int) (head & MASK)] <= commitIndex) {
            latencies.record(nowNs - appendedNs[(int) (head++ & MASK)], nowNs);
        }
    }

    /** The leadership is over; what was not committed is not measured. */
    public void leadershipEnded() {
        head = tail;
    }

    /** How many leaders that had been followed fell silent so far. */
    public void leaderLosses(long count) {
        leaderLossCount = count;
    }

    /** Number of the window that is being filled; when it has grown, {@link #lastEnded} has news. */
    public long windowOrdinal(long nowNs) {
        return latencies.windowOrdinal(nowNs);
    }

    /** What was measured in the window that ended last. Walks the histogram and allocates. */
    public Latency lastEnded(long nowNs) {
        return latencies.lastEnded(nowNs);
    }

    /** What was measured lately. Walks the histograms and allocates; for status, not for every batch. */
    public TimingReport report(long nowNs) {
        long watchedNs = nowNs - startNs;
        return new TimingReport(
                latencies.recent(nowNs), electionTimeoutNs, leaderLossCount, watchedNs / Math.max(1, leaderLossCount));
    }
}
