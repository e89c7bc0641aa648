package dev.steppe.api;

import dev.steppe.model.job.JobKey;
import dev.steppe.model.job.JobVersion;
import dev.steppe.model.node.NodeRow;
import dev.steppe.model.placement.Allocation;
import dev.steppe.model.rollout.Deployment;
import java.util.List;
import java.util.Optional;

/** An immutable picture of the state; safe to keep and to read from any thread. */
public interface EngineView {
    /** Last entry contained. */
    long index();

    /** Hash of the state; equal for equal states. */
    long stateHash();

    /** The machine. */
    Optional<NodeRow> node(String nodeId);

    /** The job's current version. */
    Optional<JobVersion> job(JobKey job);

    /** All allocations of the job, ended ones too, ordered by id. */
    List<Allocation> allocations(JobKey job);

    /** What is live on a machine, ordered by id. */
    List<Allocation> allocationsOn(String nodeId);

    /** The job's deployments, oldest first. */
    List<Deployment> deployments(JobKey job);
}
