package dev.steppe.reconcile;

import dev.steppe.model.job.JobVersion;
import dev.steppe.model.job.TaskGroup;
import dev.steppe.model.placement.Allocation;
import dev.steppe.model.placement.Plan;
import dev.steppe.model.rollout.Deployment;
import dev.steppe.model.rollout.DeploymentStatus;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Compares what a service job wants with what there is. A pure function, callable from any thread.
 *
 * <p>The rules are those of {@code scheduling.md} §4 without canaries, rescheduling, disconnection and migration. Two
 * of our own: what a staged version wants is not looked at, because it is not the current row (DESIGN §9); and while
 * the current version is halted (its deployment failed or was cancelled), lost allocations are replaced by the newest
 * stable version, so that no repair brings out what a rollout has refused ({@code multiregion.md} S7, C7).
 */
public final class Reconciler {
    private Reconciler() {}

    /** What to do about the job. Equal situations have equal answers. */
    public static Reconciliation reconcile(Situation situation) {
        JobVersion job = situation.job();
        Draft draft = new Draft();
        Standing standing = Standing.of(job, situation.deployments());
        Map<String, List<Allocation>> byGroup = byGroup(situation.allocations());
        if (job.stopped()) {
            byGroup.forEach((group, allocations) -> stopAll(situation, group, allocations, draft));
            return answer(draft, Plan.DeploymentChange.NONE, standing.active());
        }
        List<GroupReconciler> groups = new ArrayList<>();
        boolean isCreated = false;
        for (TaskGroup group : job.spec().groups()) {
            List<Allocation> allocations = byGroup.getOrDefault(group.name(), List.of());
            byGroup.remove(group.name());
            GroupReconciler reconciler = new GroupReconciler(situation, group, standing, draft);
            reconciler.compare(allocations);
            isCreated |= reconciler.needsDeployment();
            groups.add(reconciler);
        }
        byGroup.forEach((group, allocations) -> stopAll(situation, group, allocations, draft));
        Deployment active = standing.active();
        boolean isComplete = true;
        for (GroupReconciler group : groups) {
            isComplete &= group.place(isCreated || active != null);
        }
        boolean completes = isComplete && isFinal(active, draft);
        List<Plan.GroupGoal> goals = isCreated ? Plan.GroupGoal.allOf(job.spec()) : List.of();
        return answer(draft, new Plan.DeploymentChange(goals, standing.cancelId(), completes), active);
    }

    /** Whether the deployment is under way, and this answer stops nothing of it. */
    private static boolean isFinal(@Nullable Deployment active, Draft draft) {
        return active != null
                && active.status() == DeploymentStatus.RUNNING
                && draft.stopped.stream().noneMatch(one -> one.origin().deploymentId() == active.id());
    }

    private static Reconciliation answer(Draft draft, Plan.DeploymentChange change, @Nullable Deployment active) {
        return new Reconciliation(draft.wanted(), draft.stops, draft.updates, change, active, draft.tallies);
    }

    private static Map<String, List<Allocation>> byGroup(List<Allocation> allocations) {
        TreeMap<String, List<Allocation>> byGroup = new TreeMap<>();
        for (Allocation one : allocations) {
            byGroup.computeIfAbsent(one.slot().group(), unused -> new ArrayList<>())
                    .add(one);
        }
        return byGroup;
    }

    /** {@code scheduling.md} 4.4. */
    private static void stopAll(Situation situation, String group, List<Allocation> allocations, Draft draft) {
        int stopCount = 0;
        for (Allocation one : allocations) {
            if (one.isTerminal()) {
                continue;
            }
            stopCount++;
            if (situation.nodes().isDown(one.nodeId())) {
                draft.stopLost(one);
            } else {
                draft.stopNotNeeded(one);
            }
        }
        draft.tallies.put(group, new Reconciliation.Tally(0, stopCount, 0, 0, 0));
    }
}
