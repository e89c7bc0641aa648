package dev.steppe.raft.log.layout;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The checksum that ties each entry to its place: CRC32C over
 *
 * <pre>
 *   0  i64  cluster id
 *   8  i64  index
 *  16  u32  chain checksum of the entry before (0 before entry 1)
 *  20  u32  length and kind
 *  24  i64  term
 *  32  i64  log time in milliseconds
 *  40  ...  payload and padding
 * </pre>
 *
 * so two replicas hold the same checksum at an index exactly if they agree on all entries up to it (up to collisions).
 * Owned by one thread; allocates nothing after construction.
 */
public final class EntryChain {
    /** What stands for the checksum of the entry before the first. */
    public static final int ORIGIN = 0;

    private final Crc crc = new Crc();
    private final ByteBuffer salt = ByteBuffer.allocateDirect(40).order(ByteOrder.LITTLE_ENDIAN);

    /** A chain of the group {@code clusterId}. */
    public EntryChain(long clusterId) {
        salt.putLong(0, clusterId);
    }

    /** Checksum of the whole record at {@code offset} as entry {@code index} behind one with {@code previousCrc}. */
    public int crcOf(int previousCrc, long index, ByteBuffer buffer, int offset) {
        salt.putLong(8, index);
        salt.putInt(16, previousCrc);
        salt.putInt(20, buffer.getInt(offset + RecordLayout.LENGTH_AND_KIND));
        salt.putLong(24, RecordLayout.term(buffer, offset));
        salt.putLong(32, RecordLayout.logTimeMs(buffer, offset));
        int payloadBytes = RecordLayout.payloadBytes(buffer, offset);
        crc.start(salt);
        if (payloadBytes > 0) {
            int paddedBytes = RecordLayout.recordBytes(payloadBytes) - RecordLayout.HEADER_BYTES;
            crc.add(buffer, offset + RecordLayout.HEADER_BYTES, paddedBytes);
        }
        return crc.value();
    }
}
