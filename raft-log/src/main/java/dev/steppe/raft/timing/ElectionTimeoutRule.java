package dev.steppe.raft.timing;

/**
 * Chooses the shortest election time-out from what a leader measured of its broadcasts. Grows at once when a broadcast
 * comes too near to it; falls slowly, by half at a time, and only after enough was measured: a time-out that is too
 * long costs an outage of that length once, one that is too short costs the leadership again and again.
 *
 * <p>A function of its arguments alone.
 *
 * @param lowestNs never choose less
 * @param highestNs never choose more
 */
public record ElectionTimeoutRule(long lowestNs, long highestNs) {
    /** How much longer than a broadcast the time-out must be (DESIGN §8: warning at a tenth). */
    private static final long BROADCASTS = 10;
    /** Below this many measurements there is no such thing as p99.9, and nothing is made shorter. */
    private static final long ENOUGH_COUNT = 1_000;

    private static final long MS = 1_000_000;

    /** Refuses bounds out of order. */
    public ElectionTimeoutRule {
        if (lowestNs < 1 || highestNs < lowestNs) {
            throw new IllegalArgumentException(
                    "bounds must satisfy 1 <= lowest <= highest: " + lowestNs + ", " + highestNs);
        }
    }

    /**
     * The time-out to go on with, in nanoseconds, within the bounds.
     *
     * @param currentNs the one in use
     * @param broadcast append to quorum, measured while this member led
     * @param mayFall whether enough time has passed since it was last made shorter
     */
    public long chosenNs(long currentNs, Latency broadcast, boolean mayFall) {
        long currentBoundedNs = bounded(currentNs);
        long askedNs = Math.min(broadcast.p999Ns(), LatencyWindows.LONGEST_NS) * BROADCASTS;
        long neededNs = bounded(askedNs + (MS - askedNs % MS) % MS);
        if (neededNs >= currentBoundedNs) {
            return neededNs;
        }
        boolean isEnough = mayFall && broadcast.count() >= ENOUGH_COUNT;
        // A little shorter is not worth an hour in which the members differ.
        boolean isMuchLess = neededNs <= currentBoundedNs / 2 || neededNs == lowestNs;
        return isEnough && isMuchLess ? Math.max(neededNs, currentBoundedNs / 2) : currentBoundedNs;
    }

    private long bounded(long wantedNs) {
        return Math.min(Math.max(wantedNs, lowestNs), highestNs);
    }
}
