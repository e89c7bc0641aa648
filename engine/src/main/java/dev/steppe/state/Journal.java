package dev.steppe.state;

import dev.steppe.model.job.JobKey;
import dev.steppe.model.placement.AllocationId;
import java.util.List;

/**
 * The rows that changed between two views, each once, in order of their ids. View and journal are one object, published
 * by one store (DESIGN §5). A reader that saw {@link #sinceIndex()} brings itself up to date with it; one that saw an
 * older view reads everything anew.
 */
public interface Journal {
    /** Index of the view before. */
    long sinceIndex();

    /** Ordinals of nodes whose row or usage changed. */
    int[] nodeOrdinals();

    /** Jobs whose current version, staged spec or history changed. */
    List<JobKey> jobs();

    /** Allocations placed or changed. */
    List<AllocationId> allocations();

    /** Evaluations created or changed. */
    long[] evaluations();

    /** Deployments created or changed. */
    long[] deployments();
}
