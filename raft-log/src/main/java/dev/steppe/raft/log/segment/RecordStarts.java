package dev.steppe.raft.log.segment;

import java.util.Arrays;

/**
 * Where the records of one frame begin, in bytes behind the frame's first: noted while the frame is built or checked,
 * so that nobody has to walk over it once more. Reusable; one owner; allocates only while it grows.
 */
public final class RecordStarts {
    private int[] starts;
    private int count;

    /** None yet, with room for {@code expectedCount}, at least 1. */
    public RecordStarts(int expectedCount) {
        starts = new int[expectedCount];
    }

    /** Forgets all but the first {@code keptCount}. */
    public void keep(int keptCount) {
        count = keptCount;
    }

    /** Notes the next record. */
    public void add(int start) {
        if (count == starts.length) {
            starts = Arrays.copyOf(starts, 2 * count);
        }
        starts[count++] = start;
    }

    /** Records noted. */
    public int count() {
        return count;
    }

    /** Writes them to {@code offsets} from {@code ordinal} on, as offsets of a frame that begins at {@code offset}. */
    void copyTo(int[] offsets, int ordinal, int offset) {
        for (int i = 0; i < count; i++) {
            offsets[ordinal + i] = offset + starts[i];
        }
    }
}
