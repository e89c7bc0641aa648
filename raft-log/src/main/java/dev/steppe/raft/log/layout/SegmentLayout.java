package dev.steppe.raft.log.layout;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Locale;

/**
 * The first page of a segment; frames follow from offset {@link #FRAMES_OFFSET} on.
 *
 * <pre>
 *   0  u8   'S'
 *   1  u8   'G'
 *   2  u16  format version, 0
 *   4  u32  CRC32C over bytes 8-63
 *   8  i64  cluster id
 *  16  i64  member id
 *  24  i64  generation: counts the segments of this log from 1, never used twice
 *  32  i64  generation that these blocks held before they were recycled, 0 for fresh ones
 *  40  u32  length of the file in bytes
 *  44  ...  zeros
 * </pre>
 *
 * Written once, with the first {@link TailMark}, before the file gets its name, and never again.
 */
public final class SegmentLayout {
    /** Offset of the first frame: a page of its own for the header, which is never written again. */
    public static final int FRAMES_OFFSET = 4096;

    /** Bytes of the header that are in use. */
    public static final int HEADER_BYTES = 64;

    /** Folder that segments lie in, with its slash. */
    public static final String FOLDER = "segments/";

    private static final String PREFIX = FOLDER + "segment-";
    /** Version of the bytes of this directory; stands in every header. */
    public static final int FORMAT_VERSION = 0;

    private static final int MAGIC = 'S' | 'G' << 8 | FORMAT_VERSION << 16;
    private static final int CRC = 4;
    private static final int CLUSTER_ID = 8;
    private static final int MEMBER_ID = 16;
    private static final int GENERATION = 24;
    private static final int PREVIOUS_GENERATION = 32;
    private static final int LENGTH = 40;

    private SegmentLayout() {}

    /** Name of the segment with {@code generation}: 16 hexadecimal digits, so that names sort like generations. */
    public static String nameOf(long generation) {
        return PREFIX + String.format(Locale.ROOT, "%016x", generation);
    }

    /** True if {@code name} is one that {@link #nameOf} gives. */
    public static boolean isName(String name) {
        return name.length() == PREFIX.length() + 16
                && name.startsWith(PREFIX)
                && nameOf(generationOf(name)).equals(name);
    }

    /** Generation of the segment called {@code name}, for which {@link #isName} holds. */
    public static long generationOf(String name) {
        long generation = 0;
        for (int i = PREFIX.length(); i < name.length(); i++) {
            generation = generation << 4 | Character.digit(name.charAt(i), 16);
        }
        return generation;
    }

    /**
     * What a segment of {@code segmentBytes} begins with before it is begun: header, zeros, mark.
     *
     * @param previousGeneration generation that the blocks had before, 0 for fresh ones
     */
    public static ByteBuffer head(LogIdentity identity, long generation, long previousGeneration, int segmentBytes) {
        ByteBuffer header =
                ByteBuffer.allocateDirect(FRAMES_OFFSET + TailMark.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        header.putInt(0, MAGIC);
        header.putLong(CLUSTER_ID, identity.clusterId());
        header.putLong(MEMBER_ID, identity.memberId());
        header.putLong(GENERATION, generation);
        header.putLong(PREVIOUS_GENERATION, previousGeneration);
        header.putInt(LENGTH, segmentBytes);
        header.putInt(CRC, crcOf(header));
        new TailMark(identity).put(header, FRAMES_OFFSET, generation, FRAMES_OFFSET, TailMark.NOT_BEGUN);
        return header;
    }

    /** True if {@code segment} begins with a header that {@link #head} would have given it. */
    public static boolean matches(ByteBuffer segment, LogIdentity identity, long generation) {
        return segment.capacity() >= FRAMES_OFFSET + FrameHeader.BYTES
                && segment.getInt(0) == MAGIC
                && segment.getInt(CRC) == crcOf(segment)
                && segment.getLong(CLUSTER_ID) == identity.clusterId()
                && segment.getLong(MEMBER_ID) == identity.memberId()
                && segment.getLong(GENERATION) == generation
                && segment.getInt(LENGTH) == segment.capacity();
    }

    /** Generation that the blocks of a segment had before, of one for which {@link #matches} holds; 0 if none. */
    public static long previousGeneration(ByteBuffer segment) {
        return segment.getLong(PREVIOUS_GENERATION);
    }

    private static int crcOf(ByteBuffer header) {
        return new Crc()
                .start()
                .add(header, CLUSTER_ID, HEADER_BYTES - CLUSTER_ID)
                .value();
    }
}
