package dev.steppe.fsm;

import dev.steppe.command.Command;
import dev.steppe.command.CommandOutcome;
import dev.steppe.command.CommandOutcome.Refused.Code;
import dev.steppe.model.job.Job;
import dev.steppe.model.job.JobKey;
import dev.steppe.model.job.JobVersion;
import dev.steppe.model.placement.Evaluation.Trigger;
import dev.steppe.model.rollout.Deployment;
import dev.steppe.model.rollout.DeploymentStatus;
import dev.steppe.model.rollout.RolloutLattice;
import dev.steppe.model.rollout.RolloutMembership;
import dev.steppe.model.rollout.StagedSpec;
import dev.steppe.model.rollout.StatusReason;
import dev.steppe.model.rollout.VerbOutcome;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/** The part of a rollout over regions that happens in this one ({@code multiregion.md} 2.4, 2.5). */
final class RolloutCommands {
    /**
     * Highest version that may be staged: versions of later submissions count on from it, and JSON holds it exactly.
     */
    private static final long VERSION_MAX = 1L << 53;

    private final ToLongFunction<Job> specHash;

    RolloutCommands(ToLongFunction<Job> specHash) {
        this.specHash = specHash;
    }

    /** T1: the slot is written and its deployment is pending; nothing else happens. */
    CommandOutcome stage(EntryTx entry, Command.StageJob command) {
        CommandOutcome refusal = stageRefusal(entry, command);
        if (refusal != null) {
            return refusal;
        }
        Job spec = command.spec();
        DeploymentMoves.dropStaged(entry, spec.key(), StatusReason.SUPERSEDED);
        JobVersion current = entry.state().job(spec.key());
        RolloutMembership membership = command.membership();
        Deployment pending = DeploymentMoves.create(
                entry,
                spec,
                new Deployment.Version(current == null ? 0 : current.indexes().createIndex(), command.version()),
                membership.withStallByMs(entry.afterMs(membership.stallAfterMs())));
        entry.state().putDeployment(pending);
        entry.state()
                .putStaged(new StagedSpec(
                        spec,
                        command.version(),
                        specHash.applyAsLong(spec),
                        membership.rolloutId(),
                        pending.id(),
                        command.submitTimeMs(),
                        entry.index()));
        return new CommandOutcome.JobStaged(entry.index(), command.version(), pending.id());
    }

    static CommandOutcome move(EntryTx entry, Command.MoveRollout command) {
        Deployment deployment = find(entry, command.job(), command.rolloutId());
        if (deployment == null || deployment.version().jobVersion() != command.version()) {
            boolean isOver = entry.highestVersion(command.job()) >= command.version();
            return moved(entry, isOver ? VerbOutcome.SUPERSEDED : VerbOutcome.REFUSED, null);
        }
        DeploymentStatus target =
                RolloutLattice.target(deployment.status(), command.verb()).orElse(null);
        if (target == null) {
            return moved(entry, notMoved(deployment, command), deployment);
        }
        return switch (command.verb()) {
            case RUN -> run(entry, deployment);
            case PREPARE -> applied(entry, DeploymentMoves.move(entry, deployment, target, StatusReason.NONE, ""));
            case COMMIT, UNBLOCK -> applied(entry, DeploymentMoves.succeed(entry, deployment));
            case FAIL ->
                applied(entry, DeploymentMoves.fail(entry, deployment, command.reason(), saidBy(deployment, command)));
            case CANCEL, UNSTAGE -> applied(entry, cancel(entry, deployment, command));
        };
    }

    /** Only forward: a stall time is never brought nearer ({@code multiregion.md} 2.8). */
    static CommandOutcome refreshStall(EntryTx entry, Command.RefreshStall command) {
        Deployment deployment = find(entry, command.job(), command.rolloutId());
        RolloutMembership membership = deployment == null ? null : deployment.membership();
        if (deployment == null || membership == null) {
            return entry.refused(
                    Code.NOT_FOUND, "rollout " + command.rolloutId() + " of job " + command.job() + " is not here");
        }
        boolean isWaiting =
                deployment.status() == DeploymentStatus.PENDING || deployment.status() == DeploymentStatus.BLOCKED;
        long stallByMs = entry.afterMs(membership.stallAfterMs());
        if (isWaiting && stallByMs > membership.stallByMs()) {
            entry.state().putDeployment(deployment.withMembership(membership.withStallByMs(stallByMs), entry.index()));
        }
        return entry.done();
    }

    /** A deployment of this region fails, for what a leader duty or an operator saw (T6). */
    static CommandOutcome fail(EntryTx entry, Command.FailDeployment command) {
        Deployment deployment = entry.state().deployment(command.deploymentId());
        if (deployment == null) {
            return entry.refused(Code.NOT_FOUND, "deployment " + command.deploymentId() + " does not exist");
        }
        if (deployment.status().isTerminal()) {
            return entry.refused(
                    Code.WRONG_STATE,
                    "deployment " + deployment.id() + " is "
                            + deployment.status().text() + " already");
        }
        DeploymentMoves.fail(entry, deployment, command.reason(), command.detail());
        return entry.done();
    }

