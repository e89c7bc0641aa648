package dev.steppe.reconcile;

import dev.steppe.model.job.Job;
import dev.steppe.model.job.JobVersion;
import dev.steppe.model.job.Resources;
import dev.steppe.model.job.TaskGroup;
import dev.steppe.model.placement.Allocation;
import dev.steppe.model.placement.Allocation.ClientStatus;
import dev.steppe.model.placement.Allocation.DesiredStatus;
import dev.steppe.model.placement.Allocation.Health;
import dev.steppe.model.placement.AllocationId;
import dev.steppe.model.placement.Plan;
import dev.steppe.model.rollout.Deployment;
import dev.steppe.model.rollout.DeploymentStatus;
import dev.steppe.model.rollout.StatusReason;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** One job's rows, written by hand or by {@link #apply}, which does what apply does when everything finds a node. */
final class JobWorld {
    final TreeMap<Long, JobVersion> versions = new TreeMap<>();
    final TreeMap<AllocationId, Allocation> allocations = new TreeMap<>();
    final TreeMap<Long, Deployment> deployments = new TreeMap<>();
    final Set<String> down = new HashSet<>();
    long index = 100;
    private long sequence;
    private int nextNode;

    JobWorld submit(Job job) {
        return submit(job, false);
    }

    JobWorld submit(Job job, boolean stable) {
        long version = versions.isEmpty() ? 0 : versions.lastKey() + 1;
        versions.put(version, JobFixture.row(job, version, stable, false));
        return this;
    }

    JobVersion current() {
        return versions.lastEntry().getValue();
    }

    Situation situation() {
        JobVersion stable = versions.descendingMap().values().stream()
                .filter(JobVersion::stable)
                .findFirst()
                .orElse(null);
        return new Situation(
                current(),
                stable,
                List.copyOf(allocations.values()),
                List.copyOf(deployments.values()),
                versions::get,
                down::contains);
    }

    Reconciliation reconcile() {
        return Reconciler.reconcile(situation());
    }

    /**
     * Running allocations {@code from} to {@code to - 1} of {@code web} under {@code version}, each on its own node.
     */
    JobWorld running(long version, int from, int to) {
        for (int ordinal = from; ordinal < to; ordinal++) {
            put("web", ordinal, version, 0, ClientStatus.RUNNING, Health.HEALTHY);
        }
        return this;
    }

    Allocation put(String group, int ordinal, long version, long deploymentId, ClientStatus client, Health health) {
        Allocation one = new Allocation(
                AllocationId.of(1, ++sequence, 0),
                new Allocation.Slot(current().key(), group, ordinal),
                "node" + nextNode++,
                new Allocation.Origin(10, version, deploymentId),
                Resources.NONE,
                null,
                0,
                new Allocation.Status(DesiredStatus.RUN, client, health, "", 0),
                ++index,
                index);
        allocations.put(one.id(), one);
        return one;
    }

    Allocation change(Allocation one, DesiredStatus desired, ClientStatus client, Health health) {
        Allocation changed = one.withStatus(new Allocation.Status(desired, client, health, "", index), ++index);
        allocations.put(one.id(), changed);
        return changed;
    }

    Deployment deploy(long version, DeploymentStatus status, Deployment.GroupState... groups) {
        long id = ++index << 16;
        Deployment row = new Deployment(
                id,
                current().key(),
                new Deployment.Version(10, version),
                status,
                StatusReason.NONE,
                "",
                List.of(groups),
                null,
                index,
                index);
        deployments.put(id, row);
        return row;
    }

    static Deployment.GroupState goal(String group, int desiredTotal, int placed, int healthy, int unhealthy) {
        return new Deployment.GroupState(group, false, 600_000, 0, desiredTotal, placed, healthy, unhealthy);
    }

    /** Commits an answer; those of its placements that {@code finds} refuses are left out, with their stops. */
    void apply(Reconciliation answer, Predicate<Reconciliation.Wanted> finds) {
        long deploymentId = applyDeployment(answer);
        for (Plan.Stop stop : answer.stops()) {
            stop(stop.id(), stop.lost());
        }
        for (Plan.InPlace update : answer.updates()) {
            Allocation one = allocations.get(update.id());
            long id = update.inDeployment() ? deploymentId : 0;
            Allocation moved =
                    one.withOrigin(new Allocation.Origin(10, current().version(), id), one.status(), ++index);
            allocations.put(one.id(), moved);
            count(moved, 1, one.status().health() == Health.HEALTHY ? 1 : 0);
        }
        for (Reconciliation.Wanted wanted : answer.wanted()) {
            if (finds.test(wanted)) {
                if (wanted.replaced() != null) {
                    stop(wanted.replaced(), false);
                }
                long id = wanted.inDeployment() ? deploymentId : 0;
                Allocation placed = put(
                        wanted.group(),
                        wanted.ordinal(),
                        wanted.version().version(),
                        id,
                        ClientStatus.PENDING,
                        Health.UNKNOWN);
                count(placed, 1, 0);
            }
        }
    }

    private long applyDeployment(Reconciliation answer) {
        Plan.DeploymentChange change = answer.deployment();
        if (change.cancelId() != 0) {
            setStatus(change.cancelId(), DeploymentStatus.CANCELLED);
        }
        Deployment active = answer.active();
        if (change.complete()) {
            setStatus(active.id(), DeploymentStatus.SUCCESSFUL);
            JobVersion row = versions.get(active.version().jobVersion());
            versions.put(row.version(), row.withStable(true, ++index));
        }
        if (change.create().isEmpty()) {
            return active == null ? 0 : active.id();
        }
        Deployment.GroupState[] goals = change.create().stream()
                .map(goal -> goal(goal.group(), goal.desiredTotal(), 0, 0, 0))
                .toArray(Deployment.GroupState[]::new);
        return deploy(current().version(), DeploymentStatus.RUNNING, goals).id();
    }

    void setStatus(long id, DeploymentStatus status) {
        deployments.computeIfPresent(id, (unused, row) -> row.withStatus(status, StatusReason.NONE, "", ++index));
    }

    void stop(AllocationId id, boolean lost) {
        Allocation one = allocations.get(id);
        change(
                one,
                DesiredStatus.STOP,
                lost ? ClientStatus.LOST : one.status().client(),
                one.status().health());
    }

    /** Adds to the counters of the deployment that counts the allocation. */
    void count(Allocation one, int placed, int healthy) {
        deployments.computeIfPresent(one.origin().deploymentId(), (unused, row) -> {
            List<Deployment.GroupState> groups = new ArrayList<>();
            for (Deployment.GroupState state : row.groups()) {
                boolean isIts = state.group().equals(one.slot().group());
                groups.add(
                        !isIts
                                ? state
                                : goal(
                                        state.group(),
                                        state.desiredTotal(),
                                        state.placedCount() + placed,
                                        state.healthyCount() + healthy,
                                        state.unhealthyCount()));
            }
            return row.withGroups(groups, ++index);
        });
    }

    void heal(Allocation one) {
        change(one, DesiredStatus.RUN, ClientStatus.RUNNING, Health.HEALTHY);
        count(one, 0, 1);
    }

    List<Allocation> live() {
        return allocations.values().stream().filter(one -> !one.isTerminal()).toList();
    }

    @Nullable
    TaskGroup group(String name) {
        return current().spec().group(name).orElse(null);
    }
}
