package dev.steppe.raft.storage.file;

import java.util.concurrent.atomic.AtomicLong;

/**
 * From where to where a file has been stored into since somebody last took the range to force it. One thread adds,
 * after it has stored; any thread takes, before it forces; what is added after a take is there for the next one.
 *
 * <p>One word, so that both ends change together: the start in the upper half, the end in the lower one. Access modes:
 * added with release, behind the stores that it speaks of; taken by an exchange.
 */
final class DirtyRange {
    /** Nothing: the start is beyond every offset, the end in front of them. */
    static final long CLEAN = (long) Integer.MAX_VALUE << Integer.SIZE;

    private final AtomicLong range = new AtomicLong(CLEAN);

    /**
     * Adds the bytes from {@code startOffset} to {@code endOffset}, which have been stored. A take in the middle of
     * this leaves what it took for the next one too.
     */
    void add(int startOffset, int endOffset) {
        range.setRelease(joined(range.getPlain(), startOffset, endOffset));
    }

    /** Everything that was added since the last take; {@link #CLEAN} if that is nothing. */
    long take() {
        return range.getAndSet(CLEAN);
    }

    static int start(long taken) {
        return (int) (taken >>> Integer.SIZE);
    }

    static int end(long taken) {
        return (int) taken;
    }

    private static long joined(long range, int startOffset, int endOffset) {
        return (long) Math.min(start(range), startOffset) << Integer.SIZE | Math.max(end(range), endOffset);
    }
}
