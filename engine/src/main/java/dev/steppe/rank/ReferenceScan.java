package dev.steppe.rank;

import dev.steppe.model.job.Resources;
import dev.steppe.model.node.NodeRow;
import dev.steppe.model.placement.Allocation;
import dev.steppe.state.StateView;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The plainest search there is: every node row, what its live allocations hold added up anew, best score, lowest
 * ordinal among equals. No columns, no memo, no shard. {@link NodeSearch} must find an equally good node; slow on
 * purpose. Stateless, any thread.
 */
public final class ReferenceScan {
    private ReferenceScan() {}

    /** A node and the score that the ask would have there. */
    public record Found(NodeRow node, int score) {}

    /** The best ready node that {@code filter} admits and that has room for {@code ask}; null if there is none. */
    public static @Nullable Found best(StateView view, Resources ask, Predicate<NodeRow> filter) {
        Found best = null;
        for (int ordinal = 0; ordinal < view.nodes().nodeCount(); ordinal++) {
            NodeRow row = view.nodeAt(ordinal);
            if (!row.isReady() || !filter.test(row)) {
                continue;
            }
            int score = scoreOn(row, view, ask);
            if (score >= 0 && (best == null || score > best.score())) {
                best = new Found(row, score);
            }
        }
        return best;
    }

    private static int scoreOn(NodeRow row, StateView view, Resources ask) {
        Resources used = ask;
        for (Allocation one : view.liveAllocationsOn(row.ordinal())) {
            used = used.plus(one.resources());
        }
        Resources capacity = row.node().capacity();
        int leftCpuMhz = capacity.cpuMhz() - used.cpuMhz();
        int leftMemoryMb = capacity.memoryMb() - used.memoryMb();
        if (leftCpuMhz < 0 || leftMemoryMb < 0 || capacity.diskMb() < used.diskMb()) {
            return -1;
        }
        return FitScore.of(leftCpuMhz, capacity.cpuMhz(), leftMemoryMb, capacity.memoryMb());
    }
}
