package dev.steppe.raft.log;

import dev.steppe.raft.log.layout.EntryChain;
import dev.steppe.raft.log.layout.FrameHeader;
import dev.steppe.raft.log.layout.RecordLayout;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Which entries the log has, and where: its segments in order, the one that is written to, and what the last entry is.
 * Owned by the owner of the log; {@link #segmentOf} may be asked by a reader under the rules of {@link LogSegment}.
 */
final class SegmentTable {
    private volatile LogSegment[] segments = new LogSegment[0];
    private int activeOrdinal;
    private long lastIndex;
    private long lastTerm;
    private int lastChainCrc = EntryChain.ORIGIN;
    private int cutCount;

    LogSegment[] segments() {
        return segments;
    }

    LogSegment active() {
        return segments[activeOrdinal];
    }

    /** True if a segment stands ready behind the active one. */
    boolean isNextPrepared() {
        return activeOrdinal + 1 < segments.length;
    }

    LogSegment nextPrepared() {
        return segments[activeOrdinal + 1];
    }

    /** Generation of the segment after the last one, counted from 1. */
    long nextGeneration() {
        LogSegment[] current = segments;
        return current.length == 0 ? 1 : current[current.length - 1].generation() + 1;
    }

    long lastIndex() {
        return lastIndex;
    }

    long lastTerm() {
        return lastTerm;
    }

    int lastChainCrc() {
        return lastChainCrc;
    }

    /** Cut marks in the log. */
    int cutCount() {
        return cutCount;
    }

    /** Adds a segment behind the last one. */
    void addSegment(LogSegment segment) {
        LogSegment[] current = segments;
        LogSegment[] grown = Arrays.copyOf(current, current.length + 1);
        grown[current.length] = segment;
        if (current.length == 0) {
            segment.begin(lastIndex + 1);
        }
        segments = grown;
    }

    /** Goes on in the next segment, which takes entry {@code lastIndex + 1} first. */
    void roll() {
        activeOrdinal++;
        active().begin(lastIndex + 1);
    }

    /** The segment of entry {@code index}, which must exist. One binary search, allocates nothing. */
    LogSegment segmentOf(long index) {
        LogSegment[] current = segments;
        int low = 0;
        int high = current.length - 1;
        while (low < high) {
            int middle = (low + high + 1) >>> 1;
            if (current[middle].firstIndex() <= index) {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        return current[low];
    }

    /**
     * Takes over a frame of {@code entryCount} entries that lies, checked, at {@code offset} of the active segment.
     *
     * @param frame a buffer that holds the frame's bytes at {@code frameOffset}
     */
    void addBatch(int offset, ByteBuffer frame, int frameOffset, int entryCount) {
        LogSegment segment = active();
        int recordOffset = frameOffset + FrameHeader.BYTES;
        int lastOffset = recordOffset;
        for (int i = 0; i < entryCount; i++) {
            lastOffset = recordOffset;
            segment.addEntry(offset + recordOffset - frameOffset);
            recordOffset += RecordLayout.recordBytes(RecordLayout.payloadBytes(frame, recordOffset));
        }
        segment.tailAt(offset + recordOffset - frameOffset);
        lastIndex += entryCount;
        lastTerm = RecordLayout.term(frame, lastOffset);
        lastChainCrc = RecordLayout.chainCrc(frame, lastOffset);
    }

    /** Takes over the cut mark that lies at {@code offset} of the active segment: {@code index} is the next entry. */
    void addCut(int offset, long index) {
        LogSegment[] current = segments;
        lastTerm = termAt(index - 1);
        lastChainCrc = chainCrcAt(index - 1);
        for (int i = 0; i <= activeOrdinal; i++) {
            if (i == activeOrdinal || current[i].firstIndex() >= index) {
                current[i].cut(index);
            }
        }
        lastIndex = index - 1;
        cutCount++;
        active().tailAt(offset + FrameHeader.BYTES);
    }

    /** Term of entry {@code index}, 0 for index 0. */
    long termAt(long index) {
        if (index == lastIndex) {
            return lastTerm;
        }
        if (index == 0) {
            return 0;
        }
        LogSegment segment = segmentOf(index);
        return RecordLayout.term(segment.bytes(), segment.offsetOf(index));
    }

    /** Chain checksum of entry {@code index}, {@link EntryChain#ORIGIN} for index 0. */
    int chainCrcAt(long index) {
        if (index == lastIndex) {
            return lastChainCrc;
        }
        if (index == 0) {
            return EntryChain.ORIGIN;
        }
        LogSegment segment = segmentOf(index);
        return RecordLayout.chainCrc(segment.bytes(), segment.offsetOf(index));
    }
}
