package dev.steppe.demo;

import dev.steppe.model.job.OnFailure;
import dev.steppe.model.rollout.Deployment;
import dev.steppe.model.rollout.DeploymentStatus;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * When a rollout has ended: every region is terminal, or blocked with only a deadline or an operator left to move it.
 */
final class RolloutEnd {
    private final RolloutTimeline timeline;
    private final List<String> regions;
    private final OnFailure onFailure;
    private final long version;

    RolloutEnd(RolloutTimeline timeline, List<String> regions, OnFailure onFailure, long version) {
        this.timeline = timeline;
        this.regions = regions;
        this.onFailure = onFailure;
        this.version = version;
    }

    /** Whether nothing but a deadline or an operator moves it on. */
    boolean isReached() {
        List<DeploymentStatus> statuses = new ArrayList<>();
        for (String region : regions) {
            Optional<Deployment> deployment = timeline.deployment(region, version);
            if (deployment.isEmpty() || !isReverted(region, deployment.get())) {
                return false;
            }
            statuses.add(deployment.get().status());
        }
        for (int position = 0; position < statuses.size(); position++) {
            if (!isResting(position, statuses)) {
                return false;
            }
        }
        return true;
    }

    /** A failed region that had begun and wants to go back has to arrive there. */
    private boolean isReverted(String region, Deployment deployment) {
        boolean begun = timeline.times(region, version).runningAtMs() != null;
        boolean wanted = deployment.groups().stream().anyMatch(Deployment.GroupState::autoRevert);
        if (deployment.status() != DeploymentStatus.FAILED || !begun || !wanted || version == 0) {
            return true;
        }
        Optional<Deployment> revert = timeline.revert(region, version);
        return revert.isPresent() && revert.get().status().isTerminal();
    }

    private boolean isResting(int position, List<DeploymentStatus> statuses) {
        DeploymentStatus status = statuses.get(position);
        if (status.isTerminal()) {
            return true;
        }
        int firstFailed = statuses.indexOf(DeploymentStatus.FAILED);
        if (status != DeploymentStatus.BLOCKED || firstFailed < 0) {
            return false; // Somebody is still to move it, or the barrier is.
        }
        return switch (onFailure) {
            case FAIL_ALL -> false;
            case FAIL_LOCAL -> true;
            case DEFAULT -> position < firstFailed;
        };
    }

    /** {@code successful}, {@code held} or {@code failed}. */
    String outcome() {
        boolean successful = true;
        boolean held = false;
        for (String region : regions) {
            DeploymentStatus status =
                    timeline.deployment(region, version).map(Deployment::status).orElse(DeploymentStatus.PENDING);
            successful &= status == DeploymentStatus.SUCCESSFUL;
            held |= status == DeploymentStatus.BLOCKED;
        }
        return successful ? "successful" : held ? "held" : "failed";
    }
}
