package dev.steppe.raft.log;

import dev.steppe.base.OperatingFault;
import dev.steppe.raft.log.layout.SegmentLayout;
import dev.steppe.raft.storage.StorageFile;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * One segment: its file, its mapping, and where each of its entries lies. Written by the owner of the log.
 *
 * <p>Assumption: a reading thread asks only for entries up to an index that reached it through a mail after the entry
 * had been added. Guarantee: it then finds the entry's offset. Access modes: {@code firstIndex} and the array
 * {@code offsets} are volatile, an array is filled before it is published, and an element is never changed while a
 * reader may ask for it (only entries that were never committed are cut).
 */
final class LogSegment {
    /** First index of a segment that holds no entry and comes behind the tail. */
    static final long UNUSED = Long.MAX_VALUE;

    /**
     * The table of offsets is made for records of this length: 1/32 of the segment, so that appending allocates
     * nothing.
     */
    private static final int RECORD_EXPECTED_BYTES = 128;

    private final StorageFile file;
    private final long generation;
    private final ByteBuffer bytes;
    private final DirectBuffer mapped;
    private volatile long firstIndex = UNUSED;
    private volatile int[] offsets;
    private int entryCount;
    private int tailOffset = SegmentLayout.FRAMES_OFFSET;
    private boolean isForced = true;

    LogSegment(StorageFile file, long generation) {
        this.file = file;
        this.generation = generation;
        bytes = file.mapping();
        mapped = new UnsafeBuffer(file.mapping());
        offsets = new int[Math.max(1, file.lengthBytes() / RECORD_EXPECTED_BYTES)];
    }

    String name() {
        return file.name();
    }

    long generation() {
        return generation;
    }

    int lengthBytes() {
        return file.lengthBytes();
    }

    /** The owner's view of the mapping: whole, little endian, read only. */
    ByteBuffer bytes() {
        return bytes;
    }

    /** The mapping for any thread. */
    DirectBuffer mapped() {
        return mapped;
    }

    /** Index of the first entry, or of the next one while there is none yet; {@link #UNUSED} behind the tail. */
    long firstIndex() {
        return firstIndex;
    }

    /** Offset at which the next frame begins. */
    int tailOffset() {
        return tailOffset;
    }

    boolean hasRoom(int frameBytes) {
        return frameBytes <= file.lengthBytes() - tailOffset;
    }

    /** True unless something was written since the last force. */
    boolean isForced() {
        return isForced;
    }

    /** Offset of the record of entry {@code index}, which must lie in this segment. */
    int offsetOf(long index) {
        return offsets[(int) (index - firstIndex)];
    }

    /** Makes the segment the one that takes entry {@code index} next. */
    void begin(long index) {
        firstIndex = index;
        entryCount = 0;
    }

    /** Notes that the next entry's record lies at {@code offset}. */
    void addEntry(int offset) {
        int[] current = offsets;
        if (entryCount == current.length) {
            int[] grown = Arrays.copyOf(current, 2 * entryCount);
            grown[entryCount++] = offset;
            offsets = grown;
            return;
        }
        current[entryCount++] = offset;
    }

    /** Forgets the entries from {@code index} on; if that is all of them, the segment goes on at {@code index}. */
    void cut(long index) {
        if (index <= firstIndex) {
            begin(index);
        } else {
            entryCount = (int) Math.min(entryCount, index - firstIndex);
        }
    }

    /** The next frame begins at {@code offset}. */
    void tailAt(int offset) {
        tailOffset = offset;
    }

    void write(int offset, ByteBuffer source) throws OperatingFault {
        isForced = false;
        file.write(offset, source);
    }

    void force() throws OperatingFault {
        file.force();
        isForced = true;
    }

    void close() {
        file.close();
    }
}
