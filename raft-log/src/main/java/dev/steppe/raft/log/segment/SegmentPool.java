package dev.steppe.raft.log.segment;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Segments that the log does not need any more, until their blocks are used again or their files are removed. A few are
 * kept for the next preparations, and as many of their tables. Owned by the owner of the log.
 */
public final class SegmentPool {
    private static final int KEPT_COUNT = 2;

    private final ArrayDeque<LogSegment> retired = new ArrayDeque<>();
    private final ArrayDeque<String> names = new ArrayDeque<>();
    private final ArrayDeque<int[]> offsets = new ArrayDeque<>();

    /** An empty pool. */
    public SegmentPool() {}

    /** Takes segments that have left the table; readers may still hold them. */
    public void retire(LogSegment[] segments) {
        for (LogSegment segment : segments) {
            segment.pins().retire();
            retired.add(segment);
        }
    }

    /** Takes a file that nobody has mapped. */
    public void addUnmapped(String name) {
        names.add(name);
    }

    /** Hands out, to be closed, the segments that no reader holds any more; their files stay with the pool. */
    public List<LogSegment> takeFree() {
        List<LogSegment> free = new ArrayList<>();
        for (int i = retired.size(); i > 0; i--) {
            LogSegment segment = retired.remove();
            if (segment.pins().isFree()) {
                free.add(segment);
                names.add(segment.name());
                offsets.add(segment.takeOffsets());
            } else {
                retired.add(segment);
            }
        }
        return free;
    }

    /** Hands out the name of a file whose blocks may be used again; null if there is none. */
    public @Nullable String takeOne() {
        return names.poll();
    }

    /** Hands out a table of offsets to be used again, see {@link LogSegment}; one without length if there is none. */
    public int[] takeOffsets() {
        int[] taken = offsets.poll();
        return taken == null ? LogSegment.NO_OFFSETS : taken;
    }

    /** Hands out, to be removed, the names of files that are more than will be used again. */
    public List<String> takeSurplus() {
        List<String> surplus = new ArrayList<>();
        while (names.size() > KEPT_COUNT) {
            surplus.add(names.remove());
        }
        while (offsets.size() > KEPT_COUNT) {
            offsets.remove();
        }
        return surplus;
    }

    /** Closes what readers held; there are none any more. */
    public void close() {
        retired.forEach(LogSegment::close);
        retired.clear();
    }
}
