package dev.steppe.raft.core;

import dev.steppe.raft.quorum.Membership;

/**
 * What one core is told at its start and never changes.
 *
 * @param memberId which member this core is; it need not belong to the group (yet, or any more)
 * @param directoryId identity of the directory that this member keeps its log in
 * @param incarnation life of this member: grows with each start from one directory; at least 1
 * @param times time-outs
 * @param inFlightMaxBytes most bytes of entries on the way to one follower; one message may always be on the way. A
 *     piece of a snapshot is at most a quarter of it and at most {@value #CHUNK_MAX_BYTES} bytes
 * @param maxClockDriftPpm how reads are confirmed: {@link #NO_LEASE}, or by how many millionths two clocks of the group
 *     may drift apart within one election time-out. With a drift, a leader answers reads without a round as long as a
 *     majority has answered one that it sent less than the shortest time-out, less the drift, ago. That is linearizable
 *     only if no clock of the group drifts further, none stands still while its process runs (a suspended machine), and
 *     all members are told the same times and a drift; a process that stands still is no danger if its next step is
 *     told the time as it is then
 */
public record CoreSettings(
        int memberId, long directoryId, long incarnation, Times times, int inFlightMaxBytes, int maxClockDriftPpm) {
    /** No member has this id. */
    public static final int NOBODY = -1;

    /** Reads are always confirmed by a round. */
    public static final int NO_LEASE = -1;

    /** Longest piece of a snapshot in one message. */
    public static final int CHUNK_MAX_BYTES = 256 * 1024;

    private static final int MILLION = 1_000_000;

    /** Refuses an impossible member, a window that lets nothing through, and a drift that leaves no lease. */
    public CoreSettings {
        if (memberId < 1 || memberId > Membership.MEMBER_ID_MAX || incarnation < 1) {
            throw new IllegalArgumentException("no member: id " + memberId + ", incarnation " + incarnation);
        }
        if (inFlightMaxBytes < 1) {
            throw new IllegalArgumentException("bytes in flight must be positive: " + inFlightMaxBytes);
        }
        if (maxClockDriftPpm < NO_LEASE || maxClockDriftPpm >= MILLION) {
            throw new IllegalArgumentException("a drift must be below one million ppm: " + maxClockDriftPpm);
        }
    }

    /** Longest piece of a snapshot in one message of this core. */
    public int chunkMaxBytes() {
        return Math.max(1, Math.min(CHUNK_MAX_BYTES, inFlightMaxBytes / 4));
    }

    boolean hasLease() {
        return maxClockDriftPpm != NO_LEASE;
    }

    /**
     * Time-outs in nanoseconds. A time-out of an election is drawn anew for each attempt, between the shortest that is
     * in use and the longest. The shortest is also how long a leader lives without a quorum, without progress of its
     * own log, how long a follower stays true to a leader that it heard, and how long an attempt to transfer leadership
     * may last.
     *
     * <p>If the shortest is chosen while the group runs ({@link RaftInput.TimingChosen}), members may differ in it for
     * a while. Nothing that one member promises another is therefore reckoned with the chosen one: a lease ends after
     * {@code electionMinNs}, below which no member ever goes, and votes are void after {@link #longestNs}, which none
     * exceeds. The heartbeat stays, for any member may still use {@code electionMinNs}.
     *
     * @param heartbeatNs how often an idle leader is heard
     * @param electionMinNs the shortest election time-out, or the least that may be chosen for it
     * @param electionMaxNs the longest election time-out, exclusive; or, if it is chosen, the most that may be chosen
     *     for the shortest, with which a member begins
     * @param isChosen whether the shortest is chosen; the longest is then twice the chosen one
     */
    public record Times(long heartbeatNs, long electionMinNs, long electionMaxNs, boolean isChosen) {
        /** Times that stay. */
        public Times(long heartbeatNs, long electionMinNs, long electionMaxNs) {
            this(heartbeatNs, electionMinNs, electionMaxNs, false);
        }

        /** Refuses times that cannot keep a leader. */
        public Times {
            if (heartbeatNs < 1 || electionMinNs < 2 * heartbeatNs || electionMaxNs <= electionMinNs) {
                throw new IllegalArgumentException("times must satisfy 1 <= heartbeat, 2 x heartbeat <= election min"
                        + " < election max: " + heartbeatNs + ", " + electionMinNs + ", " + electionMaxNs);
            }
        }

        /** The shortest election time-out with which a member begins: the longest, until more is known. */
        long firstMinNs() {
            return isChosen ? electionMaxNs : electionMinNs;
        }

        /** The longest election time-out, exclusive, beside the shortest {@code minNs}. */
        long maxBeside(long minNs) {
            return isChosen ? 2 * minNs : electionMaxNs;
        }

        /** The longest election time-out that any member ever uses; also for how long a candidate counts votes. */
        public long longestNs() {
            return maxBeside(electionMaxNs);
        }

        /** {@code wantedNs}, or the nearest that may be chosen for the shortest election time-out. */
        public long bounded(long wantedNs) {
            return isChosen ? Math.max(electionMinNs, Math.min(electionMaxNs, wantedNs)) : electionMinNs;
        }

        /**
         * Two longest election time-outs: after them every vote of a former life is void, and a group that all lost
         * power at once would have a leader if one could be had.
         */
        long quarantineNs() {
            return 2 * longestNs();
        }
    }
}
