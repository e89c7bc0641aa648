package dev.steppe.raft.log.segment;

import dev.steppe.raft.log.layout.EntryChain;
import dev.steppe.raft.log.layout.FrameHeader;
import dev.steppe.raft.log.layout.LogIdentity;
import dev.steppe.raft.log.layout.RecordLayout;
import dev.steppe.raft.log.layout.SegmentLayout;
import dev.steppe.raft.log.layout.TailMark;
import java.nio.ByteBuffer;

/**
 * Walks over the frames of segments and fills the table with those that can be believed; reads, never writes. Used
 * once, by recovery or inspection.
 *
 * <p>A frame can be believed if its header belongs to this place, it continues the entry before, and each of its
 * entries continues the chain up to what the header says. Behind the last one lies its mark; behind that, zeros in a
 * fresh segment, in a recycled one whatever an older generation left. The leftovers carry no header of this generation,
 * so a header that does was written behind the tail.
 */
public final class FrameScan {
    private static final int STARTS_EXPECTED_COUNT = 1024;

    private final SegmentTable table;
    private final FrameHeader header;
    private final EntryChain chain;
    private final TailMark mark;
    private final long coveredIndex;
    /** The records of the batch that was checked last, and the term of its last entry. */
    private final RecordStarts starts = new RecordStarts(STARTS_EXPECTED_COUNT);

    private long checkedTerm;
    private long vouchedIndex;
    private boolean isCutLast;

    /** A scan into {@code table}; entries up to {@code coveredIndex} are in a snapshot and not missed. */
    public FrameScan(SegmentTable table, LogIdentity identity, long coveredIndex) {
        this.table = table;
        this.coveredIndex = coveredIndex;
        header = new FrameHeader(identity);
        chain = new EntryChain(identity.clusterId());
        mark = new TailMark(identity);
    }

    /** Takes over all believable frames of the active segment; its tail then stands behind the last of them. */
    public void scanActive() {
        LogSegment segment = table.active();
        isCutLast = false;
        while (isBelievable(segment, segment.tailOffset())) {
            int offset = segment.tailOffset();
            vouchedIndex = header.watermarkIndex();
            isCutLast = header.kind() == FrameHeader.CUT;
            if (isCutLast) {
                table.addCut(offset, header.firstIndex());
            } else {
                table.addBatch(offset, header.lengthBytes(), starts, checkedTerm, header.chainCrcAfter());
            }
        }
    }

    /** True if the last frame of the segment that was scanned last is a cut mark: nothing vouches for it. */
    public boolean isCutLast() {
        return isCutLast;
    }

    /** The watermark of the last frame that was taken over: known to be forced; 0 if none. */
    public long vouchedIndex() {
        return vouchedIndex;
    }

    /** True if the first frame of {@code segment} continues what the table holds. */
    public boolean isContinuedIn(LogSegment segment) {
        return isBelievable(segment, SegmentLayout.FRAMES_OFFSET);
    }

    /** True unless {@code segment}, which has not been begun, lies there as it was prepared. */
    public boolean isBegun(LogSegment segment) {
        return endBehind(segment, TailMark.NOT_BEGUN) > SegmentLayout.FRAMES_OFFSET;
    }

    /** Offset behind what was written behind the tail of the active segment; the tail's if nothing was. */
    public int endBehindTail() {
        LogSegment segment = table.active();
        boolean isBegun = segment.tailOffset() > SegmentLayout.FRAMES_OFFSET;
        return endBehind(segment, isBegun ? table.lastIndex() + 1 : TailMark.NOT_BEGUN);
    }

    /** True if the mark that belongs behind the tail of the active segment lies there, or has no room. */
    public boolean isTailMarked() {
        LogSegment segment = table.active();
        boolean isBegun = segment.tailOffset() > SegmentLayout.FRAMES_OFFSET;
        return !segment.hasRoom(FrameHeader.BYTES) || isMarked(segment, isBegun ? table.lastIndex() + 1 : 0);
    }

    private boolean isMarked(LogSegment segment, long nextIndex) {
        return mark.isAt(segment.bytes(), segment.tailOffset(), segment.generation(), nextIndex);
    }

