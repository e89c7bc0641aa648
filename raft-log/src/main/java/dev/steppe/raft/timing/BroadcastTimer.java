package dev.steppe.raft.timing;

import dev.steppe.base.Invariant;
import org.HdrHistogram.Histogram;

/**
 * Measures append to quorum, batch by batch, and counts lost leaders. Owned by the consensus agent; recording allocates
 * nothing. A batch that finds {@value #CAPACITY} others waiting is not measured: then the newest are left out.
 */
public final class BroadcastTimer {
    private static final int CAPACITY = 1 << 12;
    private static final int MASK = CAPACITY - 1;
    private static final long LONGEST_NS = 60_000_000_000L;

    private final long electionTimeoutNs;
    private final long startNs;
    private final Histogram latencies = new Histogram(1_000, LONGEST_NS, 3);
    private final long[] lastIndexes = new long[CAPACITY];
    private final long[] appendedNs = new long[CAPACITY];
    private long head;
    private long tail;
    private long leaderLossCount;

    /** Begins to watch at {@code nowNs}. */
    public BroadcastTimer(long electionTimeoutNs, long nowNs) {
        this.electionTimeoutNs = electionTimeoutNs;
        startNs = nowNs;
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
            long latencyNs = nowNs - appendedNs[(int) (head++ & MASK)];
            latencies.recordValue(Math.min(Math.max(latencyNs, 0), LONGEST_NS));
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

    /** What was measured until {@code nowNs}. Walks the histogram and allocates; for status, not for every batch. */
    public TimingReport report(long nowNs) {
        long watchedNs = nowNs - startNs;
        long count = latencies.getTotalCount();
        return new TimingReport(
                count,
                count == 0 ? 0 : latencies.getValueAtPercentile(50),
                count == 0 ? 0 : latencies.getValueAtPercentile(99),
                count == 0 ? 0 : latencies.getValueAtPercentile(99.9),
                electionTimeoutNs,
                leaderLossCount,
                watchedNs / Math.max(1, leaderLossCount));
    }
}
