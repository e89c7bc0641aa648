package dev.steppe.raft.log.layout;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * One frame: the unit that is written at once, a batch of entries or a cut mark. Reads and writes its header, reusable.
 *
 * <pre>
 *   0  u8   'S'
 *   1  u8   'F'
 *   2  u8   format version, 0
 *   3  u8   kind: 1 batch, 2 cut mark
 *   4  u32  header CRC32C over member id, file offset, generation, bytes 0-3 (the salt) and bytes 8-55
 *   8  u32  chain checksum of the last entry (cut mark: as at 48)
 *  12  u32  length of the whole frame in bytes, a multiple of 8
 *  16  i64  first index (cut mark: the first index that is discarded)
 *  24  u32  entry count (cut mark: 0)
 *  28  u32  cut count: cut marks written so far in this log, this one included
 *  32  i64  watermark index: known to be forced before this frame was written
 *  40  i64  term of the entry at the watermark index (0 at index 0)
 *  48  u32  chain checksum of the entry before the first index
 *  52  u32  zero
 *  56  ...  records, see {@link RecordLayout}
 * </pre>
 *
 * The header's checksum covers the chain checksums before the first entry and of the last one, and these cover every
 * byte between them: so one valid header binds the whole frame to its member, segment and offset, and no byte is summed
 * twice.
 */
public final class FrameHeader {
    /** Bytes in front of the records. */
    public static final int BYTES = 56;

    /** Frames begin at multiples of this many bytes. */
    public static final int ALIGNMENT_BYTES = 8;

    /** A frame of entries. */
    public static final int BATCH = 1;

    /** A frame that says from which index on everything before it is discarded. */
    public static final int CUT = 2;

    private static final int MAGIC = 'S' | 'F' << 8;
    private static final int HEADER_CRC = 4;
    private static final int CHAIN_CRC_AFTER = 8;
    private static final int LENGTH = 12;
    private static final int FIRST_INDEX = 16;
    private static final int ENTRY_COUNT = 24;
    private static final int CUT_COUNT = 28;
    private static final int WATERMARK_INDEX = 32;
    private static final int WATERMARK_TERM = 40;
    private static final int CHAIN_CRC_BEFORE = 48;
    private static final int RESERVED = 52;

    private final Crc crc = new Crc();
    private final ByteBuffer salt = ByteBuffer.allocateDirect(24).order(ByteOrder.LITTLE_ENDIAN);
    private int kind;
    private int lengthBytes;
    private int chainCrcAfter;
    private long firstIndex;
    private int entryCount;
    private int cutCount;
    private long watermarkIndex;
    private long watermarkTerm;
    private int chainCrcBefore;

    /** Headers of the log of {@code identity}. */
    public FrameHeader(LogIdentity identity) {
        salt.putInt(0, identity.memberId());
    }

    /** Sets what the frame holds. A batch has at least one entry, a cut mark none. */
    public FrameHeader holding(int newKind, long newFirstIndex, int newEntryCount) {
        kind = newKind;
        firstIndex = newFirstIndex;
        entryCount = newEntryCount;
        return this;
    }

    /** Sets the chain checksums of the entry before the first and of the last one; equal for a cut mark. */
    public FrameHeader chaining(int newChainCrcBefore, int newChainCrcAfter) {
        chainCrcBefore = newChainCrcBefore;
        chainCrcAfter = newChainCrcAfter;
        return this;
    }

    /** Sets what is known to be durable before the frame, and under how many cut marks. */
    public FrameHeader knowing(int newCutCount, long newWatermarkIndex, long newWatermarkTerm) {
        cutCount = newCutCount;
        watermarkIndex = newWatermarkIndex;
        watermarkTerm = newWatermarkTerm;
        return this;
    }

