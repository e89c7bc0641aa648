package dev.steppe.rank;

import dev.steppe.base.Invariant;
import dev.steppe.capacity.NodeFit;
import dev.steppe.model.job.Resources;
import dev.steppe.state.NodeColumns;
import org.jspecify.annotations.Nullable;

/**
 * Finds the best node for one allocation after the other. Owned by one planner.
 *
 * <p>It holds a copy of the columns of the last view that it was shown, and what the plan at hand has placed and
 * stopped is written straight into that copy, so that the scan needs no second look-up. Showing it the next view copies
 * the pages that are not the ones copied before (views share unchanged pages), and the pages that the plan wrote. So it
 * costs what changed, whatever views were passed over in between.
 *
 * <p>The search is a scan: nodes that are ready and admitted, exact integer fit, best score, lowest ordinal among
 * equals. It looks at the planner's shard first and at the whole fleet only if nothing there has room. Warm, it
 * allocates nothing. Sources: DESIGN §6 [1]; {@code scheduling.md} 7.1.4, 7.2 [2].
 */
public final class NodeSearch {
    /** No node has room. */
    public static final int NONE = -1;

    private static final int ROWS = NodeColumns.PAGE_ROWS;

    private final Shard shard;
    private NodeColumns.@Nullable Page[] copied = new NodeColumns.Page[0];
    private Columns columns = new Columns(0);
    private int nodeCount;
    private int bestScore;

    /** A search that has seen no view yet. */
    public NodeSearch(Shard shard) {
        this.shard = shard;
    }

    /** Forgets what was placed and stopped, and looks at these columns from now on. */
    public void show(NodeColumns nodes) {
        nodeCount = nodes.nodeCount();
        int pageCount = (nodeCount + ROWS - 1) >>> NodeColumns.PAGE_SHIFT;
        if (pageCount > copied.length) {
            int room = Math.max(4, Math.max(pageCount, copied.length * 2));
            copied = new NodeColumns.Page[room];
            columns = new Columns(room * ROWS);
        }
        for (int i = 0; i < pageCount; i++) {
            NodeColumns.Page page = nodes.page(i);
            if (page != copied[i]) {
                columns.copy(page, i << NodeColumns.PAGE_SHIFT);
                copied[i] = page;
            }
        }
    }

    /**
     * The ordinal of the best node that has room for {@code ask}, or {@link #NONE}. The score is {@link #score()}.
     * Costs one pass over the shard, and one over the fleet if nothing there has room.
     */
    public int select(Resources ask, NodeFilter filter) {
        int from = shard.from(nodeCount);
        int to = shard.to(nodeCount);
        bestScore = -1;
        int best = scan(from, to, ask, filter);
        if (best == NONE) {
            best = scan(0, from, ask, filter);
            int after = scan(to, nodeCount, ask, filter);
            best = after == NONE ? best : after;
        }
        return best;
    }

    /** The score of the node that {@link #select} found last, millionths. */
    public int score() {
        return bestScore;
    }

    /** The plan places {@code amount} on a node: what is left for others is less. It must have room. */
    public void take(int ordinal, Resources amount) {
        if (NodeFit.check(freeCpuMhz(ordinal), freeMemoryMb(ordinal), freeDiskMb(ordinal), amount) != NodeFit.FITS) {
            throw Invariant.broken("placed where there is no room: node", ordinal);
        }
        change(ordinal, -1, amount);
    }

    /** The plan stops an allocation that holds {@code amount} on a node, or takes back a place. */
    public void giveBack(int ordinal, Resources amount) {
        change(ordinal, 1, amount);
    }

    /** Takes back a {@link #giveBack}: the plan does not stop the allocation after all. */
    public void takeBack(int ordinal, Resources amount) {
        change(ordinal, -1, amount);
    }

    /** Nodes known. */
    public int nodeCount() {
        return nodeCount;
    }

