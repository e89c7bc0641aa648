package dev.steppe.raft.log;

import dev.steppe.base.Invariant;
import dev.steppe.base.OperatingFault;
import dev.steppe.raft.log.segment.LogSegment;
import org.jspecify.annotations.Nullable;

/**
 * A force that another thread carries out while the owner of the log goes on writing. One object for each log, used
 * again: filled by {@link RaftLog#beginForce}, carried out by {@link #perform}, taken back by {@link RaftLog#endForce}.
 * Each hand-over goes through a mailbox, which orders the fields. The segment stays mapped and open meanwhile.
 */
public final class ForceAside {
    private final RaftLog log;
    private @Nullable LogSegment segment;
    private long lastIndex;
    private long lastTerm;
    private int cutCount;

    ForceAside(RaftLog log) {
        this.log = log;
    }

    /** Takes on what has been written to {@code active} so far; it is pinned. */
    ForceAside of(LogSegment active, long index, long term, int cuts) {
        segment = active;
        lastIndex = index;
        lastTerm = term;
        cutCount = cuts;
        return this;
    }

    /** Forces and lets the segment go. Any one thread, once. */
    public void perform() throws OperatingFault {
        LogSegment forced = segment;
        if (forced == null) {
            throw Invariant.broken("forced twice: last index", lastIndex);
        }
        try {
            forced.forceAside();
        } finally {
            segment = null;
            forced.pins().unpin();
            log.cursorClosed();
        }
    }

    long lastIndex() {
        return lastIndex;
    }

    long lastTerm() {
        return lastTerm;
    }

    int cutCount() {
        return cutCount;
    }
}
