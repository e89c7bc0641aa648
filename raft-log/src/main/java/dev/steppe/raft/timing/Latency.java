package dev.steppe.raft.timing;

/**
 * What a set of latencies looks like. All numbers are 0 while nothing was measured; the others are exact within one in
 * a hundred.
 *
 * @param count how many were measured
 * @param p50Ns median, nanoseconds
 * @param p99Ns 99th percentile
 * @param p999Ns 99.9th percentile
 * @param maxNs longest
 */
public record Latency(long count, long p50Ns, long p99Ns, long p999Ns, long maxNs) {
    /** Nothing measured. */
    public static final Latency NONE = new Latency(0, 0, 0, 0, 0);
}
