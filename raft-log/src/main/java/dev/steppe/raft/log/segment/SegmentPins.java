package dev.steppe.raft.log.segment;

import dev.steppe.base.Invariant;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Who uses one mapped segment: its log, and readers on any threads. Unmapping under a reader would end the process, so
 * the owner asks {@link #isFree()} first.
 *
 * <p>Assumption: the owner takes the segment out of the table before it calls {@link #retire()}, once; a reader may
 * still find it in a table that it read before. Guarantee: once {@link #isFree()} has been true, {@link #tryPin()} is
 * false for ever, and all reads of all former readers happened before. Access modes: one atomic counter that starts
 * with the log's own use; it never leaves 0 again.
 */
public final class SegmentPins {
    private final AtomicInteger useCount = new AtomicInteger(1);

    /** The pins of a segment that its log uses. */
    public SegmentPins() {}

    /** One more reader; false if the segment is free. Any thread; allocates nothing. */
    public boolean tryPin() {
        int seen = useCount.get();
        while (seen > 0) {
            if (useCount.compareAndSet(seen, seen + 1)) {
                return true;
            }
            seen = useCount.get();
        }
        return false;
    }

    /** One reader less. Any thread, once for each {@link #tryPin()} that said true. */
    public void unpin() {
        int left = useCount.decrementAndGet();
        if (left < 0) {
            throw Invariant.broken("segment given back more often than taken: uses left", left);
        }
    }

    /** The log does not use it any more. Its owner, once. */
    public void retire() {
        unpin();
    }

    /** True once the log has retired it and no reader is left. */
    public boolean isFree() {
        return useCount.get() == 0;
    }
}
