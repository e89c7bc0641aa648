package dev.steppe.state;

import dev.steppe.model.job.JobKey;
import dev.steppe.model.job.JobVersion;
import dev.steppe.model.node.NodeRow;
import dev.steppe.model.placement.Allocation;
import dev.steppe.model.placement.AllocationId;
import dev.steppe.model.placement.Evaluation;
import dev.steppe.model.rollout.Deployment;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the verification of a plan reads, and nothing more: a view, the running transaction of apply, or a view with the
 * applier's plans in flight laid over it. Look-ups of absent ids answer null.
 */
public interface VerifyView {
    /** The evaluation, or null. */
    @Nullable
    Evaluation evaluation(long evalId);

    /** The current version of the job (stopped ones too), or null. */
    @Nullable
    JobVersion job(JobKey key);

    /** A version kept in history (at most 6 and the newest stable one), or null. */
    @Nullable
    JobVersion jobVersion(JobKey key, long version);

    /** The newest version marked stable, or null. */
    @Nullable
    JobVersion stableVersion(JobKey key);

    /** The deployment, or null. */
    @Nullable
    Deployment deployment(long deploymentId);

    /** The job's deployments, ordered by id (the last one is the latest). */
    List<Deployment> deploymentsOfJob(JobKey key);

    /**
     * The deployment under which this version of the job runs now, or null: the latest one of it that is running,
     * blocked or unblocking. A pending one is inert and does not count.
     */
    default @Nullable Deployment activeDeployment(JobVersion row) {
        Deployment active = null;
        for (Deployment deployment : deploymentsOfJob(row.key())) {
            boolean isOfVersion = deployment.version().jobVersion() == row.version()
                    && deployment.version().jobCreateIndex() == row.indexes().createIndex();
            if (isOfVersion && deployment.status().isActive()) {
                active = deployment;
            }
        }
        return active;
    }

    /** The allocation, or null. */
    @Nullable
    Allocation allocation(AllocationId id);

    /** The last allocation placed in the slot, live or ended, or null. Only that one can be live. */
    @Nullable
    Allocation latestIn(Allocation.Slot slot);

    /** The node, or null. */
    @Nullable
    NodeRow node(String nodeId);

    /** Capacity less what live allocations hold on the node, MHz; negative if it shrank under them. */
    int freeCpuMhz(int nodeOrdinal);

    /** The same for memory, MiB. */
    int freeMemoryMb(int nodeOrdinal);

    /** The same for disk, MiB. */
    int freeDiskMb(int nodeOrdinal);
}
