package dev.steppe.raft.log.layout;

import java.nio.ByteBuffer;

/**
 * One entry as it lies in a frame and travels between servers, byte for byte the same on every replica.
 *
 * <pre>
 *   0  u32  payload length in bits 0-23, kind in bits 24-31
 *   4  u32  chain CRC32C, see {@link EntryChain}
 *   8  i64  term
 *  16  i64  log time in milliseconds
 *  24  ...  payload, then zeros up to a multiple of 8
 * </pre>
 */
public final class RecordLayout {
    /** Bytes in front of the payload. */
    public static final int HEADER_BYTES = 24;

    /** Longest payload: 24 bits of length. */
    public static final int PAYLOAD_MAX_BYTES = (1 << 24) - 1;

    /** Highest kind: 8 bits. */
    public static final int KIND_MAX = 255;

    static final int LENGTH_AND_KIND = 0;
    static final int CHAIN_CRC = 4;
    static final int TERM = 8;
    static final int LOG_TIME_MS = 16;

    private static final int PAYLOAD_ALIGNMENT = 8;

    private RecordLayout() {}

    /** Bytes of a whole record with a payload of {@code payloadBytes}: header, payload, padding. */
    public static int recordBytes(int payloadBytes) {
        return HEADER_BYTES + ((payloadBytes + PAYLOAD_ALIGNMENT - 1) & -PAYLOAD_ALIGNMENT);
    }

    /** Payload length of the record at {@code offset}, in bytes, without padding. */
    public static int payloadBytes(ByteBuffer buffer, int offset) {
        return buffer.getInt(offset + LENGTH_AND_KIND) & PAYLOAD_MAX_BYTES;
    }

    /** Kind of the record at {@code offset}, 0..255; the log gives it no meaning. */
    public static int kind(ByteBuffer buffer, int offset) {
        return buffer.getInt(offset + LENGTH_AND_KIND) >>> 24;
    }

    /** Chain checksum of the record at {@code offset}. */
    public static int chainCrc(ByteBuffer buffer, int offset) {
        return buffer.getInt(offset + CHAIN_CRC);
    }

    /** Term of the record at {@code offset}. */
    public static long term(ByteBuffer buffer, int offset) {
        return buffer.getLong(offset + TERM);
    }

    /** Log time of the record at {@code offset}, in milliseconds. */
    public static long logTimeMs(ByteBuffer buffer, int offset) {
        return buffer.getLong(offset + LOG_TIME_MS);
    }

    /**
     * Writes the header of a record with {@code link} in the place of its chain checksum ({@link EntryChain}), and
     * zeros behind the payload up to the padding's end.
     */
    public static void putHeader(
            ByteBuffer buffer, int offset, int lengthAndKind, int link, long term, long logTimeMs) {
        int payloadBytes = lengthAndKind & PAYLOAD_MAX_BYTES;
        int endOffset = offset + recordBytes(payloadBytes);
        for (int padOffset = offset + HEADER_BYTES + payloadBytes; padOffset < endOffset; padOffset++) {
            buffer.put(padOffset, (byte) 0);
        }
        buffer.putLong(offset, firstWord(lengthAndKind, link));
        buffer.putLong(offset + TERM, term);
        buffer.putLong(offset + LOG_TIME_MS, logTimeMs);
    }

    /** The first eight bytes, written at once: who sums them right afterwards does not wait for two stores. */
    static long firstWord(int lengthAndKind, int checksum) {
        return Integer.toUnsignedLong(lengthAndKind) | (long) checksum << 32;
    }

    /** The first field of a record: {@code payloadBytes} in 0..{@link #PAYLOAD_MAX_BYTES}, {@code kind} in 0..255. */
    public static int lengthAndKind(int payloadBytes, int kind) {
        return kind << 24 | payloadBytes;
    }

    /** Writes the chain checksum of the record at {@code offset}. */
    public static void putChainCrc(ByteBuffer buffer, int offset, int chainCrc) {
        buffer.putInt(offset + CHAIN_CRC, chainCrc);
    }

    /**
     * Bytes of the whole record at {@code offset}, or -1 if it would reach beyond {@code endOffset}; reads nothing
     * beyond it.
     */
    public static int recordBytesWithin(ByteBuffer buffer, int offset, int endOffset) {
        if (endOffset - offset < HEADER_BYTES) {
            return -1;
        }
        int recordBytes = recordBytes(payloadBytes(buffer, offset));
        return recordBytes <= endOffset - offset ? recordBytes : -1;
    }
}
