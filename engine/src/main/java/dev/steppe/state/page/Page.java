package dev.steppe.state.page;

import java.util.function.IntConsumer;

/**
 * {@link #ROWS} rows that are copied together. Written only by the owner of the batch that made it, and only in that
 * batch; from the end of the batch on it never changes and any thread may read it.
 *
 * @param <P> the page itself
 */
public abstract class Page<P extends Page<P>> {
    /** log2 of {@link #ROWS}. */
    public static final int SHIFT = 8;

    /** Rows in a page. */
    public static final int ROWS = 1 << SHIFT;

    private static final int MASK = ROWS - 1;

    private final long batch;
    private final long[] written = new long[ROWS / Long.SIZE];

    /** A page that batch {@code batch} may write, none of its rows written yet. */
    protected Page(long batch) {
        this.batch = batch;
    }

    /** A copy with equal rows that {@code newBatch} may write. */
    protected abstract P copy(long newBatch);

    /** Page of the row {@code ordinal}. */
    public static int pageOf(int ordinal) {
        return ordinal >> SHIFT;
    }

    /** Place of the row {@code ordinal} in its page. */
    public static int placeOf(int ordinal) {
        return ordinal & MASK;
    }

    final boolean isOf(long otherBatch) {
        return batch == otherBatch;
    }

    final void noteWritten(int place) {
        written[place >> 6] |= 1L << place;
    }

    final void forEachWritten(IntConsumer placeVisitor) {
        forEachBit(written, placeVisitor);
    }

    static void forEachBit(long[] bits, IntConsumer visitor) {
        for (int word = 0; word < bits.length; word++) {
            for (long left = bits[word]; left != 0; left &= left - 1) {
                visitor.accept((word << 6) + Long.numberOfTrailingZeros(left));
            }
        }
    }
}
