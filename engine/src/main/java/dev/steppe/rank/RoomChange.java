package dev.steppe.rank;

import dev.steppe.state.NodeColumns;
import dev.steppe.state.StateView;

/** Whether something may fit now that did not before: what wakes blocked evaluations. Stateless, any thread. */
public final class RoomChange {
    private RoomChange() {}

    /**
     * Whether from {@code before} to {@code after} a node came, became ready, offers something else, or has more free
     * of anything. Looks at pages that changed only, and at ready nodes only.
     */
    public static boolean appeared(StateView before, StateView after) {
        int nodeCount = after.nodes().nodeCount();
        for (int first = 0; first < nodeCount; first += NodeColumns.PAGE_ROWS) {
            int to = Math.min(first + NodeColumns.PAGE_ROWS, nodeCount);
            if (isSamePage(before, after, first, to)) {
                continue;
            }
            for (int ordinal = first; ordinal < to; ordinal++) {
                if (after.nodeAt(ordinal).isReady() && grew(before, after, ordinal)) {
                    return true;
                }
            }
        }
        return false;
    }

    private static boolean isSamePage(StateView before, StateView after, int first, int to) {
        int page = first >>> NodeColumns.PAGE_SHIFT;
        return to <= before.nodes().nodeCount()
                && before.nodes().page(page) == after.nodes().page(page);
    }

    private static boolean grew(StateView before, StateView after, int ordinal) {
        return ordinal >= before.nodes().nodeCount()
                || !before.nodeAt(ordinal).isReady()
                || before.nodeAt(ordinal).specIndex() != after.nodeAt(ordinal).specIndex()
                || after.freeCpuMhz(ordinal) > before.freeCpuMhz(ordinal)
                || after.freeMemoryMb(ordinal) > before.freeMemoryMb(ordinal)
                || after.freeDiskMb(ordinal) > before.freeDiskMb(ordinal);
    }
}
