package dev.steppe.state;

import dev.steppe.model.job.JobKey;
import dev.steppe.model.placement.AllocationId;
import java.util.List;

/**
 * The rows that changed between two views, each once, in order of their ids; immutable. View and journal are one
 * object, published by one store (DESIGN §5). A reader that saw {@link #sinceIndex()} brings itself up to date with it;
 * one that saw an older view reads everything anew. A row that was written and ended as it was may be named too.
 */
public final class Journal {
    private final long sinceIndex;
    private final int[] nodeOrdinals;
    private final List<JobKey> jobs;
    private final List<AllocationId> allocations;
    private final long[] evaluations;
    private final long[] deployments;

    Journal(
            long sinceIndex,
            int[] nodeOrdinals,
            List<JobKey> jobs,
            List<AllocationId> allocations,
            long[] evaluations,
            long[] deployments) {
        this.sinceIndex = sinceIndex;
        this.nodeOrdinals = nodeOrdinals;
        this.jobs = List.copyOf(jobs);
        this.allocations = List.copyOf(allocations);
        this.evaluations = evaluations;
        this.deployments = deployments;
    }

    /** Index of the view before. */
    public long sinceIndex() {
        return sinceIndex;
    }

    /** Ordinals of nodes whose row or usage changed. A copy. */
    public int[] nodeOrdinals() {
        return nodeOrdinals.clone();
    }

    /** Jobs whose current version, staged spec or history changed. */
    public List<JobKey> jobs() {
        return jobs;
    }

    /** Allocations placed or changed. */
    public List<AllocationId> allocations() {
        return allocations;
    }

    /** Evaluations created or changed. A copy. */
    public long[] evaluations() {
        return evaluations.clone();
    }

    /** Deployments created or changed. A copy. */
    public long[] deployments() {
        return deployments.clone();
    }
}
