package dev.steppe.raft.snapshot;

import dev.steppe.base.Invariant;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HexFormat;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * Where the bytes of a snapshot file lie; little endian.
 *
 * <pre>
 * header                                        chunk, one behind the other      trailer
 *   0  u8 x 2  'S' 'N'                             0  u32  payload bytes n,         0  u32  0
 *   2  u16     format version                              1 to 256 KiB             4  u32  CRC of salt and 8-23
 *   4  u32     CRC of bytes 0-3 and 8 to its end   4  u32  CRC of salt and 8 on     8  i64  bytes of the file
 *   8  i64     cluster id                          8       payload, zeros up       16  u32  CRC of all before
 *  16  i64     index                                       to a multiple of 8               the trailer
 *  24  i64     term                                                                20  u32  chunk count
 *  32  i64     log time in milliseconds
 *  40  i64     state hash
 *  48  u32     chain CRC of the entry at index
 *  52  u32     bytes of the membership m
 *  56  u32     bytes of the session table s
 *  60  u32     bytes of the header: 64 + m + s, up to a multiple of 8
 *  64          membership, session table, zeros
 * </pre>
 *
 * The salt of a chunk and of the trailer ties it to its file and its place: the header's CRC u32, how many chunks lie
 * in front u32, bytes 0-3 of itself.
 */
final class SnapshotLayout {
    static final int FORMAT_VERSION = 0;
    static final int MAGIC = 'S' | 'N' << 8;

    static final int VERSION = 2;
    static final int HEADER_CRC = 4;
    static final int CLUSTER_ID = 8;
    static final int INDEX = 16;
    static final int TERM = 24;
    static final int LOG_TIME_MS = 32;
    static final int STATE_HASH = 40;
    static final int CHAIN_CRC = 48;
    static final int MEMBERSHIP_BYTES = 52;
    static final int SESSIONS_BYTES = 56;
    static final int HEADER_BYTES = 60;
    static final int HEADER_FIXED_BYTES = 64;

    static final int PAYLOAD_BYTES = 0;
    static final int CHUNK_CRC = 4;
    static final int CHUNK_HEAD_BYTES = 8;
    static final int CHUNK_PAYLOAD_MAX_BYTES = 256 << 10;

    static final int TOTAL_BYTES = 8;
    static final int FILE_CRC = 16;
    static final int CHUNK_COUNT = 20;
    static final int TRAILER_BYTES = 24;

    private static final String PREFIX = "snapshots/snapshot-";
    private static final int DIGITS = 16;
    private static final int SALT_BYTES = 12;
    private static final HexFormat HEX = HexFormat.of();

    private final CRC32C crc = new CRC32C();
    private final ByteBuffer salt = ByteBuffer.allocateDirect(SALT_BYTES).order(ByteOrder.LITTLE_ENDIAN);

    /** Name of the snapshot that ends with entry {@code index} of {@code term}. */
    static String nameOf(long index, long term) {
        return PREFIX + HEX.toHexDigits(index) + "-" + HEX.toHexDigits(term);
    }

    /** True if {@code name} is one that {@link #nameOf} gives. */
    static boolean isName(String name) {
        if (name.length() != PREFIX.length() + 2 * DIGITS + 1 || !name.startsWith(PREFIX)) {
            return false;
        }
        String numbers = name.substring(PREFIX.length());
        return numbers.chars().allMatch(digit -> digit == '-' || HexFormat.isHexDigit(digit))
                && numbers.indexOf('-') == DIGITS
                && numbers.lastIndexOf('-') == DIGITS
                && name.equals(nameOf(indexOf(name), termOf(name)));
    }

    /** The index in a name. */
    static long indexOf(String name) {
        return HexFormat.fromHexDigitsToLong(name, PREFIX.length(), PREFIX.length() + DIGITS);
    }

    /** The term in a name. */
    static long termOf(String name) {
        return HexFormat.fromHexDigitsToLong(name, PREFIX.length() + DIGITS + 1, name.length());
    }

    /** {@code bytes} up to a multiple of 8. */
    static int padded(int bytes) {
        return bytes + 7 & -8;
    }

    /**
     * Whether this program and this group can have written a file that begins so; null, or why not, in one sentence
     * that begins with {@code name}. Wants the first {@link #HEADER_FIXED_BYTES}; proves nothing.
     */
    static @Nullable String refusalOf(String name, ByteBuffer head, long clusterId) {
        if (head.getShort(0) != MAGIC) {
            return name + " is no snapshot: it does not begin with SN";
        }
        int version = Short.toUnsignedInt(head.getShort(VERSION));
        if (version != FORMAT_VERSION) {
            return name + " has format " + version + ", this program reads format " + FORMAT_VERSION + ": run one that "
                    + (version > FORMAT_VERSION ? "is newer" : "still reads it, and take a new snapshot there");
        }
        if (head.getLong(CLUSTER_ID) != clusterId) {
            return name + " belongs to cluster " + head.getLong(CLUSTER_ID) + ", not to " + clusterId;
        }
        return null;
    }

    /** Checksum of the whole header in {@code header}. */
    int headerCrcOf(ByteBuffer header, int headerBytes) {
        crc.reset();
        add(header, 0, HEADER_CRC);
        add(header, CLUSTER_ID, headerBytes - CLUSTER_ID);
        return (int) crc.getValue();
    }

    /**
     * Checksum of the chunk or trailer at the start of {@code bytes}.
     *
     * @param ordinal chunks in front of it
     * @param length bytes of it, padding included
     */
    int crcOf(int headerCrc, int ordinal, ByteBuffer bytes, int length) {
        if (length < CHUNK_HEAD_BYTES) {
            throw Invariant.broken("shorter than its head: bytes", length);
        }
        salt.clear();
        salt.putInt(0, headerCrc).putInt(4, ordinal).putInt(8, bytes.getInt(PAYLOAD_BYTES));
        crc.reset();
        crc.update(salt);
        add(bytes, CHUNK_HEAD_BYTES, length - CHUNK_HEAD_BYTES);
        return (int) crc.getValue();
    }

    private void add(ByteBuffer buffer, int offset, int length) {
        buffer.limit(offset + length).position(offset);
        crc.update(buffer);
        buffer.clear();
    }
}
