package dev.steppe.raft.log.layout;

/**
 * Whose log it is; salts every checksum of the directory.
 *
 * @param clusterId identity of the group, never equal for two groups
 * @param memberId the member inside the group, positive
 */
public record LogIdentity(long clusterId, int memberId) {
    /** Refuses a member id that is not positive. */
    public LogIdentity {
        if (memberId < 1) {
            throw new IllegalArgumentException("member id must be positive: " + memberId);
        }
    }
}
