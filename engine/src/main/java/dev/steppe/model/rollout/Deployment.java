package dev.steppe.model.rollout;

import dev.steppe.model.job.JobKey;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How far one version of a job has come in one region. Written only by its region's own log.
 *
 * @param id see {@code Evaluation.idAt}
 * @param version what is deployed
 * @param status where it stands
 * @param reason why, for FAILED and CANCELLED; else NONE
 * @param description one sentence for operators; names the peer region where there is one
 * @param groups one for each group that it has to bring up, in the job's order
 * @param membership its place in a rollout over regions; null for a deployment of its own (reverts too, S9)
 * @param createIndex entry that created it
 * @param modifyIndex entry that last changed it
 */
public record Deployment(
        long id,
        JobKey job,
        Version version,
        DeploymentStatus status,
        StatusReason reason,
        String description,
        List<GroupState> groups,
        @Nullable RolloutMembership membership,
        long createIndex,
        long modifyIndex) {
    /** Takes an ordered copy. */
    public Deployment {
        groups = List.copyOf(groups);
    }

    /**
     * Which version of which incarnation.
     *
     * @param jobCreateIndex 0 while the deployment is pending and the job does not exist here yet
     */
    public record Version(long jobCreateIndex, long jobVersion) {}

    /**
     * One group of it ({@code scheduling.md} 1.9.3).
     *
     * @param requireProgressByMs log time at which it fails without progress; 0 = not armed
     * @param desiredTotal allocations to bring up
     * @param placedCount allocations placed for it so far
     * @param healthyCount of those, how many are healthy
     * @param unhealthyCount of those, how many are unhealthy
     */
    public record GroupState(
            String group,
            boolean autoRevert,
            long progressDeadlineMs,
            long requireProgressByMs,
            int desiredTotal,
            int placedCount,
            int healthyCount,
            int unhealthyCount) {}

    /** The same deployment in another state, written by entry {@code index}. */
    public Deployment withStatus(DeploymentStatus newStatus, StatusReason newReason, String words, long index) {
        return new Deployment(id, job, version, newStatus, newReason, words, groups, membership, createIndex, index);
    }

    /** The same deployment with other group states, written by entry {@code index}. */
    public Deployment withGroups(List<GroupState> newGroups, long index) {
        return new Deployment(id, job, version, status, reason, description, newGroups, membership, createIndex, index);
    }

    /** The same deployment with another membership, written by entry {@code index}. */
    public Deployment withMembership(@Nullable RolloutMembership newMembership, long index) {
        return new Deployment(id, job, version, status, reason, description, groups, newMembership, createIndex, index);
    }
}
