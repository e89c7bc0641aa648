package dev.steppe.raft.api;

import dev.steppe.raft.quorum.Membership;

/**
 * A picture of one member.
 *
 * @param memberId whose picture
 * @param role what it is in {@code term}
 * @param leaderId the leader of {@code term} as far as known, -1 if nobody
 * @param indexes how far the log has come here
 * @param stateHash hash of the state, and of the client sessions if there are any, at {@link Indexes#appliedIndex()}
 * @param durability whether an acknowledgement survives power loss
 * @param timing the inequality that keeps a quorum stable
 * @param group membership, quarantine, snapshots
 */
public record RaftStatus(
        int memberId,
        Role role,
        long term,
        int leaderId,
        Indexes indexes,
        long stateHash,
        Durability durability,
        TimingStatus timing,
        GroupStatus group) {

    /**
     * Who belongs to the group, as this member knows it, and what this member is worth to it.
     *
     * @param membershipIndex entry that says {@code membership}; it may not be committed yet
     * @param isQuarantined this member neither votes nor counts until a leader has refilled it
     * @param quarantinedVoterCount voters that told this candidate that they are quarantined; once they are a majority
     *     the group stands still until an operator helps
     * @param snapshotIndex last entry of the newest snapshot here, 0 if there is none
     * @param firstIndex first entry that the log still has
     */
    public record GroupStatus(
            long membershipIndex,
            Membership membership,
            boolean isQuarantined,
            int quarantinedVoterCount,
            long snapshotIndex,
            long firstIndex) {}

    /** Roles of a voter (Ongaro thesis §3.3; PRE_CANDIDATE §9.6). */
    public enum Role {
        FOLLOWER,
        PRE_CANDIDATE,
        CANDIDATE,
        LEADER,
        /** Stopped after a fault of its disk, or damaged: neither votes nor counts. */
        STOPPED
    }

    /** Whether "acknowledged" means forced to the disk on a majority. */
    public enum Durability {
        FORCED,
        UNFORCED
    }

    /** Last entry written, forced, committed and applied here; 0 = none. */
    public record Indexes(long lastIndex, long forcedIndex, long commitIndex, long appliedIndex) {}

    /**
     * Broadcast time against election time-out against time between failures (talk, requirement R8).
     *
     * @param broadcast append to quorum as this member measured it lately while it led
     * @param electionTimeoutMs shortest election time-out now
     * @param elections elections that this member started
     * @param meanTimeBetweenLossesMs time watched per leader lost, or the whole time watched while none was
     * @param warning true while broadcast p99.9 is above a tenth of the election time-out
     */
    public record TimingStatus(
            Broadcast broadcast,
            long electionTimeoutMs,
            long elections,
            long meanTimeBetweenLossesMs,
            boolean warning) {
        /** Median of append to quorum in microseconds; 0 while nothing was measured. */
        public double broadcastP50Us() {
            return broadcast.p50Us();
        }

        /** 99th percentile of append to quorum in microseconds. */
        public double broadcastP99Us() {
            return broadcast.p99Us();
        }

        /** 99.9th percentile of append to quorum in microseconds. */
        public double broadcastP999Us() {
            return broadcast.p999Us();
        }

        /** How many times the broadcast p99.9 fits into the election time-out; 0 while nothing was measured. */
        public double electionPerBroadcast() {
            return broadcast.p999Us() == 0 ? 0 : electionTimeoutMs * 1_000.0 / broadcast.p999Us();
        }

        /** How many times the election time-out fits into the time between failures. */
        public double lossesPerElection() {
            return (double) meanTimeBetweenLossesMs / electionTimeoutMs;
        }
    }

    /** Append to quorum, microseconds; 0 while nothing was measured. */
    public record Broadcast(double p50Us, double p99Us, double p999Us) {}
}
