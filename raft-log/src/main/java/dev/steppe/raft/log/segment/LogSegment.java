package dev.steppe.raft.log.segment;

import dev.steppe.base.OperatingFault;
import dev.steppe.raft.log.layout.LogPosition;
import dev.steppe.raft.log.layout.SegmentLayout;
import dev.steppe.raft.storage.StorageFile;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * One segment: its file, its mapping, and where each of its entries lies. Written by the owner of the log.
 *
 * <p>Assumption: a reading thread has pinned the segment and asks only for entries up to an index that reached it
 * through a mail after the entry had been added. Guarantee: it then finds the entry's offset. Access modes:
 * {@code firstIndex} and the array {@code offsets} are volatile, an array is filled before it is published, and an
 * element is never changed while a reader may ask for it (only entries that were never committed are cut).
 */
public final class LogSegment {
    /** First index of a segment that holds no entry and comes behind the tail. */
    static final long UNUSED = Long.MAX_VALUE;

    /**
     * The table of offsets is made for records of this length: 1/32 of the segment, so that appending allocates
     * nothing.
     */
    private static final int RECORD_EXPECTED_BYTES = 128;

    static final int[] NO_OFFSETS = {};

    private final StorageFile file;
    private final long generation;
    private final ByteBuffer bytes;
    private final DirectBuffer mapped;
    private final SegmentPins pins = new SegmentPins();
    private volatile long firstIndex = UNUSED;
    private volatile int[] offsets;
    private LogPosition start = LogPosition.ORIGIN;
    private int startCutCount;
    private boolean isStartIntact = true;
    private int entryCount;
    private int tailOffset = SegmentLayout.FRAMES_OFFSET;
    private boolean isForced = true;

    /** The segment of {@code generation} in {@code file}, of which no frame is known yet. */
    public LogSegment(StorageFile file, long generation) {
        this(file, generation, NO_OFFSETS);
    }

    /** As the other, with the table of a segment that is used no more, if that is long enough. */
    public LogSegment(StorageFile file, long generation, int[] usedOffsets) {
        this.file = file;
        this.generation = generation;
        bytes = file.mapping();
        mapped = new UnsafeBuffer(file.mapping());
        int expectedCount = Math.max(1, file.lengthBytes() / RECORD_EXPECTED_BYTES);
        offsets = usedOffsets.length >= expectedCount ? usedOffsets : new int[expectedCount];
    }

    /** Name of its file. */
    public String name() {
        return file.name();
    }

    /** Its generation, which no other segment of this log ever has. */
    public long generation() {
        return generation;
    }

    /** Length of its file in bytes. */
    public int lengthBytes() {
        return file.lengthBytes();
    }

    /** The owner's view of the mapping: whole, little endian, read only. */
    public ByteBuffer bytes() {
        return bytes;
    }

    /** The mapping for any thread. */
    public DirectBuffer mapped() {
        return mapped;
    }

    /** Who reads it. Any thread. */
    public SegmentPins pins() {
        return pins;
    }

    /** Index of the first entry, or of the next one while there is none yet; beyond every index behind the tail. */
    public long firstIndex() {
        return firstIndex;
    }

    /** The entry before its first frame, once begun. */
    public LogPosition start() {
        return start;
    }

    /** Cut marks that had been written before its first frame. */
    public int startCutCount() {
        return startCutCount;
    }

    /** True unless a cut mark in it or behind it discards an entry of an earlier segment. */
    public boolean isStartIntact() {
        return isStartIntact;
    }

    /** Entries that it holds; discarded ones do not count. */
    public int entryCount() {
        return entryCount;
    }

    /** Offset at which the next frame begins. */
    public int tailOffset() {
        return tailOffset;
    }

    /** True if {@code frameBytes} fit behind the tail. */
    public boolean hasRoom(int frameBytes) {
        return frameBytes <= file.lengthBytes() - tailOffset;
    }

    /** True unless something was written since the last force. */
    public boolean isForced() {
        return isForced;
    }

    /** Offset of the record of entry {@code index}, which must lie in this segment. */
    public int offsetOf(long index) {
        return offsets[(int) (index - firstIndex)];
    }

    /** Makes the segment the one that takes the entry behind {@code before} next. */
    void begin(LogPosition before, int cutCount) {
        start = before;
        startCutCount = cutCount;
        entryCount = 0;
        firstIndex = before.index() + 1;
    }

    /** Notes the next entries, whose records begin at {@code starts} of a frame at {@code frameOffset}. */
    void addEntries(int frameOffset, RecordStarts starts) {
        int newCount = entryCount + starts.count();
        int[] current = offsets;
        if (newCount > current.length) {
            int[] grown = Arrays.copyOf(current, Math.max(newCount, 2 * current.length));
            starts.copyTo(grown, entryCount, frameOffset);
            offsets = grown;
        } else {
            starts.copyTo(current, entryCount, frameOffset);
        }
        entryCount = newCount;
    }

    /** Forgets the entries from {@code index} on; if that is all of them, the segment goes on at {@code index}. */
    void cut(long index) {
        if (index <= firstIndex) {
            isStartIntact &= index == firstIndex;
            firstIndex = index;
            entryCount = 0;
        } else {
            entryCount = (int) Math.min(entryCount, index - firstIndex);
        }
    }

    /** The next frame begins at {@code offset}. */
    void tailAt(int offset) {
        tailOffset = offset;
    }

    /** Writes at {@code offset}; not durable before {@link #force()}. */
    public void write(int offset, ByteBuffer source) throws OperatingFault {
        isForced = false;
        file.write(offset, source);
    }

    /** Returns when everything written is on the disk. */
    public void force() throws OperatingFault {
        file.force();
        isForced = true;
    }

    /** Another thread is going to force what has been written so far. */
    public void forceBegun() {
        isForced = true;
    }

    /** As {@link #force()}, by another thread than the owner's, which may write meanwhile. */
    public void forceAside() throws OperatingFault {
        file.force();
    }

    /** Makes it ready to be written without waiting for the disk to read it first. */
    public void warm() {
        file.warm();
    }

    /** Gives up its table for another segment; nobody reads any more. */
    int[] takeOffsets() {
        int[] taken = offsets;
        offsets = NO_OFFSETS;
        return taken;
    }

    /** Unmaps and closes; nobody reads any more. Idempotent. */
    public void close() {
        file.close();
    }
}
