package dev.steppe.state;

import dev.steppe.model.job.JobKey;
import dev.steppe.model.job.JobVersion;
import dev.steppe.model.node.NodeRow;
import dev.steppe.model.placement.Allocation;
import dev.steppe.model.placement.Evaluation;
import dev.steppe.model.rollout.Deployment;
import dev.steppe.model.rollout.StagedSpec;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A state that is put together again from the rows of {@link StateContent}: table after table in the order of the
 * methods here, each in its order. Indexes, usage and hashes are made anew on the way. Owned by the apply agent;
 * nothing is seen of it before {@link StateStore#become}. What does not fit together breaks an invariant.
 */
public final class StateRefill {
    private final StateTx tx = new StateTx();

    /** The class with the next number. */
    public void putNodeClass(NodeClass nodeClass) {
        tx.refillNodeClass(nodeClass);
    }

    /** The node with the next ordinal, which belongs to the class {@code nodeClass}. */
    public void putNode(NodeRow row, int nodeClass) {
        tx.refillNode(row, nodeClass);
    }

    /** The next job. */
    public void putJob(JobKey key, List<JobVersion> versions, @Nullable StagedSpec staged) {
        tx.refillJob(key, versions, staged);
    }

    /** The next allocation. Its node may have shrunk below what it holds. */
    public void putAllocation(Allocation row) {
        tx.refillAllocation(row);
    }

    /** The next evaluation. */
    public void putEvaluation(Evaluation row) {
        tx.putEvaluation(row);
    }

    /** The next deployment. */
    public void putDeployment(Deployment row) {
        tx.putDeployment(row);
    }

    /** The transaction, with what was put in as its beginning. */
    StateTx tx() {
        return tx;
    }
}
