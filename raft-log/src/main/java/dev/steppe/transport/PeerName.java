package dev.steppe.transport;

import java.util.Locale;
import java.util.Optional;

/**
 * What a certificate says of its holder, as one URI: {@code sched://CLUSTER/REGION/ROLE} or
 * {@code sched://CLUSTER/REGION/ROLE/NODE}. There is one spelling of each name and no pattern: what holds a {@code *},
 * a capital, an empty part, a query or a port is no name at all.
 *
 * @param cluster name of the whole, which may span regions; 1 to 64 characters of {@code [a-z0-9-]}
 * @param region as in {@link PeerIdentity}
 * @param role {@code server} or {@code client} in the URI
 * @param memberId the node, in decimal digits in the URI; 0 for a certificate that is good for every server of its
 *     region. A client's certificate always names its node
 */
public record PeerName(String cluster, String region, PeerRole role, long memberId) {
    /** How every name begins. */
    public static final String SCHEME = "sched://";

    /** Most characters of cluster and of region. */
    static final int PART_MAX_COUNT = 64;

    private static final int PARTS_WITH_NODE = 4;
    private static final int PARTS_WITHOUT_NODE = 3;
    private static final int NODE_MAX_DIGITS = 18;

    /** Refuses parts that are no plain names, and a client without a node. */
    public PeerName {
        if (!isPart(cluster) || !isPart(region)) {
            throw new IllegalArgumentException(
                    "cluster and region must be 1 to 64 characters of [a-z0-9-]: " + cluster + ", " + region);
        }
        if (memberId < 0 || (memberId == 0 && role == PeerRole.CLIENT)) {
            throw new IllegalArgumentException("a node is a positive number, and a client has one: " + memberId);
        }
    }

    /** The name that {@code uri} spells; empty when it is not exactly one. Of any length, from any source. */
    public static Optional<PeerName> parse(String uri) {
        if (!uri.startsWith(SCHEME)) {
            return Optional.empty();
        }
        String[] parts = uri.substring(SCHEME.length()).split("/", -1);
        if (parts.length != PARTS_WITH_NODE && parts.length != PARTS_WITHOUT_NODE) {
            return Optional.empty();
        }
        Optional<PeerRole> role = roleOf(parts[2]);
        boolean named = parts.length == PARTS_WITH_NODE;
        if (!isPart(parts[0]) || !isPart(parts[1]) || role.isEmpty() || (named && !isNode(parts[3]))) {
            return Optional.empty();
        }
        long memberId = named ? Long.parseLong(parts[3]) : 0;
        if (memberId == 0 && role.get() == PeerRole.CLIENT) {
            return Optional.empty();
        }
        return Optional.of(new PeerName(parts[0], parts[1], role.get(), memberId));
    }

    /** The URI; {@link #parse} gives the same name back. */
    public String uri() {
        String upToRole = SCHEME + cluster + "/" + region + "/" + role.name().toLowerCase(Locale.ROOT);
        return memberId == 0 ? upToRole : upToRole + "/" + memberId;
    }

    /** Why {@code claimed} is not for the holder of this name to claim, as one sentence; empty when it is. */
    public Optional<String> disagreement(PeerIdentity claimed) {
        boolean agrees = claimed.region().equals(region)
                && claimed.role() == role
                && (memberId == 0 || claimed.memberId() == memberId);
        return agrees
                ? Optional.empty()
                : Optional.of("the peer's certificate names " + uri() + ", and it claims to be " + claimed.role() + " "
                        + claimed.memberId() + " of region " + claimed.region() + ".");
    }

    /** Whether {@code name} is a plain name as clusters and regions bear it. */
    static boolean isPart(String name) {
        int length = name.length();
        if (length < 1 || length > PART_MAX_COUNT) {
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

    private static Optional<PeerRole> roleOf(String part) {
        return switch (part) {
            case "server" -> Optional.of(PeerRole.SERVER);
            case "client" -> Optional.of(PeerRole.CLIENT);
            default -> Optional.empty();
        };
    }

    /** Decimal digits without a leading zero, short enough for a positive 64-bit number. */
    private static boolean isNode(String part) {
        boolean plain = !part.isEmpty() && part.length() <= NODE_MAX_DIGITS && part.charAt(0) != '0';
        for (int i = 0; plain && i < part.length(); i++) {
            plain = part.charAt(i) >= '0' && part.charAt(i) <= '9';
        }
        return plain;
    }
}
