package dev.steppe.state.page;

import java.util.Arrays;

/**
 * Pages by number under two levels of arrays. Immutable: another page in a place is another tree that shares all but
 * one directory. 256 pages a directory, so a million rows are 16 directories.
 *
 * @param <P> kind of page
 */
public final class PageTree<P extends Page<P>> {
    private static final int DIRECTORY_SHIFT = 8;
    private static final int DIRECTORY_PAGES = 1 << DIRECTORY_SHIFT;

    private final Object[][] directories;
    private final int pageCount;

    private PageTree(Object[][] directories, int pageCount) {
        this.directories = directories;
        this.pageCount = pageCount;
    }

    /** No page. */
    public static <P extends Page<P>> PageTree<P> empty() {
        return new PageTree<>(new Object[0][], 0);
    }

    /** Pages in the tree, numbered from 0. */
    public int pageCount() {
        return pageCount;
    }

    /** The page {@code pageIndex}, below {@link #pageCount()}. Two array reads. */
    @SuppressWarnings("unchecked") // only with() writes directories, and it takes pages of kind P
    public P page(int pageIndex) {
        return (P) directories[pageIndex >> DIRECTORY_SHIFT][pageIndex & (DIRECTORY_PAGES - 1)];
    }

    /** The same tree with {@code page} in place {@code pageIndex}, at most {@link #pageCount()}. */
    PageTree<P> with(int pageIndex, P page) {
        int directoryIndex = pageIndex >> DIRECTORY_SHIFT;
        Object[][] newDirectories = Arrays.copyOf(directories, Math.max(directories.length, directoryIndex + 1));
        newDirectories[directoryIndex] =
                directoryIndex < directories.length ? directories[directoryIndex].clone() : new Object[DIRECTORY_PAGES];
        newDirectories[directoryIndex][pageIndex & (DIRECTORY_PAGES - 1)] = page;
        return new PageTree<>(newDirectories, Math.max(pageCount, pageIndex + 1));
    }
}
