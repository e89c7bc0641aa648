package dev.steppe.verify;

import dev.steppe.model.job.JobVersion;
import dev.steppe.model.placement.Allocation;
import dev.steppe.model.placement.Plan;
import dev.steppe.model.rollout.Deployment;
import dev.steppe.model.rollout.DeploymentStatus;
import dev.steppe.state.VerifyView;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Whether what a plan does to deployments is consistent. Answers a sentence, or null if so. Asked after the basis. */
final class DeploymentCheck {
    private DeploymentCheck() {}

    static @Nullable String refusal(Plan plan, JobVersion job, VerifyView view) {
        String reason = ofCreation(plan, job, view);
        if (reason == null) {
            reason = ofCancellation(plan, job, view);
        }
        return reason != null ? reason : ofCompletion(plan, view);
    }

    private static @Nullable String ofCreation(Plan plan, JobVersion job, VerifyView view) {
        List<Plan.GroupGoal> create = plan.deployment().create();
        if (create.isEmpty()) {
            return null;
        }
        if (plan.basis().deploymentId() != 0) {
            return "version " + job.version() + " of job " + plan.job() + " has an active deployment: "
                    + plan.basis().deploymentId();
        }
        Deployment latest = latestOf(job, view);
        if (latest != null && latest.status().isAbsorbed()) {
            return "version " + job.version() + " of job " + plan.job() + " is over: deployment " + latest.id() + " is "
                    + latest.status().text();
        }
        Deployment other = otherActive(plan, view);
        if (other != null) {
            return "deployment " + other.id() + " of version " + other.version().jobVersion()
                    + " is active, and the plan does not cancel it";
        }
        List<Plan.GroupGoal> goals = Plan.GroupGoal.allOf(job.spec());
        return create.equals(goals) ? null : "a deployment of " + create + " was asked for, the job wants " + goals;
    }

    private static @Nullable String ofCancellation(Plan plan, JobVersion job, VerifyView view) {
        long cancelId = plan.deployment().cancelId();
        if (cancelId == 0) {
            return null;
        }
        Deployment cancelled = view.deployment(cancelId);
        if (cancelled == null || !cancelled.job().equals(plan.job())) {
            return "deployment " + cancelId + " to be cancelled is not one of job " + plan.job();
        }
        if (isOf(job, cancelled)) {
            return "deployment " + cancelId + " to be cancelled is of version " + job.version() + ", which is planned";
        }
        return cancelled.status().isActive()
                ? null
                : "deployment " + cancelId + " to be cancelled is "
                        + cancelled.status().text();
    }

    private static @Nullable String ofCompletion(Plan plan, VerifyView view) {
        if (!plan.deployment().complete()) {
            return null;
        }
        Deployment deployment = view.deployment(plan.basis().deploymentId());
        if (deployment == null || deployment.status() != DeploymentStatus.RUNNING) {
            return "no running deployment that could be complete: "
                    + plan.basis().deploymentId();
        }
        for (Deployment.GroupState group : deployment.groups()) {
            if (group.healthyCount() < group.desiredTotal()) {
                return "group " + group.group() + " of deployment " + deployment.id() + " is not complete: "
                        + group.healthyCount() + " of " + group.desiredTotal() + " healthy";
            }
        }
        if (!plan.places().isEmpty() || !plan.updates().isEmpty() || stopsOf(plan, deployment, view)) {
            return "deployment " + deployment.id()
                    + " is not complete while allocations are placed, updated or stopped";
        }
        return null;
    }

    private static boolean stopsOf(Plan plan, Deployment deployment, VerifyView view) {
        for (Plan.Stop stop : plan.stops()) {
            Allocation row = view.allocation(stop.id());
            if (row != null && row.origin().deploymentId() == deployment.id()) {
                return true;
            }
        }
        return false;
    }

    private static @Nullable Deployment otherActive(Plan plan, VerifyView view) {
        for (Deployment deployment : view.deploymentsOfJob(plan.job())) {
            if (deployment.status().isActive()
                    && deployment.id() != plan.deployment().cancelId()) {
                return deployment;
            }
        }
        return null;
    }

    /** The latest deployment of this version, or null. */
    static @Nullable Deployment latestOf(JobVersion job, VerifyView view) {
        Deployment latest = null;
        for (Deployment deployment : view.deploymentsOfJob(job.key())) {
            latest = isOf(job, deployment) ? deployment : latest;
        }
        return latest;
    }

    private static boolean isOf(JobVersion job, Deployment deployment) {
        return deployment.version().jobVersion() == job.version()
                && deployment.version().jobCreateIndex() == job.indexes().createIndex();
    }
}
