package dev.steppe.fsm;

import dev.steppe.model.job.Job;
import dev.steppe.model.job.JobKey;
import dev.steppe.model.job.JobVersion;
import dev.steppe.model.job.TaskGroup;
import dev.steppe.model.job.Update;
import dev.steppe.model.placement.Evaluation.Trigger;
import dev.steppe.model.placement.Plan;
import dev.steppe.model.rollout.Deployment;
import dev.steppe.model.rollout.DeploymentStatus;
import dev.steppe.model.rollout.RolloutMembership;
import dev.steppe.model.rollout.StagedSpec;
import dev.steppe.model.rollout.StatusReason;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** How deployments come to be and move on, whatever command moves them. */
final class DeploymentMoves {
    private DeploymentMoves() {}

    /** A deployment of {@code version} of {@code spec}, of which nothing is placed yet; not stored. */
    static Deployment create(
            EntryTx entry, Job spec, Deployment.Version version, @Nullable RolloutMembership membership) {
        List<Deployment.GroupState> groups = new ArrayList<>();
        for (Plan.GroupGoal goal : Plan.GroupGoal.allOf(spec)) {
            Update update = spec.group(goal.group()).map(TaskGroup::update).orElseThrow();
            groups.add(new Deployment.GroupState(
                    goal.group(), update.autoRevert(), update.progressDeadlineMs(), 0, goal.desiredTotal(), 0, 0, 0));
        }
        return new Deployment(
                entry.nextDeploymentId(),
                spec.key(),
                version,
                membership == null ? DeploymentStatus.RUNNING : DeploymentStatus.PENDING,
                StatusReason.NONE,
                "",
                groups,
                membership,
                entry.index(),
                entry.index());
    }

    /** Complete here: done, or blocked until the other regions of its rollout are. */
    static void complete(EntryTx entry, Deployment deployment) {
        RolloutMembership membership = deployment.membership();
        if (membership == null) {
            succeed(entry, deployment);
            return;
        }
        RolloutMembership stalling = membership.withStallByMs(entry.afterMs(membership.stallAfterMs()));
        entry.state()
                .putDeployment(deployment
                        .withStatus(DeploymentStatus.BLOCKED, StatusReason.NONE, "", entry.index())
                        .withMembership(stalling, entry.index()));
    }

    /** Done; its version becomes stable. */
    static Deployment succeed(EntryTx entry, Deployment deployment) {
        JobVersion row =
                entry.state().jobVersion(deployment.job(), deployment.version().jobVersion());
        if (row != null && row.indexes().createIndex() == deployment.version().jobCreateIndex()) {
            entry.state().putJob(row.withStable(true, entry.index()));
        }
        return move(entry, deployment, DeploymentStatus.SUCCESSFUL, StatusReason.NONE, "");
    }

    /** Cancels every deployment of the job that is running, blocked or unblocking. */
    static void cancelActive(EntryTx entry, JobKey key, StatusReason reason) {
        for (Deployment deployment : entry.state().deploymentsOfJob(key)) {
            if (deployment.status().isActive()) {
                move(entry, deployment, DeploymentStatus.CANCELLED, reason, reason.text());
            }
        }
    }

    /** Drops the staged version of the job, if there is one, and cancels its pending deployment. */
    static void dropStaged(EntryTx entry, JobKey key, StatusReason reason) {
        StagedSpec staged = entry.state().staged(key);
        if (staged == null) {
            return;
        }
        entry.state().dropStaged(key);
        Deployment pending = entry.pendingOf(staged);
        if (pending != null && pending.status() == DeploymentStatus.PENDING) {
            move(entry, pending, DeploymentStatus.CANCELLED, reason, reason.text());
        }
    }

