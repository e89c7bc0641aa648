package dev.steppe.raft.log.layout;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * A small record that is replaced as a whole: identity, hard state, watermark, base. Reads and writes it, reusable; 64
 * bytes at the start of a page of its own, so that no power loss can tear it.
 *
 * <pre>
 *   0  u8   'S'
 *   1  u8   'V'
 *   2  u8   format version, 0
 *   3  u8   purpose: 1 identity, 2 hard state, 3 watermark, 4 base
 *   4  u32  CRC32C over cluster id, member id, purpose (the salt) and bytes 8-63
 *   8  i64  sequence: counts the stores from 1
 *  16  i64  six values, see the owner
 * </pre>
 */
public final class Slot {
    /** Bytes of a slot. */
    public static final int BYTES = 64;

    /** Distance between slots of one file. */
    public static final int PAGE_BYTES = 4096;

    /**
     * Cluster id, member id, incarnation, directory id. Its checksum is salted with zeros: it says itself whose it is.
     */
    public static final int IDENTITY = 1;

    /** Term, vote, quarantine. */
    public static final int HARD_STATE = 2;

    /** Cut count, index, term. */
    public static final int WATERMARK = 3;

    /** First generation kept, index, term, chain checksum and log time before it, cut count. */
    public static final int BASE = 4;

    private static final int MAGIC = 'S' | 'V' << 8;
    /** The version is the third byte, which no checksum covers: it can be read whatever the version is. */
    private static final int VERSION_MASK = 0xFF << 16;

    private static final int CRC = 4;
    private static final int SEQUENCE = 8;
    private static final int VALUES = 16;
    private static final int VALUE_COUNT = 6;

    private final Crc crc = new Crc();
    private final ByteBuffer salt = ByteBuffer.allocateDirect(24).order(ByteOrder.LITTLE_ENDIAN);
    private final ByteBuffer bytes = ByteBuffer.allocateDirect(BYTES).order(ByteOrder.LITTLE_ENDIAN);
    private final long[] values = new long[VALUE_COUNT];
    private final int purpose;
    private long sequence;

    /** Slots of {@code purpose} in the directory that {@code clusterId} and {@code memberId} name. */
    public Slot(int purpose, long clusterId, int memberId) {
        this.purpose = purpose;
        salt.putLong(0, clusterId).putInt(8, memberId).putInt(12, purpose);
    }

    /** Value {@code ordinal}, 0..5. */
    public long value(int ordinal) {
        return values[ordinal];
    }

    /** Sets value {@code ordinal}, 0..5. */
    public Slot value(int ordinal, long value) {
        values[ordinal] = value;
        return this;
    }

    /** Which store this is, from 1; 0 before the first. */
    public long sequence() {
        return sequence;
    }

    /** The bytes of the next store, from position 0 to the limit; valid until the next call. */
    public ByteBuffer encodeNext() {
        sequence++;
        return encode();
    }

    /** The bytes of the current store once more. */
    public ByteBuffer encode() {
        bytes.clear();
        bytes.putInt(0, MAGIC | purpose << 24);
        bytes.putLong(SEQUENCE, sequence);
        for (int i = 0; i < VALUE_COUNT; i++) {
            bytes.putLong(VALUES + i * Long.BYTES, values[i]);
        }
        bytes.putInt(CRC, crcOf(bytes, 0));
        bytes.clear();
        return bytes;
    }

    /** Reads the slot at {@code offset}; false, and nothing changes, if it is not one of this purpose and directory. */
    public boolean decode(ByteBuffer file, int offset) {
        if (offset > file.capacity() - BYTES
                || file.getInt(offset) != (MAGIC | purpose << 24)
                || file.getInt(offset + CRC) != crcOf(file, offset)) {
            return false;
        }
        sequence = file.getLong(offset + SEQUENCE);
        for (int i = 0; i < VALUE_COUNT; i++) {
            values[i] = file.getLong(offset + VALUES + i * Long.BYTES);
        }
        return true;
    }

    /** True if a slot of this purpose and directory is at {@code offset}, whole, in another version of the format. */
    public boolean isOfAnotherVersion(ByteBuffer file, int offset) {
        int head = file.getInt(offset);
        return head != (MAGIC | purpose << 24)
                && (head & ~VERSION_MASK) == (MAGIC | purpose << 24)
                && file.getInt(offset + CRC) == crcOf(file, offset);
    }

    private int crcOf(ByteBuffer buffer, int offset) {
        return crc.start(salt).add(buffer, offset + SEQUENCE, BYTES - SEQUENCE).value();
    }
}