    private int endBehind(LogSegment segment, long nextIndex) {
        int tailOffset = segment.tailOffset();
        if (!segment.hasRoom(FrameHeader.BYTES)) {
            return tailOffset;
        }
        if (!isMarked(segment, nextIndex)) {
            return endOfContent(segment, tailOffset);
        }
        int behindMark = tailOffset + TailMark.BYTES;
        int endOffset = SegmentLayout.previousGeneration(segment.bytes()) == 0
                ? endOfContent(segment, behindMark)
                : endOfFrames(segment, behindMark);
        return endOffset == behindMark ? tailOffset : endOffset;
    }

    /** Offset behind the last byte from {@code offset} on that is not zero, rounded up to 8; {@code offset} if none. */
    private static int endOfContent(LogSegment segment, int offset) {
        ByteBuffer bytes = segment.bytes();
        int endOffset = segment.lengthBytes();
        while (endOffset > offset && bytes.getLong(endOffset - Long.BYTES) == 0) {
            endOffset -= Long.BYTES;
        }
        return endOffset;
    }

    /** Offset behind the last frame of this generation whose header lies at or behind {@code offset}. */
    private int endOfFrames(LogSegment segment, int offset) {
        int endOffset = offset;
        int lastOffset = segment.lengthBytes() - FrameHeader.BYTES;
        for (int at = offset; at <= lastOffset; at += FrameHeader.ALIGNMENT_BYTES) {
            if (header.read(segment.bytes(), at, segment.generation())) {
                endOffset = Math.max(endOffset, at + header.lengthBytes());
            }
        }
        return endOffset;
    }

    /**
     * True if a header that lies anywhere from the tail of the active segment on was written after an entry or cut mark
     * had been forced which the table does not hold. Headers under fewer cut marks are leftovers and say nothing.
     */
    public boolean isMoreVouchedFor() {
        LogSegment segment = table.active();
        int lastOffset = segment.lengthBytes() - FrameHeader.BYTES;
        for (int at = segment.tailOffset(); at <= lastOffset; at += FrameHeader.ALIGNMENT_BYTES) {
            if (header.read(segment.bytes(), at, segment.generation())
                    && isBeyond(header.cutCount(), header.watermarkIndex(), header.watermarkTerm())) {
                return true;
            }
        }
        return false;
    }

    /** True if a watermark speaks of something that neither the table nor the snapshot holds. */
    public boolean isBeyond(long cutCount, long index, long term) {
        if (cutCount != table.cutCount()) {
            return cutCount > table.cutCount();
        }
        if (index < table.base().index()) {
            return index < 0;
        }
        return index > table.lastIndex() ? index > coveredIndex : table.termAt(index) != term;
    }

    private boolean isBelievable(LogSegment segment, int offset) {
        if (!header.read(segment.bytes(), offset, segment.generation())) {
            return false;
        }
        return header.kind() == FrameHeader.CUT ? isNextCut() : isNextBatch(segment.bytes(), offset);
    }

    private boolean isNextCut() {
        long indexBefore = header.firstIndex() - 1;
        return header.lengthBytes() == FrameHeader.BYTES
                && header.entryCount() == 0
                && header.cutCount() == table.cutCount() + 1
                && indexBefore >= table.base().index()
                && indexBefore < table.lastIndex()
                && header.watermarkIndex() == indexBefore
                && header.watermarkTerm() == table.termAt(indexBefore)
                && header.chainCrcBefore() == table.chainCrcAt(indexBefore)
                && header.chainCrcAfter() == header.chainCrcBefore();
    }

    private boolean isNextBatch(ByteBuffer bytes, int offset) {
        return header.entryCount() > 0
                && header.cutCount() == table.cutCount()
                && header.firstIndex() == table.lastIndex() + 1
                && header.chainCrcBefore() == table.lastChainCrc()
                && header.watermarkIndex() <= table.lastIndex()
                && !isBeyond(header.cutCount(), header.watermarkIndex(), header.watermarkTerm())
                && isChained(bytes, offset + FrameHeader.BYTES, offset + header.lengthBytes());
    }

    private boolean isChained(ByteBuffer bytes, int startOffset, int endOffset) {
        int previousCrc = table.lastChainCrc();
        long previousTerm = Math.max(table.lastTerm(), 1);
        int offset = startOffset;
        starts.keep(0);
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
            starts.add(FrameHeader.BYTES + offset - startOffset);
            offset += recordBytes;
        }
        checkedTerm = previousTerm;
        return offset == endOffset && previousCrc == header.chainCrcAfter();
    }
}
