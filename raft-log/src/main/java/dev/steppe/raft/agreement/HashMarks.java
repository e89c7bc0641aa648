package dev.steppe.raft.agreement;

import dev.steppe.base.Invariant;

/**
 * Hashes of one member's state at the last {@value #KEPT_COUNT} marks: the indexes that are multiples of a power of
 * two, equal on all members. Owned by one thread; allocates nothing after construction.
 */
public final class HashMarks {
    /** Every so many entries the states are compared. */
    public static final int STRIDE_COUNT = 1 << 10;

    private static final int KEPT_COUNT = 64;

    private final long[] indexes = new long[KEPT_COUNT];
    private final long[] hashes = new long[KEPT_COUNT];
    private long newestIndex;

    /** No marks yet. */
    public HashMarks() {}

    /** Whether a hash is taken at {@code index}, 1 or more. */
    public static boolean isMark(long index) {
        return (index & (STRIDE_COUNT - 1)) == 0;
    }

    /** The first mark behind {@code index}. */
    public static long markBehind(long index) {
        return (index | (STRIDE_COUNT - 1)) + 1;
    }

    /** Notes the hash at a mark; marks rise. */
    public void note(long index, long hash) {
        if (!isMark(index) || index <= newestIndex) {
            throw Invariant.broken("marks rise by strides: newest, noted", newestIndex, index);
        }
        int slot = slotOf(index);
        indexes[slot] = index;
        hashes[slot] = hash;
        newestIndex = index;
    }

    /** The newest mark; 0 while there is none. */
    public long newestIndex() {
        return newestIndex;
    }

    /** Whether the hash at {@code index} is still known. */
    public boolean has(long index) {
        return index > 0 && isMark(index) && indexes[slotOf(index)] == index;
    }

    /** The hash at {@code index}, which must be known. */
    public long hashAt(long index) {
        if (!has(index)) {
            throw Invariant.broken("no hash is kept for this index: index, newest", index, newestIndex);
        }
        return hashes[slotOf(index)];
    }

    private static int slotOf(long index) {
        return (int) (index / STRIDE_COUNT % KEPT_COUNT);
    }
}
