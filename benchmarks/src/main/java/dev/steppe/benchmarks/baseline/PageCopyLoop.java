package dev.steppe.benchmarks.baseline;

/** Copies of pages of bytes into pages that are there already: the floor under copying on write. One owner. */
public final class PageCopyLoop {
    private final byte[][] sources;
    private final byte[][] targets;

    /** A loop over {@code pageCount} pages of {@code pageBytes}. */
    public PageCopyLoop(int pageCount, int pageBytes) {
        sources = new byte[pageCount][pageBytes];
        targets = new byte[pageCount][pageBytes];
    }

    /** Copies all pages once. */
    public byte[][] copy() {
        for (int i = 0; i < sources.length; i++) {
            System.arraycopy(sources[i], 0, targets[i], 0, sources[i].length);
        }
        return targets;
    }
}
