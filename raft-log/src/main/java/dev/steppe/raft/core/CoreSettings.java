package dev.steppe.raft.core;

import dev.steppe.raft.quorum.VoterSet;

/**
 * What one core is told at its start and never changes.
 *
 * @param voters all voters of the group
 * @param memberId which of them this core is
 * @param directoryId identity of the directory that this member keeps its log in
 * @param incarnation life of this member, never equal in two lives
 * @param times time-outs
 * @param inFlightMaxBytes most bytes of entries on the way to one follower; one message may always be on the way
 */
public record CoreSettings(
        VoterSet voters, int memberId, long directoryId, long incarnation, Times times, int inFlightMaxBytes) {
    /** No member has this id. */
    public static final int NOBODY = -1;

    /** Refuses a member that does not vote and a window that lets nothing through. */
    public CoreSettings {
        if (voters.ordinalOf(memberId) < 0) {
            throw new IllegalArgumentException("member " + memberId + " is no voter of " + voters);
        }
        if (inFlightMaxBytes < 1) {
            throw new IllegalArgumentException("bytes in flight must be positive: " + inFlightMaxBytes);
        }
    }

    /**
     * Time-outs in nanoseconds. A time-out of an election is drawn anew for each attempt.
     *
     * @param heartbeatNs how often an idle leader is heard
     * @param electionMinNs shortest election time-out; also how long a leader lives without a quorum, without progress
     *     of its own log, and how long a follower stays true to a leader that it heard
     * @param electionMaxNs longest election time-out, exclusive
     */
    public record Times(long heartbeatNs, long electionMinNs, long electionMaxNs) {
        /** Refuses times that cannot keep a leader. */
        public Times {
            if (heartbeatNs < 1 || electionMinNs < 2 * heartbeatNs || electionMaxNs <= electionMinNs) {
                throw new IllegalArgumentException("times must satisfy 1 <= heartbeat, 2 x heartbeat <= election min"
                        + " < election max: " + heartbeatNs + ", " + electionMinNs + ", " + electionMaxNs);
            }
        }
    }
}