    private static @Nullable CommandOutcome stageRefusal(EntryTx entry, Command.StageJob command) {
        Job spec = command.spec();
        CommandOutcome invalid = JobCommands.invalid(entry, spec);
        if (invalid != null) {
            return invalid;
        }
        if (spec.multiregion() == null) {
            return entry.refused(
                    Code.INVALID_JOB, "Multiregion is missing; a job of one region is submitted, not staged");
        }
        RolloutMembership membership = command.membership();
        if (command.version() > VERSION_MAX || membership.maxParallel() < 0 || membership.stallAfterMs() < 0) {
            return entry.refused(
                    Code.INVALID_JOB,
                    "version " + command.version() + ", max_parallel " + membership.maxParallel() + ", stall after "
                            + membership.stallAfterMs() + " ms: none may be negative, the version at most "
                            + VERSION_MAX);
        }
        long highest = entry.highestVersion(spec.key());
        if (command.version() <= highest) {
            return entry.refused(
                    Code.VERSION_TOO_LOW,
                    "version " + command.version() + " of job " + spec.key() + " is not above " + highest
                            + ", which is here");
        }
        long checkIndex = entry.checkIndex(spec.key());
        return command.checkIndex() == checkIndex
                ? null
                : JobCommands.conflict(entry, spec.key(), command.checkIndex(), checkIndex);
    }

    /** T2: the slot becomes what is wanted, in one entry with everything that follows from it. */
    private static CommandOutcome run(EntryTx entry, Deployment pending) {
        StagedSpec staged = entry.state().staged(pending.job());
        JobVersion current = entry.state().job(pending.job());
        if (staged == null || staged.deploymentId() != pending.id()) {
            return moved(entry, VerbOutcome.REFUSED, pending);
        }
        JobVersion row = JobRows.next(
                current, staged.spec(), staged.version(), staged.version(), staged.specHash(), entry.index());
        entry.state().dropStaged(pending.job());
        entry.state().putJob(JobRows.submittedAt(row, staged.submitTimeMs()));
        DeploymentMoves.cancelActive(entry, pending.job(), StatusReason.SUPERSEDED);
        Deployment running = DeploymentMoves.move(
                entry,
                armed(entry, pending, row.indexes().createIndex()),
                DeploymentStatus.RUNNING,
                StatusReason.NONE,
                "");
        entry.ask(row, Trigger.JOB_REGISTER, 0, running.id());
        return applied(entry, running);
    }

    /** The deployment of a job that exists from now on, with every group's progress deadline running. */
    private static Deployment armed(EntryTx entry, Deployment pending, long jobCreateIndex) {
        List<Deployment.GroupState> groups = new ArrayList<>();
        for (Deployment.GroupState group : pending.groups()) {
            long deadlineMs = group.progressDeadlineMs();
            groups.add(new Deployment.GroupState(
                    group.group(),
                    group.autoRevert(),
                    deadlineMs,
                    deadlineMs > 0 ? entry.afterMs(deadlineMs) : 0,
                    group.desiredTotal(),
                    group.placedCount(),
                    group.healthyCount(),
                    group.unhealthyCount()));
        }
        return new Deployment(
                pending.id(),
                pending.job(),
                new Deployment.Version(jobCreateIndex, pending.version().jobVersion()),
                pending.status(),
                pending.reason(),
                pending.description(),
                groups,
                pending.membership(),
                pending.createIndex(),
                entry.index());
    }

    /** Who asks; empty where this region saw for itself that another one failed, and so says nothing about which. */
    private static String saidBy(Deployment deployment, Command.MoveRollout command) {
        RolloutMembership membership = deployment.membership();
        boolean isOwn = membership != null && membership.region().equals(command.fromRegion());
        return isOwn && command.reason() == StatusReason.PEER ? "" : "said by " + command.fromRegion();
    }

    private static Deployment cancel(EntryTx entry, Deployment deployment, Command.MoveRollout command) {
        StagedSpec staged = entry.state().staged(deployment.job());
        if (staged != null && staged.deploymentId() == deployment.id()) {
            entry.state().dropStaged(deployment.job());
            DeploymentMoves.revertAtLast(entry, deployment.job());
        }
        String words = command.reason().text() + "; said by " + command.fromRegion();
        return DeploymentMoves.move(entry, deployment, DeploymentStatus.CANCELLED, command.reason(), words);
    }

    private static VerbOutcome notMoved(Deployment deployment, Command.MoveRollout command) {
        if (RolloutLattice.isAlready(deployment.status(), command.verb())) {
            return VerbOutcome.ALREADY;
        }
        return deployment.reason() == StatusReason.SUPERSEDED ? VerbOutcome.SUPERSEDED : VerbOutcome.REFUSED;
    }

    /** The latest deployment of the rollout here, or null. */
    private static @Nullable Deployment find(EntryTx entry, JobKey key, String rolloutId) {
        Deployment latest = null;
        for (Deployment deployment : entry.state().deploymentsOfJob(key)) {
            RolloutMembership membership = deployment.membership();
            if (membership != null && membership.rolloutId().equals(rolloutId)) {
                latest = deployment;
            }
        }
        return latest;
    }

    private static CommandOutcome applied(EntryTx entry, Deployment deployment) {
        return moved(entry, VerbOutcome.APPLIED, deployment);
    }

    private static CommandOutcome moved(EntryTx entry, VerbOutcome outcome, @Nullable Deployment deployment) {
        return new CommandOutcome.RolloutMoved(entry.index(), outcome, deployment);
    }
}
