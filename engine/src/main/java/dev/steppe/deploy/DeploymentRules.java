package dev.steppe.deploy;

import dev.steppe.model.rollout.Deployment;
import dev.steppe.model.rollout.Deployment.GroupState;
import dev.steppe.model.rollout.DeploymentStatus;
import dev.steppe.model.rollout.RolloutMembership;
import dev.steppe.model.rollout.StatusReason;
import org.jspecify.annotations.Nullable;

/**
 * When a deployment has failed ({@code scheduling.md} 10.3; {@code multiregion.md} 2.8): functions of its row and of
 * time.
 */
final class DeploymentRules {
    private DeploymentRules() {}

    /** Why it fails, and the group that is to blame; empty for the deployment as a whole. */
    record Failure(StatusReason reason, String group) {}

    /**
     * Why {@code deployment} fails at log time {@code nowMs}; null if it does not.
     *
     * @param failsStalled whether its stall time counts here; it does not where a watcher looks at the peers first
     * @param deadlinesCount whether deadlines count yet
     */
    static @Nullable Failure failure(Deployment deployment, long nowMs, boolean failsStalled, boolean deadlinesCount) {
        if (deployment.status() == DeploymentStatus.RUNNING) {
            for (GroupState group : deployment.groups()) {
                if (group.progressDeadlineMs() == 0 && group.unhealthyCount() > 0) {
                    return new Failure(StatusReason.UNHEALTHY, group.group());
                }
                if (deadlinesCount && isArmed(group) && nowMs >= group.requireProgressByMs()) {
                    return new Failure(StatusReason.PROGRESS_DEADLINE, group.group());
                }
            }
        }
        boolean isStalled = deadlinesCount && failsStalled && nowMs >= stallMs(deployment);
        return isStalled ? new Failure(StatusReason.STALL, "") : null;
    }

    /** Log time of the next deadline; {@code Long.MAX_VALUE} if none is armed. */
    static long nextDeadlineMs(Deployment deployment, boolean failsStalled) {
        long nextMs = failsStalled ? stallMs(deployment) : Long.MAX_VALUE;
        if (deployment.status() == DeploymentStatus.RUNNING) {
            for (GroupState group : deployment.groups()) {
                if (isArmed(group)) {
                    nextMs = Math.min(nextMs, group.requireProgressByMs());
                }
            }
        }
        return nextMs;
    }

    /** Whether the health that was reported differs: the reconciler may go on. */
    static boolean isHealthChanged(Deployment before, Deployment after) {
        for (int i = 0; i < after.groups().size(); i++) {
            GroupState then = before.groups().get(i);
            GroupState now = after.groups().get(i);
            if (then.healthyCount() != now.healthyCount() || then.unhealthyCount() != now.unhealthyCount()) {
                return true;
            }
        }
        return false;
    }

    /** A finished group has no deadline. */
    private static boolean isArmed(GroupState group) {
        return group.requireProgressByMs() > 0 && group.healthyCount() < group.desiredTotal();
    }

    private static long stallMs(Deployment deployment) {
        RolloutMembership membership = deployment.membership();
        boolean isWaiting =
                deployment.status() == DeploymentStatus.PENDING || deployment.status() == DeploymentStatus.BLOCKED;
        return membership == null || !isWaiting || membership.stallByMs() == 0
                ? Long.MAX_VALUE
                : membership.stallByMs();
    }
}
