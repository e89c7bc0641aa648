package dev.steppe.raft.log;

import dev.steppe.raft.log.layout.EntryChain;
import dev.steppe.raft.log.layout.FrameHeader;
import dev.steppe.raft.log.layout.LogIdentity;
import dev.steppe.raft.log.layout.RecordLayout;
import dev.steppe.raft.log.layout.TailMark;
import dev.steppe.raft.log.segment.LogSegment;
import dev.steppe.raft.log.segment.RecordStarts;
import dev.steppe.raft.log.segment.SegmentTable;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.agrona.BufferUtil;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * The batch that is being built, off the heap, between room for its header and for the mark behind it. Owned by the
 * owner of the log; allocates nothing after construction. Always continues the entry that it was begun behind.
 */
final class BatchFrame {
    private final ByteBuffer bytes;
    private final UnsafeBuffer buffer;
    private final FrameHeader header;
    private final EntryChain chain;
    private final TailMark mark;
    private final int recordMaxBytes;
    private final RecordStarts starts;
    private int frameBytes = FrameHeader.BYTES;
    private long lastIndex;
    private long lastTerm;
    private int lastChainCrc;
    private int chainCrcBefore;

    BatchFrame(LogIdentity identity, int batchMaxBytes) {
        recordMaxBytes = batchMaxBytes;
        int capacityBytes = FrameHeader.BYTES + batchMaxBytes + TailMark.BYTES;
        bytes = BufferUtil.allocateDirectAligned(capacityBytes, 64).order(ByteOrder.LITTLE_ENDIAN);
        buffer = new UnsafeBuffer(bytes);
        starts = new RecordStarts(1 + batchMaxBytes / RecordLayout.HEADER_BYTES);
        header = new FrameHeader(identity);
        chain = new EntryChain(identity.clusterId());
        mark = new TailMark(identity);
    }

    /** Forgets what was built; the next entry follows the last one of {@code table}. */
    void begin(SegmentTable table) {
        bytes.clear();
        frameBytes = FrameHeader.BYTES;
        starts.keep(0);
        lastIndex = table.lastIndex();
        lastTerm = table.lastTerm();
        lastChainCrc = table.lastChainCrc();
        chainCrcBefore = lastChainCrc;
    }

    int frameBytes() {
        return frameBytes;
    }

    int entryCount() {
        return starts.count();
    }

    long lastIndex() {
        return lastIndex;
    }

    long lastTerm() {
        return lastTerm;
    }

    /** APPENDED if {@code recordBytes} more fit, else why not. */
    AppendVerdict room(int recordBytes) {
        if (recordBytes > recordMaxBytes) {
            return AppendVerdict.TOO_LARGE;
        }
        return recordBytes > FrameHeader.BYTES + recordMaxBytes - frameBytes
                ? AppendVerdict.BATCH_FULL
                : AppendVerdict.APPENDED;
    }

    /** Adds one entry for which there is room. */
    void add(int lengthAndKind, long term, long logTimeMs, DirectBuffer source, int sourceOffset) {
        int payloadBytes = lengthAndKind & RecordLayout.PAYLOAD_MAX_BYTES;
        int recordBytes = RecordLayout.recordBytes(payloadBytes);
        buffer.putBytes(frameBytes + RecordLayout.HEADER_BYTES, source, sourceOffset, payloadBytes);
        int link = chain.linkOf(lastChainCrc, lastIndex + 1);
        RecordLayout.putHeader(bytes, frameBytes, lengthAndKind, link, term, logTimeMs);
        int chainCrc = chain.crcOfLinked(bytes, frameBytes, recordBytes);
        RecordLayout.putChainCrc(bytes, frameBytes, chainCrc);
        accept(recordBytes, term, chainCrc);
    }

