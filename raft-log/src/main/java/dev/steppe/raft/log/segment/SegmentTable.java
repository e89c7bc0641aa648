package dev.steppe.raft.log.segment;

import dev.steppe.base.Invariant;
import dev.steppe.raft.log.layout.FrameHeader;
import dev.steppe.raft.log.layout.LogPosition;
import dev.steppe.raft.log.layout.RecordLayout;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Which entries the log has, and where: its segments in order, the one that is written to, and what the last entry is.
 * Owned by the owner of the log; {@link #segmentOf} and {@link #firstIndex()} may be asked by a reader under the rules
 * of {@link LogSegment}.
 */
public final class SegmentTable {
    private static final LogSegment[] NONE = {};

    private volatile LogSegment[] segments = NONE;
    private int activeOrdinal;
    private LogPosition base = LogPosition.ORIGIN;
    private long lastIndex;
    private long lastTerm;
    private int lastChainCrc = LogPosition.ORIGIN.chainCrc();
    private int cutCount;

    /** A table without segments. */
    public SegmentTable() {}

    /** All segments, ascending by generation; not to be changed. */
    public LogSegment[] segments() {
        return segments;
    }

    /** The segment that takes the next frame. */
    public LogSegment active() {
        return segments[activeOrdinal];
    }

    /** True if a segment stands ready behind the active one. */
    public boolean isNextPrepared() {
        return activeOrdinal + 1 < segments.length;
    }

    /** The segment that stands ready. */
    public LogSegment nextPrepared() {
        return segments[activeOrdinal + 1];
    }

    /** Generation of the segment after the last one. */
    public long nextGeneration() {
        LogSegment[] current = segments;
        return current[current.length - 1].generation() + 1;
    }

    /** The entry before the first that the log holds. */
    public LogPosition base() {
        return base;
    }

    /** First index that the log holds, or would hold first. Any thread. */
    public long firstIndex() {
        return segments[0].firstIndex();
    }

    /** Last index; that of the base in an empty log. */
    public long lastIndex() {
        return lastIndex;
    }

    /** Term of the last entry, or of the base. */
    public long lastTerm() {
        return lastTerm;
    }

    /** Chain checksum of the last entry, or of the base. */
    public int lastChainCrc() {
        return lastChainCrc;
    }

    /** Cut marks in the log, those in segments that are gone included. */
    public int cutCount() {
        return cutCount;
    }

    /**
     * Gives up all segments but {@code first}, which holds nothing yet: the log is empty and goes on behind
     * {@code position}. Also the beginning of every table.
     *
     * @return those that the log does not use any more
     */
    public LogSegment[] beginWith(LogSegment first, LogPosition position, int newCutCount) {
        LogSegment[] current = segments;
        int ordinal = Arrays.asList(current).indexOf(first);
        if (ordinal < 0 && current.length > 0) {
            throw Invariant.broken("a log goes on in a segment that it does not have: generation", first.generation());
        }
        first.begin(position, newCutCount);
        base = position;
        lastIndex = position.index();
        lastTerm = position.term();
        lastChainCrc = position.chainCrc();
        cutCount = newCutCount;
        activeOrdinal = 0;
        segments = ordinal < 0 ? new LogSegment[] {first} : Arrays.copyOfRange(current, ordinal, current.length);
        return Arrays.copyOf(current, Math.max(ordinal, 0));
    }

    /** Adds a segment behind the last one. */
    public void addSegment(LogSegment segment) {
        LogSegment[] current = segments;
        LogSegment[] grown = Arrays.copyOf(current, current.length + 1);
        grown[current.length] = segment;
        segments = grown;
    }

    /** Goes on in the next segment, which takes entry {@code lastIndex + 1} first. */
    public void roll() {
        LogPosition before = new LogPosition(lastIndex, lastTerm, lastChainCrc, logTimeAt(lastIndex));
        activeOrdinal++;
        active().begin(before, cutCount);
    }

    /**
     * Ordinal of the last segment with which the log could begin if no entry up to {@code index} were needed; 0 if none
     * can go. A segment from which on an earlier one is cut cannot be the first: its cut mark speaks of what would be
     * gone.
     */
    public int beginnableOrdinal(long index) {
        LogSegment[] current = segments;
        int ordinal = 0;
        for (int i = 1; i <= activeOrdinal && current[i].firstIndex() - 1 <= index; i++) {
            ordinal = current[i].isStartIntact() ? i : ordinal;
        }
        return ordinal;
    }

    /** Gives up the segments before {@code ordinal}, see {@link #beginnableOrdinal}; returns them. */
    public LogSegment[] dropBefore(int ordinal) {
        LogSegment[] current = segments;
        base = current[ordinal].start();
        activeOrdinal -= ordinal;
        segments = Arrays.copyOfRange(current, ordinal, current.length);
        return Arrays.copyOf(current, ordinal);
    }

    /** The segment of entry {@code index}; null if the entry is gone. One binary search, allocates nothing. */
    public @Nullable LogSegment segmentOf(long index) {
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
        return current[low].firstIndex() <= index ? current[low] : null;
    }

    /**
     * Takes over a frame of {@code frameBytes} that lies, checked, at {@code offset} of the active segment; its last
     * entry has {@code term} and {@code chainCrc}.
     */
    public void addBatch(int offset, int frameBytes, RecordStarts starts, long term, int chainCrc) {
        LogSegment segment = active();
        segment.addEntries(offset, starts);
        segment.tailAt(offset + frameBytes);
        lastIndex += starts.count();
        lastTerm = term;
        lastChainCrc = chainCrc;
    }

    /** Takes over the cut mark that lies at {@code offset} of the active segment: {@code index} is the next entry. */
    public void addCut(int offset, long index) {
        LogSegment[] current = segments;
        long termBefore = termAt(index - 1);
        int chainCrcBefore = chainCrcAt(index - 1);
        // From the tail to the first segment that keeps an entry: the others are not touched by the cut.
        for (int i = activeOrdinal; i >= 0; i--) {
            boolean isLast = current[i].firstIndex() < index;
            current[i].cut(index);
            if (isLast) {
                break;
            }
        }
        lastIndex = index - 1;
        lastTerm = termBefore;
        lastChainCrc = chainCrcBefore;
        cutCount++;
        active().tailAt(offset + FrameHeader.BYTES);
    }

    /** Term of entry {@code index}, from the base to the last. */
    public long termAt(long index) {
        if (index == lastIndex) {
            return lastTerm;
        }
        if (index == base.index()) {
            return base.term();
        }
        LogSegment segment = present(index);
        return RecordLayout.term(segment.bytes(), segment.offsetOf(index));
    }

    /** Chain checksum of entry {@code index}, from the base to the last. */
    public int chainCrcAt(long index) {
        if (index == lastIndex) {
            return lastChainCrc;
        }
        if (index == base.index()) {
            return base.chainCrc();
        }
        LogSegment segment = present(index);
        return RecordLayout.chainCrc(segment.bytes(), segment.offsetOf(index));
    }

    /** Log time of entry {@code index}, from the base to the last, in milliseconds. */
    public long logTimeAt(long index) {
        if (index == base.index()) {
            return base.logTimeMs();
        }
        LogSegment segment = present(index);
        return RecordLayout.logTimeMs(segment.bytes(), segment.offsetOf(index));
    }

    private LogSegment present(long index) {
        LogSegment segment = segmentOf(index);
        if (segment == null || index > lastIndex) {
            throw Invariant.broken("no such entry: index, base, last", index, base.index(), lastIndex);
        }
        return segment;
    }
}
