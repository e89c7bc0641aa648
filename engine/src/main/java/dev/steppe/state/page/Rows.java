package dev.steppe.state.page;

import dev.steppe.base.Invariant;
import java.util.function.Consumer;

/**
 * Rows by ordinal, in ascending order of their ids: the order of ordinals is the order of ids, so an id is found by
 * binary search and nothing needs sorting. An id is a pair of numbers (high, low), compared in that order. Immutable
 * once its batch has ended; then any thread may read it.
 *
 * @param <T> kind of row, itself immutable
 */
public final class Rows<T> {
    /** No such row. */
    public static final int ABSENT = -1;

    private final PageTree<RowPage<T>> tree;
    private final int rowCount;

    Rows(PageTree<RowPage<T>> tree, int rowCount) {
        this.tree = tree;
        this.rowCount = rowCount;
    }

    /** How many rows; ordinals go from 0. */
    public int rowCount() {
        return rowCount;
    }

    /** The row at {@code ordinal}; an ordinal that was never given breaks an invariant. */
    @SuppressWarnings("unchecked") // only RowTable writes rows, and it takes rows of kind T
    public T at(int ordinal) {
        Object row =
                ordinal < 0 || ordinal >= rowCount ? null : tree.page(Page.pageOf(ordinal)).rows[Page.placeOf(ordinal)];
        if (row == null) {
            throw Invariant.broken("no row: ordinal, rows", ordinal, rowCount);
        }
        return (T) row;
    }

    /** Hash that the row at {@code ordinal} was stored with. */
    public long hashAt(int ordinal) {
        return tree.page(Page.pageOf(ordinal)).hashes[Page.placeOf(ordinal)];
    }

    /** Ordinal of the id, or {@link #ABSENT}. Two binary searches, allocates nothing. */
    public int find(long high, long low) {
        int from = 0;
        int to = tree.pageCount() - 1;
        while (from < to) {
            int middle = (from + to + 1) >>> 1;
            RowPage<T> page = tree.page(middle);
            if (compare(page.high[0], page.low[0], high, low) <= 0) {
                from = middle;
            } else {
                to = middle - 1;
            }
        }
        return rowCount == 0 ? ABSENT : findIn(from, high, low);
    }

    /** Visits every open row in order of ids. Passes over a page without open rows in four reads. */
    @SuppressWarnings("unchecked") // see at()
    public void forEachOpen(Consumer<T> visitor) {
        for (int i = 0; i < tree.pageCount(); i++) {
            RowPage<T> page = tree.page(i);
            Page.forEachBit(page.open, place -> visitor.accept((T) page.rows[place]));
        }
    }

    /** Whether the id is above every id here. */
    boolean isAboveAll(long high, long low) {
        if (rowCount == 0) {
            return true;
        }
        RowPage<T> page = tree.page(Page.pageOf(rowCount - 1));
        int place = Page.placeOf(rowCount - 1);
        return compare(page.high[place], page.low[place], high, low) < 0;
    }

    private int findIn(int pageIndex, long high, long low) {
        RowPage<T> page = tree.page(pageIndex);
        int from = 0;
        int to = Math.min(Page.ROWS, rowCount - (pageIndex << Page.SHIFT)) - 1;
        while (from <= to) {
            int middle = (from + to) >>> 1;
            int order = compare(page.high[middle], page.low[middle], high, low);
            if (order == 0) {
                return (pageIndex << Page.SHIFT) + middle;
            }
            if (order < 0) {
                from = middle + 1;
            } else {
                to = middle - 1;
            }
        }
        return ABSENT;
    }

    private static int compare(long leftHigh, long leftLow, long rightHigh, long rightLow) {
        return leftHigh == rightHigh ? Long.compare(leftLow, rightLow) : Long.compare(leftHigh, rightHigh);
    }
}
