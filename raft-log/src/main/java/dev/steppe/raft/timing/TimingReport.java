package dev.steppe.raft.timing;

/**
 * The three times whose order keeps a quorum stable: broadcast far below election time-out far below time between
 * failures (Raft paper §5.6).
 *
 * @param broadcast append to quorum, batch by batch, as this member measured it lately while it led
 * @param electionTimeoutNs shortest election time-out
 * @param leaderLossCount how often a leader that had been followed fell silent
 * @param meanTimeBetweenLossesNs time watched per loss, or the whole time watched while there was none
 */
public record TimingReport(
        Latency broadcast, long electionTimeoutNs, long leaderLossCount, long meanTimeBetweenLossesNs) {

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
        return broadcast.p999Ns() > electionTimeoutNs / 10 ? Verdict.BROADCAST_SLOW : Verdict.OK;
    }

    /** How many times the broadcast p99.9 fits into the election time-out; 0 while nothing was measured. */
    public double electionPerBroadcast() {
        return broadcast.p999Ns() == 0 ? 0 : (double) electionTimeoutNs / broadcast.p999Ns();
    }

    /** How many times the election time-out fits into the time between losses. */
    public double lossesPerElection() {
        return (double) meanTimeBetweenLossesNs / electionTimeoutNs;
    }
}
