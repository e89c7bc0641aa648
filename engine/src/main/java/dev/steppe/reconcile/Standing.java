package dev.steppe.reconcile;

import dev.steppe.model.job.JobVersion;
import dev.steppe.model.rollout.Deployment;
import dev.steppe.model.rollout.DeploymentStatus;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where the current version of a job stands ({@code scheduling.md} 4.1): its latest deployment, and what is left of an
 * earlier version's.
 *
 * @param latest latest deployment of the current version; null if none
 * @param cancelId deployment of an earlier version that is still under way; 0 if none. A pending one belongs to a
 *     staged version, and is inert
 */
record Standing(@Nullable Deployment latest, long cancelId) {

    static Standing of(JobVersion job, List<Deployment> deployments) {
        Deployment latest = null;
        long cancelId = 0;
        for (Deployment one : deployments) {
            Deployment.Version version = one.version();
            boolean isOfCurrent =
                    version.jobCreateIndex() == job.indexes().createIndex() && version.jobVersion() == job.version();
            if (isOfCurrent) {
                latest = one;
            } else if (one.status().isActive()) {
                cancelId = one.id();
            }
        }
        return new Standing(latest, cancelId);
    }

    /** The latest deployment if it is under way, else null. */
    @Nullable
    Deployment active() {
        return latest != null && latest.status().isActive() ? latest : null;
    }

    /** Whether nothing more of this version may be placed: it failed, was cancelled, or must not run yet. */
    boolean isHalted() {
        return latest != null && active() == null && latest.status() != DeploymentStatus.SUCCESSFUL;
    }

    /** The state of a group in the deployment under way; null if that does not count the group. */
    Deployment.@Nullable GroupState groupState(String group) {
        Deployment active = active();
        if (active == null) {
            return null;
        }
        for (Deployment.GroupState state : active.groups()) {
            if (state.group().equals(group)) {
                return state;
            }
        }
        return null;
    }
}
