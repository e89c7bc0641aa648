package dev.steppe.raft.log;

import dev.steppe.raft.log.layout.FrameHeader;
import dev.steppe.raft.log.layout.RecordLayout;
import dev.steppe.raft.log.layout.SegmentLayout;
import dev.steppe.raft.storage.WriteStrategy;

/**
 * Sizes of the log, and how it is written.
 *
 * @param segmentBytes length of a new segment: a power of two from 8 KiB to 1 GiB
 * @param batchMaxBytes most bytes of records (headers and padding included) in one batch, a multiple of 8 up to 16 MiB;
 *     a batch must fit into an empty segment. The same on all members: a follower stores no run that is longer
 * @param strategy how entries get into their segment
 */
public record LogConfig(int segmentBytes, int batchMaxBytes, WriteStrategy strategy) {
    private static final int SEGMENT_MIN_BYTES = 1 << 13;
    private static final int SEGMENT_MAX_BYTES = 1 << 30;
    private static final int BATCH_LIMIT_BYTES = 1 << 24;

    /** 64 MiB segments, batches of one entry of 1 MiB or many shorter ones. */
    public static final LogConfig DEFAULT = holding(64 << 20, 1 << 20);

    /** Refuses sizes that do not fit into each other. */
    public LogConfig {
        if (Integer.bitCount(segmentBytes) != 1
                || segmentBytes < SEGMENT_MIN_BYTES
                || segmentBytes > SEGMENT_MAX_BYTES) {
            throw new IllegalArgumentException(
                    "segment bytes must be a power of two from 8 KiB to 1 GiB: " + segmentBytes);
        }
        int roomBytes = segmentBytes - SegmentLayout.FRAMES_OFFSET - FrameHeader.BYTES;
        if (batchMaxBytes < RecordLayout.HEADER_BYTES
                || batchMaxBytes > Math.min(roomBytes, BATCH_LIMIT_BYTES)
                || batchMaxBytes % FrameHeader.ALIGNMENT_BYTES != 0) {
            throw new IllegalArgumentException("batch bytes must be a multiple of 8 that fits into a segment: "
                    + batchMaxBytes + ", segment " + segmentBytes);
        }
    }

    /** Sizes, with positional writes. */
    public LogConfig(int segmentBytes, int batchMaxBytes) {
        this(segmentBytes, batchMaxBytes, WriteStrategy.POSITIONAL);
    }

    /** Segments of {@code segmentBytes} and batches that hold at least {@code payloadBytes} of one entry. */
    public static LogConfig holding(int segmentBytes, int payloadBytes) {
        return new LogConfig(segmentBytes, RecordLayout.recordBytes(payloadBytes));
    }

    /** Longest payload of one entry, in bytes. */
    public int payloadMaxBytes() {
        return batchMaxBytes - RecordLayout.HEADER_BYTES;
    }
}
