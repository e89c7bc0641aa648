package dev.steppe.transport;

/**
 * Who stands at one end of a link.
 *
 * @param clusterId equal on both ends of every link; a peer of another cluster is refused before any frame
 * @param region name of the region, 1 to 64 characters of {@code [a-z0-9-]}
 * @param role what the peer is to the cluster
 * @param memberId unique among the peers of this region and role; 1 or more
 * @param incarnation grows with every start of the peer, so that a message of an earlier life can be told; 0 or more
 */
public record PeerIdentity(long clusterId, String region, PeerRole role, long memberId, long incarnation) {
    /** Longest region name, in characters. */
    public static final int REGION_MAX_COUNT = 64;

    /** Refuses a region that is not a plain name and numbers out of range. */
    public PeerIdentity {
        if (!isRegionName(region)) {
            throw new IllegalArgumentException("region must be 1 to 64 characters of [a-z0-9-]: " + region);
        }
        if (memberId < 1) {
            throw new IllegalArgumentException("member id must be 1 or more: " + memberId);
        }
        if (incarnation < 0) {
            throw new IllegalArgumentException("incarnation must be 0 or more: " + incarnation);
        }
    }

    /** Whether {@code name} can be the region of an identity. */
    public static boolean isRegionName(String name) {
        int length = name.length();
        if (length < 1 || length > REGION_MAX_COUNT) {
            return false;
        }
        for (int i = 0; i < length; i++) {
            char c = name.charAt(i);
            if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-')) {
                return false;
            }
        }
        return true;
    }

    /** Whether both name the same member, in whatever incarnation. */
    public boolean isSameMember(PeerIdentity other) {
        return memberId == other.memberId
                && role == other.role
                && clusterId == other.clusterId
                && region.equals(other.region);
    }
}