    /**
     * Fails a deployment that is not terminal ({@code multiregion.md} T6, T8; {@code scheduling.md} 10.5). A pending
     * one loses its slot and nothing else happens. Of the others, one whose version is current goes back to the newest
     * stable version if a group says so, and the job is asked about again.
     */
    static Deployment fail(EntryTx entry, Deployment deployment, StatusReason reason, String detail) {
        String cause = detail.isEmpty() ? reason.text() : reason.text() + ": " + detail;
        if (deployment.status() == DeploymentStatus.PENDING) {
            StagedSpec staged = entry.state().staged(deployment.job());
            if (staged != null && staged.deploymentId() == deployment.id()) {
                entry.state().dropStaged(deployment.job());
                revertAtLast(entry, deployment.job());
            }
            return move(entry, deployment, DeploymentStatus.FAILED, reason, cause);
        }
        JobVersion current = entry.state().job(deployment.job());
        String sequel = current == null ? "" : revert(entry, deployment, current);
        Deployment failed = move(entry, deployment, DeploymentStatus.FAILED, reason, cause + sequel);
        JobVersion now = entry.state().job(deployment.job());
        if (now != null) {
            entry.ask(now, Trigger.DEPLOYMENT_WATCHER, 0, deployment.id());
        }
        return failed;
    }

    /**
     * What a staged version kept from happening, now that it went without being run ({@code multiregion.md} S6): the
     * current version goes back if its deployment failed, says so, and there is a version to go back to.
     */
    static void revertAtLast(EntryTx entry, JobKey key) {
        JobVersion current = entry.state().job(key);
        if (current == null) {
            return;
        }
        Deployment latest = null;
        for (Deployment one : entry.state().deploymentsOfJob(key)) {
            boolean isOfCurrent = one.version().jobVersion() == current.version()
                    && one.version().jobCreateIndex() == current.indexes().createIndex();
            latest = isOfCurrent ? one : latest;
        }
        if (latest == null || latest.status() != DeploymentStatus.FAILED) {
            return;
        }
        String sequel = revert(entry, latest, current);
        JobVersion now = entry.state().job(key);
        if (now != null && now.version() != current.version()) {
            move(entry, latest, DeploymentStatus.FAILED, latest.reason(), latest.description() + sequel);
            entry.ask(now, Trigger.DEPLOYMENT_WATCHER, 0, latest.id());
        }
    }

    /** Stores another status; a deployment that neither waits nor is blocked has no stall time. */
    static Deployment move(
            EntryTx entry, Deployment deployment, DeploymentStatus status, StatusReason reason, String words) {
        Deployment moved = deployment.withStatus(status, reason, words, entry.index());
        RolloutMembership membership = deployment.membership();
        if (membership != null) {
            moved = moved.withMembership(membership.withStallByMs(0), entry.index());
        }
        entry.state().putDeployment(moved);
        return moved;
    }

    /**
     * Registers the newest stable version anew if the deployment asks for that; answers how the description goes on.
     */
    private static String revert(EntryTx entry, Deployment deployment, JobVersion current) {
        boolean isWanted = deployment.groups().stream().anyMatch(Deployment.GroupState::autoRevert);
        boolean isCurrent = current.version() == deployment.version().jobVersion() && !current.stopped();
        if (!isWanted || !isCurrent) {
            return "";
        }
        JobVersion stable = entry.state().stableVersion(deployment.job());
        if (stable == null) {
            return "; not rolling back: no version is stable";
        }
        if (stable.specHash() == current.specHash()) {
            return "; not rolling back: version " + stable.version() + " has the same spec";
        }
        StagedSpec staged = entry.state().staged(deployment.job());
        if (staged != null) {
            // A new version would be above the staged one and end its rollout in every region (S5, L4).
            return "; not rolling back: version " + staged.version() + " waits to be run";
        }
        long version = entry.nextVersion(deployment.job());
        JobVersion row =
                JobRows.next(current, stable.spec(), version, stable.specVersion(), stable.specHash(), entry.index());
        entry.state().putJob(JobRows.submittedAt(row, stable.submitTimeMs()));
        return "; rolling back to version " + stable.version();
    }
}
