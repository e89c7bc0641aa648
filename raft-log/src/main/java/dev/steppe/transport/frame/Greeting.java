package dev.steppe.transport.frame;

import dev.steppe.transport.PeerIdentity;
import dev.steppe.transport.PeerRole;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.agrona.DirectBuffer;

/**
 * What each side says in the handshake, and its bytes, little-endian:
 *
 * <pre>
 *   0  4  magic "STEP"
 *   4  4  version, 0
 *   8  8  cluster id
 *  16  8  member id
 *  24  8  directory id, 0 for a peer that keeps nothing
 *  32  8  incarnation
 *  40  8  own nonce of this connection
 *  48  8  the other side's nonce, 0 in the first word
 *  56  1  role: 0 server, 1 client
 *  57  1  length of the region
 *  58  1  length of the lane
 *  59  …  region, lane, in ASCII; nothing behind
 * </pre>
 *
 * The nonces tie the three words to this connection: a recorded word does not fit another one.
 *
 * @param identity who speaks
 * @param lane the lane that the speaker means
 * @param nonce drawn for this connection by the speaker
 * @param echo the nonce that the speaker heard
 */
public record Greeting(PeerIdentity identity, String lane, long nonce, long echo) {
    private static final int MAGIC = 0x5045_5453;
    private static final int VERSION = 0;
    private static final int LANE_MAX_COUNT = 32;

    private static final int VERSION_OFFSET = 4;
    private static final int CLUSTER_OFFSET = 8;
    private static final int MEMBER_OFFSET = 16;
    private static final int DIRECTORY_OFFSET = 24;
    private static final int INCARNATION_OFFSET = 32;
    private static final int NONCE_OFFSET = 40;
    private static final int ECHO_OFFSET = 48;
    private static final int ROLE_OFFSET = 56;
    private static final int REGION_LENGTH_OFFSET = 57;
    private static final int LANE_LENGTH_OFFSET = 58;
    private static final int NAMES_OFFSET = 59;

    /** Whether {@code name} can name a lane: 1 to 32 characters of {@code [a-z0-9-]}. */
    public static boolean isLaneName(String name) {
        return name.length() <= LANE_MAX_COUNT && PeerIdentity.isRegionName(name);
    }

    /** The bytes, as drawn above. */
    public byte[] encode() {
        byte[] region = identity.region().getBytes(StandardCharsets.US_ASCII);
        byte[] laneName = lane.getBytes(StandardCharsets.US_ASCII);
        ByteBuffer out = ByteBuffer.allocate(NAMES_OFFSET + region.length + laneName.length)
                .order(ByteOrder.LITTLE_ENDIAN);
        out.putInt(MAGIC).putInt(VERSION);
        out.putLong(identity.clusterId()).putLong(identity.memberId());
        out.putLong(identity.directoryId()).putLong(identity.incarnation());
        out.putLong(nonce).putLong(echo);
        out.put((byte) (identity.role() == PeerRole.SERVER ? 0 : 1));
        out.put((byte) region.length).put((byte) laneName.length);
        out.put(region).put(laneName);
        return out.array();
    }

    /** True if the bytes are the beginning of a greeting that another version of this program said. */
    public static boolean isOfAnotherVersion(DirectBuffer buffer, int offset, int length) {
        return length >= CLUSTER_OFFSET
                && buffer.getInt(offset, ByteOrder.LITTLE_ENDIAN) == MAGIC
                && buffer.getInt(offset + VERSION_OFFSET, ByteOrder.LITTLE_ENDIAN) != VERSION;
    }

    /** Why these bytes are no greeting, as one sentence; empty when {@link #decode} may read them. */
    public static Optional<String> refusal(DirectBuffer buffer, int offset, int length) {
        if (isOfAnotherVersion(buffer, offset, length)) {
            int version = buffer.getInt(offset + VERSION_OFFSET, ByteOrder.LITTLE_ENDIAN);
            return Optional.of("the peer speaks version " + version + " and this side version " + VERSION + ".");
        }
        if (length < NAMES_OFFSET || buffer.getInt(offset, ByteOrder.LITTLE_ENDIAN) != MAGIC) {
            return Optional.of("the peer does not speak this protocol.");
        }
        int regionLength = buffer.getByte(offset + REGION_LENGTH_OFFSET);
        int laneLength = buffer.getByte(offset + LANE_LENGTH_OFFSET);
        if (regionLength < 1 || laneLength < 1 || length != NAMES_OFFSET + regionLength + laneLength) {
            return Optional.of("the peer's greeting has a wrong length.");
        }
        byte role = buffer.getByte(offset + ROLE_OFFSET);
        boolean numbersFit = (role == 0 || role == 1)
                && longAt(buffer, offset + MEMBER_OFFSET) >= 1
                && longAt(buffer, offset + INCARNATION_OFFSET) >= 0;
        boolean namesFit = PeerIdentity.isRegionName(nameAt(buffer, offset + NAMES_OFFSET, regionLength))
                && isLaneName(nameAt(buffer, offset + NAMES_OFFSET + regionLength, laneLength));
        return numbersFit && namesFit ? Optional.empty() : Optional.of("the peer's greeting names nobody.");
    }

    /** The greeting in these bytes, which {@link #refusal} has passed. */
    public static Greeting decode(DirectBuffer buffer, int offset) {
        int regionLength = buffer.getByte(offset + REGION_LENGTH_OFFSET);
        int laneLength = buffer.getByte(offset + LANE_LENGTH_OFFSET);
        PeerIdentity identity = new PeerIdentity(
                longAt(buffer, offset + CLUSTER_OFFSET),
                nameAt(buffer, offset + NAMES_OFFSET, regionLength),
                buffer.getByte(offset + ROLE_OFFSET) == 0 ? PeerRole.SERVER : PeerRole.CLIENT,
                longAt(buffer, offset + MEMBER_OFFSET),
                longAt(buffer, offset + DIRECTORY_OFFSET),
                longAt(buffer, offset + INCARNATION_OFFSET));
        return new Greeting(
                identity,
                nameAt(buffer, offset + NAMES_OFFSET + regionLength, laneLength),
                longAt(buffer, offset + NONCE_OFFSET),
                longAt(buffer, offset + ECHO_OFFSET));
    }

    private static long longAt(DirectBuffer buffer, int offset) {
        return buffer.getLong(offset, ByteOrder.LITTLE_ENDIAN);
    }

    private static String nameAt(DirectBuffer buffer, int offset, int length) {
        byte[] bytes = new byte[length];
        buffer.getBytes(offset, bytes);
        return new String(bytes, StandardCharsets.US_ASCII);
    }
}
