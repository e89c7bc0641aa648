package dev.steppe.state.page;

import org.jspecify.annotations.Nullable;

/** A page of {@link Rows}: ids in two columns, rows, their hashes, and a bit for each row that is open. */
final class RowPage<T> extends Page<RowPage<T>> {
    final long[] high;
    final long[] low;
    final long[] hashes;
    final @Nullable Object[] rows;
    final long[] open;

    RowPage(long batch) {
        super(batch);
        high = new long[ROWS];
        low = new long[ROWS];
        hashes = new long[ROWS];
        rows = new Object[ROWS];
        open = new long[ROWS / Long.SIZE];
    }

    private RowPage(long batch, RowPage<T> from) {
        super(batch);
        high = from.high.clone();
        low = from.low.clone();
        hashes = from.hashes.clone();
        rows = from.rows.clone();
        open = from.open.clone();
    }

    @Override
    protected RowPage<T> copy(long newBatch) {
        return new RowPage<>(newBatch, this);
    }

    void setOpen(int place, boolean isOpen) {
        if (isOpen) {
            open[place >> 6] |= 1L << place;
        } else {
            open[place >> 6] &= ~(1L << place);
        }
    }
}
