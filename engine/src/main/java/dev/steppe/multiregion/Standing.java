package dev.steppe.multiregion;

import dev.steppe.model.rollout.Deployment;
import dev.steppe.model.rollout.Deployment.GroupState;
import dev.steppe.model.rollout.DeploymentStatus;
import dev.steppe.model.rollout.StatusReason;
import dev.steppe.region.spi.RegionView;
import org.jspecify.annotations.Nullable;

/**
 * How one region stands in a rollout, as one look saw it.
 *
 * @param isRead whether the region answered
 * @param deployment its part of the rollout; null if it has none, or did not answer
 * @param isOvertaken whether it has no part of the rollout and a newer version is what it wants
 */
record Standing(String region, boolean isRead, @Nullable Deployment deployment, boolean isOvertaken) {
    /** The region did not answer. */
    static Standing unread(String region) {
        return new Standing(region, false, null, false);
    }

    /** What {@code view} shows of the rollout of {@code version}. */
    static Standing of(String region, @Nullable RegionView view, long version) {
        if (view == null) {
            return unread(region);
        }
        return new Standing(region, true, view.deployment(), view.deployment() == null && view.version() > version);
    }

    boolean is(DeploymentStatus status) {
        return deployment != null && deployment.status() == status;
    }

    boolean isAtLeast(DeploymentStatus status) {
        return deployment != null && deployment.status().isAtLeast(status);
    }

    boolean isTerminal() {
        return deployment != null && deployment.status().isTerminal();
    }

    /** Its owner stopped the job there: the rollout goes on without it ({@code multiregion.md} 2.13, job stop). */
    boolean isDetached() {
        return is(DeploymentStatus.CANCELLED) && reason() == StatusReason.STOPPED;
    }

    /** Whether it was ever run, or will never be: the next in order need not wait for it. */
    boolean isPastPending() {
        return deployment != null && deployment.status() != DeploymentStatus.PENDING;
    }

    StatusReason reason() {
        return deployment == null ? StatusReason.NONE : deployment.reason();
    }

    /** Why the rollout is over everywhere if it is over here; NONE if that does not follow. */
    StatusReason ending() {
        if (isOvertaken) {
            return StatusReason.SUPERSEDED;
        }
        return is(DeploymentStatus.CANCELLED) && !isDetached() ? reason() : StatusReason.NONE;
    }

    /** Changes with every step forward: status and healthy allocations. */
    long digest() {
        if (deployment == null) {
            return -1;
        }
        long healthyCount = 0;
        for (GroupState group : deployment.groups()) {
            healthyCount += group.healthyCount();
        }
        return (healthyCount << Integer.SIZE) ^ deployment.status().text().hashCode();
    }
}
