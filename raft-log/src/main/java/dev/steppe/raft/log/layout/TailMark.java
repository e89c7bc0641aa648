package dev.steppe.raft.log.layout;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * What lies behind the last frame of a segment, where a next one may begin: it says that nothing was written from here
 * on, whatever the blocks held before they were recycled. Written with each frame and written over by the next.
 *
 * <pre>
 *   0  u8   'S'
 *   1  u8   'T'
 *   2  u16  format version, 0
 *   4  u32  CRC32C over cluster id, member id, file offset, generation, bytes 0-3 and bytes 8-15
 *   8  i64  index of the entry that comes next; 0 in a segment that has not been begun
 * </pre>
 *
 * Reusable; owned by one thread; allocates nothing after construction.
 */
public final class TailMark {
    /** Bytes of a mark; less than a frame can have. */
    public static final int BYTES = 16;

    /** Next index of a segment that has not been begun. */
    public static final long NOT_BEGUN = 0;

    private static final int MAGIC = 'S' | 'T' << 8;
    private static final int CRC = 4;
    private static final int NEXT_INDEX = 8;

    private final Crc crc = new Crc();
    private final ByteBuffer scratch = ByteBuffer.allocateDirect(40).order(ByteOrder.LITTLE_ENDIAN);

    /** Marks of the log of {@code identity}. */
    public TailMark(LogIdentity identity) {
        scratch.putLong(0, identity.clusterId());
        scratch.putInt(8, identity.memberId());
        scratch.putInt(24, MAGIC);
    }

    /** Writes the mark at {@code offset} of {@code buffer}; it will lie at {@code fileOffset} of its segment. */
    public void put(ByteBuffer buffer, int offset, long generation, int fileOffset, long nextIndex) {
        buffer.putInt(offset, MAGIC);
        buffer.putInt(offset + CRC, crcOf(generation, fileOffset, nextIndex));
        buffer.putLong(offset + NEXT_INDEX, nextIndex);
    }

    /** True if the mark that belongs at {@code offset} of a whole segment, before {@code nextIndex}, lies there. */
    public boolean isAt(ByteBuffer segment, int offset, long generation, long nextIndex) {
        return offset <= segment.capacity() - BYTES
                && segment.getInt(offset) == MAGIC
                && segment.getLong(offset + NEXT_INDEX) == nextIndex
                && segment.getInt(offset + CRC) == crcOf(generation, offset, nextIndex);
    }

    private int crcOf(long generation, int fileOffset, long nextIndex) {
        scratch.putInt(12, fileOffset);
        scratch.putLong(16, generation);
        scratch.putLong(32, nextIndex);
        return crc.start(scratch).value();
    }
}
