package dev.steppe.raft.api;

/**
 * A picture of one member.
 *
 * @param memberId whose picture
 * @param role what it is in {@code term}
 * @param leaderId the leader of {@code term} as far as known, -1 if nobody
 * @param indexes how far the log has come here
 * @param stateHash hash of the state at {@link Indexes#appliedIndex()}
 * @param durability whether an acknowledgement survives power loss
 * @param timing the inequality that keeps a quorum stable
 */
public record RaftStatus(
        int memberId,
        Role role,
        long term,
        int leaderId,
        Indexes indexes,
        long stateHash,
        Durability durability,
        TimingStatus timing) {

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
     * Broadcast time against election time-out (talk, requirement R8).
     *
     * @param broadcastP50Us append to quorum as this member measured it while it led, microseconds
     * @param electionTimeoutMs shortest election time-out
     * @param elections elections that this member started
     * @param warning true while broadcast p99.9 is above a tenth of the election time-out
     */
    public record TimingStatus(
            double broadcastP50Us,
            double broadcastP99Us,
            double broadcastP999Us,
            long electionTimeoutMs,
            long elections,
            boolean warning) {}
}
