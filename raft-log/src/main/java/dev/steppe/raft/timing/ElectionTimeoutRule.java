package dev.steppe.raft.timing;

/**
 * Chooses the shortest election time-out from what was measured. Grows at once when a broadcast or a leader's pause
 * comes too near to it; falls slowly, by half at a time, and only after enough was measured: a time-out that is too
 * long costs an outage of that length once, one that is too short costs the leadership again and again.
 *
 * <p>A function of its arguments alone. Members may come to different choices; that is safe, because nothing but the
 * lower bound is ever promised to another member.
 *
 * @param lowestNs never choose less
 * @param highestNs never choose more
 */
public record ElectionTimeoutRule(long lowestNs, long highestNs) {
    /** How much longer than a broadcast the time-out must be (DESIGN §8: warning at a tenth). */
    private static final long BROADCASTS = 10;
    /** How many of a leader's longest pauses a follower waits. */
    private static final long PAUSES = 3;
    /** Below this many measurements nothing is made shorter. */
    private static final long ENOUGH_COUNT = 500;

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
     * @param pause time between two words of a leader, measured while this member followed
     */
    public long chosenNs(long currentNs, Latency broadcast, Latency pause) {
        long currentBoundedNs = bounded(currentNs);
        long askedNs = Math.max(times(broadcast.p999Ns(), BROADCASTS), times(pause.maxNs(), PAUSES));
        long neededNs = bounded(askedNs + (MS - askedNs % MS) % MS);
        if (neededNs >= currentBoundedNs) {
            return neededNs;
        }
        boolean isEnough = broadcast.count() + pause.count() >= ENOUGH_COUNT;
        boolean isMuchLess = neededNs <= currentBoundedNs / 2;
        return isEnough && isMuchLess ? Math.max(neededNs, currentBoundedNs / 2) : currentBoundedNs;
    }

    private long bounded(long wantedNs) {
        return Math.min(Math.max(wantedNs, lowestNs), highestNs);
    }

    private static long times(long latencyNs, long factor) {
        return Math.min(latencyNs, LatencyWindows.LONGEST_NS) * factor;
    }
}
