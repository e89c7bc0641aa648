package dev.steppe.state.page;

import java.util.Arrays;
import java.util.function.LongFunction;

/**
 * The one who may write pages of a tree: copies a page at the first write of a batch and remembers which rows were
 * written. Owned by the thread of the transaction. Within one batch a page is copied once, however often it is written.
 *
 * @param <P> kind of page
 */
public final class PageWriter<P extends Page<P>> {
    private static final int[] NONE = {};

    private final LongFunction<P> newPage;
    private PageTree<P> tree = PageTree.empty();
    private long batch = 1;
    private int[] touchedPages = new int[16];
    private int touchedCount;
    private int writtenCount;

    /** A writer of an empty tree; {@code newPage} makes an empty page for the given batch. */
    public PageWriter(LongFunction<P> newPage) {
        this.newPage = newPage;
    }

    /** The tree as it is now, with what this batch wrote. Shared with readers only after {@link #endBatch()}. */
    public PageTree<P> tree() {
        return tree;
    }

    /** The page of row {@code ordinal}, free to be written in this batch; the row counts as written. */
    public P writable(int ordinal) {
        int pageIndex = Page.pageOf(ordinal);
        P page = pageIndex < tree.pageCount() ? tree.page(pageIndex) : newPage.apply(batch);
        boolean isNew = pageIndex == tree.pageCount();
        if (isNew || !page.isOf(batch)) {
            page = isNew ? page : page.copy(batch);
            tree = tree.with(pageIndex, page);
            noteTouched(pageIndex);
        }
        page.noteWritten(Page.placeOf(ordinal));
        return page;
    }

    /** Ends the batch and answers the rows written in it, ascending, each once. */
    public int[] endBatch() {
        batch++;
        if (touchedCount == 0) {
            return NONE;
        }
        Arrays.sort(touchedPages, 0, touchedCount);
        int[] rows = new int[touchedCount << Page.SHIFT];
        writtenCount = 0;
        for (int i = 0; i < touchedCount; i++) {
            int firstRow = touchedPages[i] << Page.SHIFT;
            tree.page(touchedPages[i]).forEachWritten(place -> rows[writtenCount++] = firstRow + place);
        }
        touchedCount = 0;
        return Arrays.copyOf(rows, writtenCount);
    }

    private void noteTouched(int pageIndex) {
        if (touchedCount == touchedPages.length) {
            touchedPages = Arrays.copyOf(touchedPages, touchedCount * 2);
        }
        touchedPages[touchedCount++] = pageIndex;
    }
}
