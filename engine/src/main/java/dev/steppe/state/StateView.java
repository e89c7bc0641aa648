package dev.steppe.state;

import dev.steppe.model.job.JobKey;
import dev.steppe.model.job.JobVersion;
import dev.steppe.model.node.NodeRow;
import dev.steppe.model.placement.Allocation;
import dev.steppe.model.placement.AllocationId;
import dev.steppe.model.placement.Evaluation;
import dev.steppe.model.rollout.Deployment;
import dev.steppe.model.rollout.StagedSpec;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The state of a region after entry {@link #index()}, immutable and readable by any thread. Look-ups of absent ids
 * answer null; lists and walks have a defined order.
 */
public interface StateView {
    /** Last entry contained; 0 = empty. */
    long index();

    /** Log time of that entry, milliseconds. */
    long logTimeMs();

    /** Hash of all rows; equal for equal states whatever the way they were reached. O(1). */
    long stateHash();

    /** Rows changed since the view before; see {@link Journal}. */
    Journal journal();

    /** The node, or null. */
    @Nullable
    NodeRow node(String nodeId);

    /** The node at a position of the columns; never null below {@link NodeColumns#nodeCount()}. */
    NodeRow nodeAt(int ordinal);

    /** What placement scans: capacities and usage of all nodes, by ordinal. */
    NodeColumns nodes();

    /** The current version of the job (stopped ones too), or null. */
    @Nullable
    JobVersion job(JobKey key);

    /** A version kept in history (at most 6 and the newest stable one), or null. */
    @Nullable
    JobVersion jobVersion(JobKey key, long version);

    /** The newest version marked stable, or null. */
    @Nullable
    JobVersion stableVersion(JobKey key);

    /** Every job's current version, ordered by key. */
    void forEachJob(Consumer<JobVersion> visitor);

    /** The allocation, or null. */
    @Nullable
    Allocation allocation(AllocationId id);

    /** All allocations of the job that are not collected, terminal ones too, ordered by id. */
    List<Allocation> allocationsOfJob(JobKey key);

    /** Allocations on the node that are not terminal, ordered by id. */
    List<Allocation> liveAllocationsOn(int nodeOrdinal);

    /** The evaluation, or null. */
    @Nullable
    Evaluation evaluation(long evalId);

    /** Evaluations of the job, ordered by id. */
    List<Evaluation> evaluationsOfJob(JobKey key);

    /** Every evaluation that is PENDING or BLOCKED, ordered by id. */
    void forEachOpenEvaluation(Consumer<Evaluation> visitor);

    /** The deployment, or null. */
    @Nullable
    Deployment deployment(long deploymentId);

    /** The job's deployments, ordered by id (the last one is the latest). */
    List<Deployment> deploymentsOfJob(JobKey key);

    /** Every deployment that is not terminal, ordered by id. */
    void forEachOpenDeployment(Consumer<Deployment> visitor);

    /** The version staged for the job, or null. */
    @Nullable
    StagedSpec staged(JobKey key);
}