    /**
     * Writes the header at offset 0 of {@code frame}, whose records are complete up to {@code frameBytes}; the frame
     * will lie at {@code fileOffset} of the segment with {@code generation}.
     */
    public void seal(ByteBuffer frame, int frameBytes, long generation, int fileOffset) {
        lengthBytes = frameBytes;
        frame.putInt(0, MAGIC | kind << 24);
        frame.putInt(CHAIN_CRC_AFTER, chainCrcAfter);
        frame.putInt(LENGTH, lengthBytes);
        frame.putLong(FIRST_INDEX, firstIndex);
        frame.putInt(ENTRY_COUNT, entryCount);
        frame.putInt(CUT_COUNT, cutCount);
        frame.putLong(WATERMARK_INDEX, watermarkIndex);
        frame.putLong(WATERMARK_TERM, watermarkTerm);
        frame.putInt(CHAIN_CRC_BEFORE, chainCrcBefore);
        frame.putInt(RESERVED, 0);
        frame.putInt(HEADER_CRC, headerCrc(frame, 0, generation, fileOffset));
    }

    /**
     * Reads the header at {@code offset} of a whole segment. False, with the fields undefined, unless the header is one
     * of this member, generation and offset, and the frame's end lies inside the segment.
     */
    public boolean read(ByteBuffer segment, int offset, long generation) {
        if (offset > segment.capacity() - BYTES) {
            return false;
        }
        int magicAndKind = segment.getInt(offset);
        if ((magicAndKind & 0xFF_FFFF) != MAGIC
                || segment.getInt(offset + HEADER_CRC) != headerCrc(segment, offset, generation, offset)) {
            return false;
        }
        kind = magicAndKind >>> 24;
        chainCrcAfter = segment.getInt(offset + CHAIN_CRC_AFTER);
        lengthBytes = segment.getInt(offset + LENGTH);
        firstIndex = segment.getLong(offset + FIRST_INDEX);
        entryCount = segment.getInt(offset + ENTRY_COUNT);
        cutCount = segment.getInt(offset + CUT_COUNT);
        watermarkIndex = segment.getLong(offset + WATERMARK_INDEX);
        watermarkTerm = segment.getLong(offset + WATERMARK_TERM);
        chainCrcBefore = segment.getInt(offset + CHAIN_CRC_BEFORE);
        return isPlausible(segment.capacity() - offset);
    }

    private boolean isPlausible(int roomBytes) {
        return (kind == BATCH || kind == CUT)
                && lengthBytes >= BYTES
                && lengthBytes <= roomBytes
                && lengthBytes % ALIGNMENT_BYTES == 0
                && entryCount >= 0
                && firstIndex >= 1;
    }

    private int headerCrc(ByteBuffer buffer, int offset, long generation, int fileOffset) {
        salt.putInt(4, fileOffset);
        salt.putLong(8, generation);
        // The magic is checked on its own, the kind is not: it goes into the salt.
        salt.putInt(16, buffer.getInt(offset));
        return crc.start(salt)
                .add(buffer, offset + CHAIN_CRC_AFTER, BYTES - CHAIN_CRC_AFTER)
                .value();
    }

    /** {@link #BATCH} or {@link #CUT}. */
    public int kind() {
        return kind;
    }

    /** Length of the whole frame in bytes. */
    public int lengthBytes() {
        return lengthBytes;
    }

    /** Index of the first entry; for a cut mark the first index that is discarded. */
    public long firstIndex() {
        return firstIndex;
    }

    /** Entries in the frame. */
    public int entryCount() {
        return entryCount;
    }

    /** Cut marks written up to this frame. */
    public int cutCount() {
        return cutCount;
    }

    /** Highest index known to be forced before the frame was written; 0 if none. */
    public long watermarkIndex() {
        return watermarkIndex;
    }

    /** Term of the entry at {@link #watermarkIndex()}. */
    public long watermarkTerm() {
        return watermarkTerm;
    }

    /** Chain checksum of the last entry; for a cut mark that before the first. */
    public int chainCrcAfter() {
        return chainCrcAfter;
    }

    /** Chain checksum of the entry before {@link #firstIndex()}: what a log begins with whose prefix is gone. */
    public int chainCrcBefore() {
        return chainCrcBefore;
    }
}
