package dev.steppe.fsm;

import dev.steppe.base.Invariant;
import dev.steppe.model.job.JobVersion;
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
import dev.steppe.verify.PlanVerdict;
import java.util.List;

/** What one plan does, as far as it holds. Made for one plan and thrown away. */
final class PlanEffect {
    private final EntryTx entry;
    private final Plan plan;
    private final PlanVerdict verdict;
    private final JobVersion job;
    private final DeploymentDeltas deltas = new DeploymentDeltas();
    private long deploymentId;
    private boolean hasChangedAllocations;

    PlanEffect(EntryTx entry, Plan plan, PlanVerdict verdict) {
        this.entry = entry;
        this.plan = plan;
        this.verdict = verdict;
        job = versionOf(plan.basis().jobVersion());
        deploymentId = plan.basis().deploymentId();
    }

    /** Writes it and answers how many places hold. */
    int apply(long sequence) {
        deploymentsBefore();
        stops();
        updates();
        int placedCount = places(sequence);
        deltas.flush(entry);
        if (plan.deployment().complete()) {
            DeploymentMoves.complete(entry, deployment(deploymentId));
        }
        if (hasChangedAllocations) {
            entry.state().putJob(versionOf(job.version()).withPlacementIndex(entry.index()));
        }
        return placedCount;
    }

    private void deploymentsBefore() {
        Plan.DeploymentChange change = plan.deployment();
        if (change.cancelId() != 0) {
            DeploymentMoves.move(
                    entry,
                    deployment(change.cancelId()),
                    DeploymentStatus.CANCELLED,
                    StatusReason.SUPERSEDED,
                    StatusReason.SUPERSEDED.text());
        }
        if (!change.create().isEmpty()) {
            Deployment.Version version = new Deployment.Version(job.indexes().createIndex(), job.version());
            Deployment created = DeploymentMoves.create(entry, job.spec(), version, null);
            entry.state().putDeployment(created);
            deploymentId = created.id();
        }
    }

    private void stops() {
        List<Plan.Stop> stops = plan.stops();
        for (int i = 0; i < stops.size(); i++) {
            if (verdict.holdsStop(i)) {
                stop(stops.get(i));
            }
        }
    }

    private void stop(Plan.Stop stop) {
        Allocation row = allocation(stop.id());
        Allocation.Status before = row.status();
        boolean isLost = stop.lost() && !before.client().isTerminal();
        deltas.health(row, Health.UNKNOWN);
        entry.state()
                .putAllocation(row.withStatus(
                        new Allocation.Status(
                                DesiredStatus.STOP,
                                isLost ? ClientStatus.LOST : before.client(),
                                before.health(),
                                stop.reason().text(),
                                before.healthIndex()),
                        entry.index()));
        hasChangedAllocations = true;
    }

    private void updates() {
        List<Plan.InPlace> updates = plan.updates();
        for (int i = 0; i < updates.size(); i++) {
            if (verdict.holdsUpdate(i)) {
                update(updates.get(i));
            }
        }
    }

    /** It goes on under another version; whether it is healthy there its client has yet to say. */
    private void update(Plan.InPlace update) {
        Allocation row = allocation(update.id());
        Allocation.Origin origin = origin(job.version(), update.inDeployment());
        deltas.health(row, Health.UNKNOWN);
        deltas.placed(origin.deploymentId(), row.slot().group());
        Allocation.Status status =
                new Allocation.Status(DesiredStatus.RUN, row.status().client(), Health.UNKNOWN, "", 0);
        entry.state().putAllocation(row.withOrigin(origin, status, entry.index()));
        hasChangedAllocations = true;
    }

    private int places(long sequence) {
        List<Plan.Place> places = plan.places();
        int placedCount = 0;
        for (int i = 0; i < places.size(); i++) {
            if (verdict.holdsPlace(i)) {
                place(AllocationId.of(entry.term(), sequence, i), places.get(i));
                placedCount++;
            }
        }
        return placedCount;
    }

    private void place(AllocationId id, Plan.Place place) {
        TaskGroup group =
                versionOf(place.jobVersion()).spec().group(place.group()).orElseThrow();
        Allocation.Origin origin = origin(place.jobVersion(), place.inDeployment());
        entry.state()
                .putAllocation(new Allocation(
                        id,
                        new Allocation.Slot(plan.job(), place.group(), place.ordinal()),
                        place.nodeId(),
                        origin,
                        group.ask(),
                        place.previous(),
                        place.score(),
                        Allocation.Status.PENDING,
                        entry.index(),
                        entry.index()));
        deltas.placed(origin.deploymentId(), place.group());
        hasChangedAllocations = true;
    }

    private Allocation.Origin origin(long version, boolean inDeployment) {
        return new Allocation.Origin(job.indexes().createIndex(), version, inDeployment ? deploymentId : 0);
    }

    private JobVersion versionOf(long version) {
        JobVersion row = entry.state().jobVersion(plan.job(), version);
        if (row == null) {
            throw Invariant.broken(
                    "a verified plan names a version that is not there: " + version,
                    plan.job().toString());
        }
        return row;
    }

    private Deployment deployment(long id) {
        Deployment row = entry.state().deployment(id);
        if (row == null) {
            throw Invariant.broken("a verified plan names a deployment that is not there: id", id);
        }
        return row;
    }

    private Allocation allocation(AllocationId id) {
        Allocation row = entry.state().allocation(id);
        if (row == null) {
            throw Invariant.broken("a verified plan names an allocation that is not there", id.toString());
        }
        return row;
    }
}
