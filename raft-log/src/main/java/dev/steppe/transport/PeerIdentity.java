package dev.steppe.transport;

/**
 * Who stands at one end of a link.
 *
 * @param clusterId equal on both ends of every link; a peer of another cluster is refused before any frame
 * @param region name of the region, 1 to 64 characters of {@code [a-z0-9-]}
 * @param role what the peer is to the cluster
 * @param memberId unique among the peers of this region and role; 1 or more
 * @param directoryId drawn when the peer's data directory was formatted, so that a wiped disk under an old member id
 *     can be told; 0 for a peer that keeps nothing
 * @param incarnation grows with every start on the same directory, so that a message of an earlier life can be told; 0
 *     or more
 */
public record PeerIdentity(
        long clusterId, String region, PeerRole role, long memberId, long directoryId, long incarnation) {
    /** Longest region name, in characters. */
    public static final int REGION_MAX_COUNT = PeerName.PART_MAX_COUNT;

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

    /** A peer that keeps nothing: {@code directoryId} 0. */
    public PeerIdentity(long clusterId, String region, PeerRole role, long memberId, long incarnation) {
        this(clusterId, region, role, memberId, 0, incarnation);
    }

    /** Whether {@code name} can be the region of an identity. */
    public static boolean isRegionName(String name) {
        return PeerName.isPart(name);
    }

    /** Whether both name the same member, in whatever incarnation and directory. */
    public boolean isSameMember(PeerIdentity other) {
        return memberId == other.memberId
                && role == other.role
                && clusterId == other.clusterId
                && region.equals(other.region);
    }

    /**
     * Whether this is the same member on the same directory as {@code other}, started earlier. Starts on different
     * directories have no order: who of them counts is not for a link to say.
     */
    public boolean isEarlierLifeOf(PeerIdentity other) {
        return isSameMember(other) && directoryId == other.directoryId && incarnation < other.incarnation;
    }
}