    /** Whether the node may be given work. */
    public boolean isEligible(int ordinal) {
        return columns.eligible[ordinal] != 0;
    }

    /** The number of the node's class. */
    public int nodeClass(int ordinal) {
        return columns.nodeClass[ordinal];
    }

    /** What is free after the plan at hand, MHz. */
    public int freeCpuMhz(int ordinal) {
        return columns.freeCpuMhz[ordinal];
    }

    /** The same for memory, MiB. */
    public int freeMemoryMb(int ordinal) {
        return columns.freeMemoryMb[ordinal];
    }

    /** The same for disk, MiB. */
    public int freeDiskMb(int ordinal) {
        return columns.freeDiskMb[ordinal];
    }

    /** The best of [{@code from}, {@code to}) that is better than {@link #bestScore}, which it raises. */
    private int scan(int from, int to, Resources ask, NodeFilter filter) {
        Columns nodes = columns;
        int cpuMhz = ask.cpuMhz();
        int memoryMb = ask.memoryMb();
        int diskMb = ask.diskMb();
        int best = NONE;
        for (int i = from; i < to; i++) {
            int leftCpuMhz = nodes.freeCpuMhz[i] - cpuMhz;
            int leftMemoryMb = nodes.freeMemoryMb[i] - memoryMb;
            boolean fits = NodeFit.check(
                            nodes.freeCpuMhz[i], nodes.freeMemoryMb[i], nodes.freeDiskMb[i], cpuMhz, memoryMb, diskMb)
                    == NodeFit.FITS;
            if (!fits || nodes.eligible[i] == 0 || !filter.admits(i, nodes.nodeClass[i])) {
                continue;
            }
            int score = FitScore.of(leftCpuMhz, nodes.capacityCpuMhz[i], leftMemoryMb, nodes.capacityMemoryMb[i]);
            if (score > bestScore) {
                bestScore = score;
                best = i;
            }
        }
        return best;
    }

    private void change(int ordinal, int sign, Resources amount) {
        if (ordinal < 0 || ordinal >= nodeCount) {
            throw Invariant.broken("no such node: ordinal, nodes", ordinal, nodeCount);
        }
        columns.freeCpuMhz[ordinal] += sign * amount.cpuMhz();
        columns.freeMemoryMb[ordinal] += sign * amount.memoryMb();
        columns.freeDiskMb[ordinal] += sign * amount.diskMb();
        // This page is not the view's any more: the next view brings it anew.
        copied[ordinal >>> NodeColumns.PAGE_SHIFT] = null;
    }

    /** Flat copies of the columns, by ordinal. */
    private static final class Columns {
        final int[] freeCpuMhz;
        final int[] freeMemoryMb;
        final int[] freeDiskMb;
        final int[] capacityCpuMhz;
        final int[] capacityMemoryMb;
        final byte[] eligible;
        final int[] nodeClass;

        Columns(int rows) {
            freeCpuMhz = new int[rows];
            freeMemoryMb = new int[rows];
            freeDiskMb = new int[rows];
            capacityCpuMhz = new int[rows];
            capacityMemoryMb = new int[rows];
            eligible = new byte[rows];
            nodeClass = new int[rows];
        }

        void copy(NodeColumns.Page page, int at) {
            System.arraycopy(page.freeCpuMhz(), 0, freeCpuMhz, at, ROWS);
            System.arraycopy(page.freeMemoryMb(), 0, freeMemoryMb, at, ROWS);
            System.arraycopy(page.freeDiskMb(), 0, freeDiskMb, at, ROWS);
            System.arraycopy(page.capacityCpuMhz(), 0, capacityCpuMhz, at, ROWS);
            System.arraycopy(page.capacityMemoryMb(), 0, capacityMemoryMb, at, ROWS);
            System.arraycopy(page.eligible(), 0, eligible, at, ROWS);
            System.arraycopy(page.nodeClass(), 0, nodeClass, at, ROWS);
        }
    }
}
