package dev.steppe.verify;

import dev.steppe.model.job.JobVersion;
import dev.steppe.model.job.TaskGroup;
import dev.steppe.model.placement.Plan;
import dev.steppe.model.rollout.Deployment;
import dev.steppe.state.VerifyView;
import org.jspecify.annotations.Nullable;

/**
 * What the rows of one plan are judged by, once its basis holds.
 *
 * @param job the current version, which is the basis'
 * @param deployment the active deployment of that version, or null
 * @param isHalted whether that version's latest deployment is over without success: it places no more of itself
 * @param stable the newest version marked stable, or null
 */
record PlanFacts(
        Plan plan,
        VerifyView view,
        JobVersion job,
        @Nullable Deployment deployment,
        boolean isHalted,
        @Nullable JobVersion stable) {

    static PlanFacts of(Plan plan, VerifyView view, JobVersion job) {
        Deployment latest = DeploymentCheck.latestOf(job, view);
        boolean isHalted = latest != null && latest.status().isAbsorbed();
        return new PlanFacts(plan, view, job, view.activeDeployment(job), isHalted, view.stableVersion(job.key()));
    }

    /**
     * The version that an allocation placed in {@code group} runs: the current one; while that is halted the stable
     * one, which replaces what was lost, if there is one and it has the group.
     */
    JobVersion versionFor(String group) {
        return isHalted && stable != null && stable.spec().group(group).isPresent() ? stable : job;
    }

    /** Whether the deployment of the basis, or the one that this plan creates, counts allocations of {@code group}. */
    boolean isDeployed(String group) {
        if (deployment != null) {
            return deployment.groups().stream().anyMatch(state -> state.group().equals(group));
        }
        return plan.deployment().create().stream().anyMatch(goal -> goal.group().equals(group));
    }

    /** Whether the basis' version wants an allocation in this place. */
    boolean isWanted(String group, int ordinal) {
        TaskGroup wanted = job.spec().group(group).orElse(null);
        return wanted != null && ordinal >= 0 && ordinal < wanted.count();
    }

    /** Where an allocation moves that is updated in place: the active deployment, or 0; -1 if the plan creates it. */
    long deploymentIdFor(boolean inDeployment) {
        if (!inDeployment) {
            return 0;
        }
        return deployment == null ? -1 : deployment.id();
    }
}
