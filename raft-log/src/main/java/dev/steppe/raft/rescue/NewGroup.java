package dev.steppe.raft.rescue;

/**
 * What an operator wants a new group to be, and who asks for it.
 *
 * @param clusterId identity of the new group, never used before; 0 is refused
 * @param host where its only member is reached; as in {@link dev.steppe.raft.quorum.Membership.Server}
 * @param port 0 to 65,535
 * @param askedBy name for the record; what is no printable ASCII is written as {@code ?}
 * @param askedAtMs when, in milliseconds since 1970 UTC; for the record only
 */
public record NewGroup(long clusterId, String host, int port, String askedBy, long askedAtMs) {
    private static final int NAME_CHARS_MAX = 200;

    /** Refuses a cluster without an identity, and nobody. */
    public NewGroup {
        if (clusterId == 0) {
            throw new IllegalArgumentException("a group's id must not be 0");
        }
        if (askedBy.isBlank() || askedBy.length() > NAME_CHARS_MAX) {
            throw new IllegalArgumentException("a name of 1 to " + NAME_CHARS_MAX + " characters: '" + askedBy + "'");
        }
    }
}
