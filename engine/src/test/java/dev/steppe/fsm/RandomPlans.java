package dev.steppe.fsm;

import dev.steppe.model.job.JobKey;
import dev.steppe.model.job.JobVersion;
import dev.steppe.model.job.TaskGroup;
import dev.steppe.model.node.NodeRow;
import dev.steppe.model.node.NodeStatus;
import dev.steppe.model.placement.Allocation;
import dev.steppe.model.placement.AllocationId;
import dev.steppe.model.placement.Evaluation;
import dev.steppe.model.placement.Plan;
import dev.steppe.model.rollout.Deployment;
import dev.steppe.model.rollout.DeploymentStatus;
import dev.steppe.state.StateReads;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/** Plans that a careless planner would make: mostly right, on nodes drawn by lot, now and then with a wrong number. */
final class RandomPlans {
    private final SplittableRandom random;
    private final StateReads state;
    private final List<Plan.Place> places = new ArrayList<>();
    private final List<Plan.Stop> stops = new ArrayList<>();
    private final List<Plan.InPlace> updates = new ArrayList<>();

    private RandomPlans(SplittableRandom random, StateReads state) {
        this.random = random;
        this.state = state;
    }

    static @Nullable Plan plan(SplittableRandom random, StateReads state) {
        List<Evaluation> open = new ArrayList<>();
        state.forEachOpenEvaluation(open::add);
        if (open.isEmpty() || state.nodes().nodeCount() == 0) {
            return null;
        }
        Evaluation evaluation = open.get(random.nextInt(open.size()));
        return new RandomPlans(random, state).of(evaluation.id(), state.job(evaluation.job()));
    }

    private Plan of(long evalId, JobVersion job) {
        JobKey key = job.key();
        Deployment active = state.activeDeployment(job);
        boolean isNew = state.deploymentsOfJob(key).stream()
                .noneMatch(row -> row.version().jobVersion() == job.version());
        List<Plan.GroupGoal> create = job.stopped() || !isNew ? List.of() : Plan.GroupGoal.allOf(job.spec());
        boolean isDeployed = active != null || !create.isEmpty();
        for (Allocation row : state.allocationsOfJob(key)) {
            if (!row.isTerminal()) {
                look(job, row, isDeployed);
            }
        }
        if (!job.stopped()) {
            job.spec().groups().forEach(group -> fill(job, group, isDeployed));
        }
        long cancelId = create.isEmpty() ? 0 : otherActive(key, active);
        boolean complete = places.isEmpty() && stops.isEmpty() && updates.isEmpty() && isComplete(active);
        return new Plan(
                evalId,
                key,
                basis(job, active),
                job.spec().allAtOnce(),
                places,
                stops,
                updates,
                new Plan.DeploymentChange(create, cancelId, complete));
    }

    private Plan.Basis basis(JobVersion job, @Nullable Deployment active) {
        long wrong = random.nextInt(20) == 0 ? 1 : 0;
        return new Plan.Basis(
                job.indexes().createIndex(),
                job.version(),
                job.indexes().placementIndex() + wrong,
                active == null ? 0 : active.id(),
                active == null ? 0 : active.modifyIndex());
    }

    private void look(JobVersion job, Allocation row, boolean isDeployed) {
        TaskGroup group = job.spec().group(row.slot().group()).orElse(null);
        boolean isWanted = !job.stopped() && group != null && row.slot().ordinal() < group.count();
        boolean isDown = state.node(row.nodeId()).status() == NodeStatus.DOWN;
        boolean isCurrent = row.origin().jobVersion() == job.version();
        if (isDown) {
            stops.add(new Plan.Stop(row.id(), true, Plan.StopReason.LOST));
        } else if (!isWanted) {
            stops.add(new Plan.Stop(row.id(), false, Plan.StopReason.NOT_NEEDED));
        } else if (!isCurrent && group.ask().equals(row.resources())) {
            updates.add(new Plan.InPlace(row.id(), isDeployed && !group.update().isNone()));
        } else if (!isCurrent && random.nextBoolean()) {
            stops.add(new Plan.Stop(row.id(), false, Plan.StopReason.UPDATED));
        }
    }

    private void fill(JobVersion job, TaskGroup group, boolean isDeployed) {
        for (int i = 0; i < group.count(); i++) {
            Allocation latest = state.latestIn(new Allocation.Slot(job.key(), group.name(), i));
            boolean isStopped =
                    latest != null && stops.stream().anyMatch(stop -> stop.id().equals(latest.id()));
            if (latest == null || latest.isTerminal() || isStopped) {
                NodeRow node = state.nodeAt(random.nextInt(state.nodes().nodeCount()));
                boolean isLost = latest != null && latest.status().client() == Allocation.ClientStatus.LOST;
                AllocationId previous = isStopped || isLost ? latest.id() : null;
                long specIndex = node.specIndex() + (random.nextInt(30) == 0 ? 1 : 0);
                boolean isCounted = isDeployed && !group.update().isNone();
                int score = random.nextInt(1_000_001);
                places.add(new Plan.Place(
                        group.name(), i, node.node().id(), specIndex, job.version(), isCounted, previous, score));
            }
        }
    }

    private long otherActive(JobKey key, @Nullable Deployment active) {
        for (Deployment row : state.deploymentsOfJob(key)) {
            if (row.status().isActive() && !row.equals(active)) {
                return row.id();
            }
        }
        return 0;
    }

    private static boolean isComplete(@Nullable Deployment active) {
        return active != null
                && active.status() == DeploymentStatus.RUNNING
                && active.groups().stream().allMatch(group -> group.healthyCount() >= group.desiredTotal());
    }
}
