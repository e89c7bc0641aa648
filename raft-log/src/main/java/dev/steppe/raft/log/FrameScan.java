package dev.steppe.raft.log;

import dev.steppe.raft.log.layout.EntryChain;
import dev.steppe.raft.log.layout.FrameHeader;
import dev.steppe.raft.log.layout.LogIdentity;
import dev.steppe.raft.log.layout.RecordLayout;
import dev.steppe.raft.log.layout.SegmentLayout;
import java.nio.ByteBuffer;

/**
 * Walks over the frames of segments and fills the table with those that can be believed; reads, never writes. Used
 * once, by recovery.
 *
 * <p>A frame can be believed if its header belongs to this place, its body is whole, it continues the entry before, and
 * each of its entries continues the chain.
 */
final class FrameScan {
    private final SegmentTable table;
    private final FrameHeader header;
    private final EntryChain chain;
    private long vouchedIndex;

    FrameScan(SegmentTable table, LogIdentity identity) {
        this.table = table;
        header = new FrameHeader(identity);
        chain = new EntryChain(identity.clusterId());
    }

    /** Takes over all believable frames of the active segment; its tail then stands behind the last of them. */
    void scanActive() {
        LogSegment segment = table.active();
        while (isBelievable(segment, segment.tailOffset())) {
            int offset = segment.tailOffset();
            vouchedIndex = header.watermarkIndex();
            if (header.kind() == FrameHeader.CUT) {
                table.addCut(offset, header.firstIndex());
            } else {
                table.addBatch(offset, segment.bytes(), offset, header.entryCount());
            }
        }
    }

    /** The watermark of the last frame that was taken over: known to be forced; 0 if none. */
    long vouchedIndex() {
        return vouchedIndex;
    }

    /** True if the first frame of {@code segment} continues what the table holds. */
    boolean isContinuedIn(LogSegment segment) {
        return isBelievable(segment, SegmentLayout.FRAMES_OFFSET);
    }

    /**
     * True if a header that lies anywhere from the tail of the active segment on was written after an entry or cut mark
     * had been forced which the table does not hold. Headers under fewer cut marks are leftovers and say nothing.
     */
    boolean isMoreVouchedFor() {
        LogSegment segment = table.active();
        ByteBuffer bytes = segment.bytes();
        int endOffset = segment.lengthBytes() - FrameHeader.BYTES;
        for (int offset = segment.tailOffset(); offset <= endOffset; offset += FrameHeader.ALIGNMENT_BYTES) {
            if (bytes.getInt(offset) != 0
                    && header.read(bytes, offset, segment.generation())
                    && isBeyond(header.cutCount(), header.watermarkIndex(), header.watermarkTerm())) {
                return true;
            }
        }
        return false;
    }

    /** True if a watermark speaks of something that the table does not hold. */
    boolean isBeyond(long cutCount, long index, long term) {
        if (cutCount != table.cutCount()) {
            return cutCount > table.cutCount();
        }
        return index < 0 || index > table.lastIndex() || table.termAt(index) != term;
    }

    /** Offset behind the last byte from {@code offset} on that is not zero, rounded up to 8; {@code offset} if none. */
    static int endOfContent(LogSegment segment, int offset) {
        ByteBuffer bytes = segment.bytes();
        int endOffset = segment.lengthBytes();
        while (endOffset > offset && bytes.getLong(endOffset - Long.BYTES) == 0) {
            endOffset -= Long.BYTES;
        }
        return endOffset;
    }

    private boolean isBelievable(LogSegment segment, int offset) {
        if (!header.read(segment.bytes(), offset, segment.generation())
                || !header.bodyMatches(segment.bytes(), offset)) {
            return false;
        }
        return header.kind() == FrameHeader.CUT ? isNextCut() : isNextBatch(segment.bytes(), offset);
    }

    private boolean isNextCut() {
        return header.lengthBytes() == FrameHeader.BYTES
                && header.entryCount() == 0
                && header.cutCount() == table.cutCount() + 1
                && header.firstIndex() <= table.lastIndex()
                && header.watermarkIndex() == header.firstIndex() - 1
                && header.watermarkTerm() == table.termAt(header.watermarkIndex());
    }

    private boolean isNextBatch(ByteBuffer bytes, int offset) {
        return header.entryCount() > 0
                && header.cutCount() == table.cutCount()
                && header.firstIndex() == table.lastIndex() + 1
                && !isBeyond(header.cutCount(), header.watermarkIndex(), header.watermarkTerm())
                && isChained(bytes, offset + FrameHeader.BYTES, offset + header.lengthBytes());
    }

    private boolean isChained(ByteBuffer bytes, int startOffset, int endOffset) {
        int previousCrc = table.lastChainCrc();
        long previousTerm = Math.max(table.lastTerm(), 1);
        int offset = startOffset;
        for (int i = 0; i < header.entryCount(); i++) {
            int recordBytes = RecordLayout.recordBytesWithin(bytes, offset, endOffset);
            if (recordBytes < 0
                    || RecordLayout.term(bytes, offset) < previousTerm
                    || RecordLayout.chainCrc(bytes, offset)
                            != chain.crcOf(previousCrc, header.firstIndex() + i, bytes, offset)) {
                return false;
            }
            previousCrc = RecordLayout.chainCrc(bytes, offset);
            previousTerm = RecordLayout.term(bytes, offset);
            offset += recordBytes;
        }
        return offset == endOffset;
    }
}
