package dev.steppe.raft.timing;

/**
 * What was measured so far. Times are 0 while nothing was measured.
 *
 * @param commitCount batches measured from append to quorum while this member led
 * @param broadcastP50Ns median of append to quorum, nanoseconds
 * @param broadcastP99Ns 99th percentile
 * @param broadcastP999Ns 99.9th percentile
 * @param electionTimeoutNs shortest election time-out
 * @param leaderLossCount how often a leader that had been followed fell silent
 * @param meanTimeBetweenLossesNs time watched per loss, or the whole time watched while there was none
 */
public record TimingReport(
        long commitCount,
        long broadcastP50Ns,
        long broadcastP99Ns,
        long broadcastP999Ns,
        long electionTimeoutNs,
        long leaderLossCount,
        long meanTimeBetweenLossesNs) {

    /** What the first half of the inequality comes to. */
    public enum Verdict {
        OK,
        /**
         * Broadcast p99.9 is above a tenth of the election time-out: a slow disk or network may cost the leadership.
         */
        BROADCAST_SLOW
    }

    /** Judges the broadcast time. */
    public Verdict verdict() {
        return broadcastP999Ns > electionTimeoutNs / 10 ? Verdict.BROADCAST_SLOW : Verdict.OK;
    }

    /** How many times the median broadcast fits into the election time-out; 0 while nothing was measured. */
    public double electionPerBroadcast() {
        return broadcastP50Ns == 0 ? 0 : (double) electionTimeoutNs / broadcastP50Ns;
    }

    /** How many times the election time-out fits into the time between losses. */
    public double lossesPerElection() {
        return (double) meanTimeBetweenLossesNs / electionTimeoutNs;
    }
}
