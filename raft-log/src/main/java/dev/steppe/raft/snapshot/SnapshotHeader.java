package dev.steppe.raft.snapshot;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/** What a snapshot says about itself before its content begins. Immutable. */
public final class SnapshotHeader {
    /** Longest membership, in bytes. */
    public static final int MEMBERSHIP_MAX_BYTES = 1 << 16;

    /** Longest session table, in bytes. */
    public static final int SESSIONS_MAX_BYTES = 1 << 24;

    private final long clusterId;
    private final SnapshotPosition position;
    private final long stateHash;
    private final byte[] membership;
    private final byte[] sessions;

    /**
     * @param stateHash hash of the state at {@code position}
     * @param membership the membership in force there, encoded; at most {@link #MEMBERSHIP_MAX_BYTES}; copied
     * @param sessions the table of client sessions there, encoded; at most {@link #SESSIONS_MAX_BYTES}; copied
     */
    public SnapshotHeader(
            long clusterId, SnapshotPosition position, long stateHash, byte[] membership, byte[] sessions) {
        if (membership.length > MEMBERSHIP_MAX_BYTES || sessions.length > SESSIONS_MAX_BYTES) {
            throw new IllegalArgumentException(
                    "too long: membership, sessions = " + membership.length + ", " + sessions.length + " bytes");
        }
        this.clusterId = clusterId;
        this.position = position;
        this.stateHash = stateHash;
        this.membership = membership.clone();
        this.sessions = sessions.clone();
    }

    /** The group it belongs to. */
    public long clusterId() {
        return clusterId;
    }

    /** The last entry it contains. */
    public SnapshotPosition position() {
        return position;
    }

    /** Hash of the state at {@link #position()}; compare it after a restore. */
    public long stateHash() {
        return stateHash;
    }

    /** The membership in force at {@link #position()}, encoded; a copy. */
    public byte[] membership() {
        return membership.clone();
    }

    /** The table of client sessions at {@link #position()}, encoded; a copy. */
    public byte[] sessions() {
        return sessions.clone();
    }

    /** The bytes of the header, from 0 to the limit. */
    ByteBuffer encode() {
        int headerBytes =
                SnapshotLayout.padded(SnapshotLayout.HEADER_FIXED_BYTES + membership.length + sessions.length);
        ByteBuffer bytes = ByteBuffer.allocateDirect(headerBytes).order(ByteOrder.LITTLE_ENDIAN);
        bytes.putShort(0, (short) SnapshotLayout.MAGIC);
        bytes.putShort(SnapshotLayout.VERSION, (short) SnapshotLayout.FORMAT_VERSION);
        bytes.putLong(SnapshotLayout.CLUSTER_ID, clusterId);
        bytes.putLong(SnapshotLayout.INDEX, position.index());
        bytes.putLong(SnapshotLayout.TERM, position.term());
        bytes.putLong(SnapshotLayout.LOG_TIME_MS, position.logTimeMs());
        bytes.putLong(SnapshotLayout.STATE_HASH, stateHash);
        bytes.putInt(SnapshotLayout.CHAIN_CRC, position.chainCrc());
        bytes.putInt(SnapshotLayout.MEMBERSHIP_BYTES, membership.length);
        bytes.putInt(SnapshotLayout.SESSIONS_BYTES, sessions.length);
        bytes.putInt(SnapshotLayout.HEADER_BYTES, headerBytes);
        bytes.put(SnapshotLayout.HEADER_FIXED_BYTES, membership);
        bytes.put(SnapshotLayout.HEADER_FIXED_BYTES + membership.length, sessions);
        bytes.putInt(SnapshotLayout.HEADER_CRC, new SnapshotLayout().headerCrcOf(bytes, headerBytes));
        return bytes.clear();
    }

    /**
     * Length of the header whose first {@link SnapshotLayout#HEADER_FIXED_BYTES} are in {@code head}; 0 if its lengths
     * do not fit together, or are longer than allowed.
     */
    static int headerBytesOf(ByteBuffer head) {
        int membershipBytes = head.getInt(SnapshotLayout.MEMBERSHIP_BYTES);
        int sessionsBytes = head.getInt(SnapshotLayout.SESSIONS_BYTES);
        if (membershipBytes < 0
                || membershipBytes > MEMBERSHIP_MAX_BYTES
                || sessionsBytes < 0
                || sessionsBytes > SESSIONS_MAX_BYTES) {
            return 0;
        }
        int headerBytes = SnapshotLayout.padded(SnapshotLayout.HEADER_FIXED_BYTES + membershipBytes + sessionsBytes);
        return headerBytes == head.getInt(SnapshotLayout.HEADER_BYTES) ? headerBytes : 0;
    }

    /** The header in {@code bytes}, from 0 to the capacity, which must be its length; null if it is damaged. */
    static @Nullable SnapshotHeader decode(ByteBuffer bytes) {
        int headerBytes = bytes.capacity();
        if (headerBytesOf(bytes) != headerBytes
                || bytes.getInt(SnapshotLayout.HEADER_CRC) != new SnapshotLayout().headerCrcOf(bytes, headerBytes)) {
            return null;
        }
        long index = bytes.getLong(SnapshotLayout.INDEX);
        long term = bytes.getLong(SnapshotLayout.TERM);
        long logTimeMs = bytes.getLong(SnapshotLayout.LOG_TIME_MS);
        if (index < 1 || term < 1 || logTimeMs < 0) {
            return null;
        }
        byte[] membership = new byte[bytes.getInt(SnapshotLayout.MEMBERSHIP_BYTES)];
        byte[] sessions = new byte[bytes.getInt(SnapshotLayout.SESSIONS_BYTES)];
        bytes.get(SnapshotLayout.HEADER_FIXED_BYTES, membership);
        bytes.get(SnapshotLayout.HEADER_FIXED_BYTES + membership.length, sessions);
        return new SnapshotHeader(
                bytes.getLong(SnapshotLayout.CLUSTER_ID),
                new SnapshotPosition(index, term, bytes.getInt(SnapshotLayout.CHAIN_CRC), logTimeMs),
                bytes.getLong(SnapshotLayout.STATE_HASH),
                membership,
                sessions);
    }
}