    /** Adds a run of whole records for which there is room, all or none, after checking each against the chain. */
    AppendVerdict addRecords(DirectBuffer source, int sourceOffset, int runBytes) {
        int startBytes = frameBytes;
        int startCount = starts.count();
        long startTerm = lastTerm;
        int startCrc = lastChainCrc;
        int endBytes = frameBytes + runBytes;
        buffer.putBytes(frameBytes, source, sourceOffset, runBytes);
        AppendVerdict verdict = AppendVerdict.APPENDED;
        while (verdict == AppendVerdict.APPENDED && frameBytes < endBytes) {
            verdict = acceptCopied(endBytes);
        }
        if (verdict != AppendVerdict.APPENDED) {
            lastIndex -= starts.count() - startCount;
            frameBytes = startBytes;
            starts.keep(startCount);
            lastTerm = startTerm;
            lastChainCrc = startCrc;
        }
        return verdict;
    }

    private AppendVerdict acceptCopied(int endBytes) {
        int recordBytes = RecordLayout.recordBytesWithin(bytes, frameBytes, endBytes);
        if (recordBytes < 0) {
            return AppendVerdict.MALFORMED;
        }
        long term = RecordLayout.term(bytes, frameBytes);
        if (term < Math.max(lastTerm, 1)) {
            return AppendVerdict.MALFORMED;
        }
        int chainCrc = chain.crcOf(lastChainCrc, lastIndex + 1, bytes, frameBytes);
        if (chainCrc != RecordLayout.chainCrc(bytes, frameBytes)) {
            return AppendVerdict.BROKEN_CHAIN;
        }
        accept(recordBytes, term, chainCrc);
        return AppendVerdict.APPENDED;
    }

    private void accept(int recordBytes, long term, int chainCrc) {
        lastIndex++;
        lastTerm = term;
        lastChainCrc = chainCrc;
        starts.add(frameBytes);
        frameBytes += recordBytes;
    }

    /** The finished batch for the tail of {@code segment} with the mark behind it, from position 0 to the limit. */
    ByteBuffer seal(LogSegment segment, int cutCount, long watermarkIndex, long watermarkTerm) {
        header.holding(FrameHeader.BATCH, lastIndex - starts.count() + 1, starts.count())
                .chaining(chainCrcBefore, lastChainCrc)
                .knowing(cutCount, watermarkIndex, watermarkTerm);
        return sealed(segment, lastIndex + 1);
    }

    /** Has {@code table} take over the batch, which has been written at {@code offset} of the active segment. */
    void enter(SegmentTable table, int offset) {
        table.addBatch(offset, frameBytes, starts, lastTerm, lastChainCrc);
    }

    /**
     * A finished mark that cuts from {@code index} on, as mark number {@code cutCount}; the table says what is before.
     */
    ByteBuffer sealCut(LogSegment segment, int cutCount, long index, SegmentTable table) {
        frameBytes = FrameHeader.BYTES;
        int chainCrc = table.chainCrcAt(index - 1);
        header.holding(FrameHeader.CUT, index, 0)
                .chaining(chainCrc, chainCrc)
                .knowing(cutCount, index - 1, table.termAt(index - 1));
        return sealed(segment, index);
    }

    private ByteBuffer sealed(LogSegment segment, long nextIndex) {
        int offset = segment.tailOffset();
        header.seal(bytes, frameBytes, segment.generation(), offset);
        int writtenBytes = frameBytes;
        if (segment.hasRoom(frameBytes + TailMark.BYTES)) {
            mark.put(bytes, frameBytes, segment.generation(), offset + frameBytes, nextIndex);
            writtenBytes += TailMark.BYTES;
        }
        bytes.limit(writtenBytes).position(0);
        return bytes;
    }

    /** The mark that belongs behind the tail of {@code segment}, from position 0 to the limit. */
    ByteBuffer tailMark(LogSegment segment, long nextIndex) {
        bytes.clear();
        mark.put(bytes, 0, segment.generation(), segment.tailOffset(), nextIndex);
        bytes.limit(TailMark.BYTES);
        return bytes;
    }

    /** The buffer, cleared, for the use of recovery before the first batch. */
    ByteBuffer scratch() {
        bytes.clear();
        return bytes;
    }
}
