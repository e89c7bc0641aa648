package dev.steppe.raft.node;

import dev.steppe.raft.api.RaftConfig;
import dev.steppe.raft.core.CoreSettings;
import dev.steppe.raft.log.LogConfig;
import dev.steppe.raft.log.layout.RecordLayout;
import dev.steppe.raft.message.RaftMessageEncoder;
import org.agrona.BitUtil;

/**
 * The sizes that follow from the limits of the configuration; equal limits must give equal sizes on every member.
 *
 * @param strideBytes about how many bytes of commands become one batch, and of entries one message
 * @param runMaxBytes longest run of entries in one message or batch: two strides, and the largest entry
 * @param frameMaxBytes longest frame between members
 * @param chunkFrameMaxBytes longest frame with a piece of a snapshot
 * @param seatCount most proposals under way, a power of two
 */
public record NodeSizes(int strideBytes, int runMaxBytes, int frameMaxBytes, int chunkFrameMaxBytes, int seatCount) {
    /** A message of so many bytes, with its heads and the entry that goes beyond, fills eight records of TLS. */
    private static final int STRIDE_MAX_BYTES = 126 << 10;

    private static final int SEGMENT_STRIDES = 16;
    private static final int SEAT_BYTES = 512;
    private static final int SEATS_MIN = 64;
    private static final int SEATS_MAX = 1 << 14;

    public static NodeSizes of(RaftConfig.Limits limits) {
        int strideBytes = Math.min(STRIDE_MAX_BYTES, limits.segmentBytes() / SEGMENT_STRIDES);
        int runMaxBytes = 2 * strideBytes + RecordLayout.recordBytes(limits.maxEntryBytes());
        int seats = BitUtil.findNextPositivePowerOfTwo(limits.proposalQueueBytes() / SEAT_BYTES);
        int chunkBytes = Math.min(CoreSettings.CHUNK_MAX_BYTES, Math.max(1, limits.inFlightBytes() / 4));
        int chunkFrameBytes = RaftMessageEncoder.HEAD_MAX_BYTES + chunkBytes;
        return new NodeSizes(
                strideBytes,
                runMaxBytes,
                Math.max(RaftMessageEncoder.HEAD_MAX_BYTES + runMaxBytes, chunkFrameBytes),
                chunkFrameBytes,
                Math.min(Math.max(seats, SEATS_MIN), SEATS_MAX));
    }

    /** The log of a member with {@code config}, whose limits these sizes follow from. */
    LogConfig log(RaftConfig config) {
        return new LogConfig(
                config.limits().segmentBytes(), runMaxBytes, config.options().strategy());
    }
}
