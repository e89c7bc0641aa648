package dev.steppe.state.page;

import dev.steppe.base.Invariant;

/**
 * The writer of {@link Rows}, with the sum of the hashes of all rows kept as they come and go. Owned by the thread of
 * the transaction.
 *
 * @param <T> kind of row, itself immutable
 */
public final class RowTable<T> {
    private final PageWriter<RowPage<T>> pages = new PageWriter<>(RowPage::new);
    private Rows<T> rows = new Rows<>(pages.tree(), 0);
    private long hashSum;

    /** The rows as they are now. A value of an ended batch never changes. */
    public Rows<T> rows() {
        return rows;
    }

    /** Sum of the hashes of all rows, modulo 2^64: the same whatever the order in which they came. */
    public long hashSum() {
        return hashSum;
    }

    /** Adds a row whose id is above every id here and answers its ordinal. */
    public int append(long high, long low, T row, long hash, boolean isOpen) {
        if (!rows.isAboveAll(high, low)) {
            throw Invariant.broken("an id is not above the last one: high, low", high, low);
        }
        int ordinal = rows.rowCount();
        RowPage<T> page = pages.writable(ordinal);
        int place = Page.placeOf(ordinal);
        page.high[place] = high;
        page.low[place] = low;
        write(page, place, row, hash, isOpen);
        rows = new Rows<>(pages.tree(), ordinal + 1);
        return ordinal;
    }

    /** Puts another row under the id of {@code ordinal}. */
    public void replace(int ordinal, T row, long hash, boolean isOpen) {
        if (ordinal < 0 || ordinal >= rows.rowCount()) {
            throw Invariant.broken("no row to replace: ordinal, rows", ordinal, rows.rowCount());
        }
        PageTree<RowPage<T>> before = pages.tree();
        write(pages.writable(ordinal), Page.placeOf(ordinal), row, hash, isOpen);
        if (pages.tree() != before) {
            rows = new Rows<>(pages.tree(), rows.rowCount());
        }
    }

    /** Ends the batch and answers the ordinals of the rows written in it, ascending, each once. */
    public int[] endBatch() {
        return pages.endBatch();
    }

    private void write(RowPage<T> page, int place, T row, long hash, boolean isOpen) {
        hashSum += hash - page.hashes[place];
        page.rows[place] = row;
        page.hashes[place] = hash;
        page.setOpen(place, isOpen);
    }
}
