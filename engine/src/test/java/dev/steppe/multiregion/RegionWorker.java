package dev.steppe.multiregion;

import dev.steppe.command.Command;
import dev.steppe.model.job.JobVersion;
import dev.steppe.model.job.TaskGroup;
import dev.steppe.model.placement.Allocation;
import dev.steppe.model.placement.AllocationId;
import dev.steppe.model.placement.Evaluation;
import dev.steppe.model.placement.Plan;
import dev.steppe.model.rollout.Deployment;
import dev.steppe.model.rollout.Deployment.GroupState;
import dev.steppe.model.rollout.DeploymentStatus;
import dev.steppe.state.StateView;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Stands for planners and clients of one region with one big node: says which entry brings its job closer to what is
 * wanted. Places all of a version at once, reports one allocation at a time, in the health that the test decides.
 */
final class RegionWorker {
    static final String NODE = "node-1";

    /** Releases whose allocations never become healthy here. */
    final TreeSet<String> broken = new TreeSet<>();

    /** Nothing is placed or reported here. */
    boolean isOnHold;

    private long sequence;

    /** The next entry that is due for the job; null if there is nothing to do. */
    @Nullable
    Command next(StateView view, long term) {
        JobVersion job = view.job(WorldJobs.APP);
        if (job == null || isOnHold) {
            return null;
        }
        Command report = report(view);
        return report != null ? report : plan(view, job, term);
    }

    /** One allocation whose client has not said anything of it. */
    private @Nullable Command report(StateView view) {
        for (Allocation allocation : view.allocationsOfJob(WorldJobs.APP)) {
            if (!allocation.isTerminal() && allocation.status().health() == Allocation.Health.UNKNOWN) {
                JobVersion version =
                        view.jobVersion(WorldJobs.APP, allocation.origin().jobVersion());
                boolean isBroken = version != null && broken.contains(WorldJobs.release(version.spec()));
                return new Command.ReportAllocations(
                        NODE,
                        List.of(new Command.ReportAllocations.Report(
                                allocation.id(),
                                Allocation.ClientStatus.RUNNING,
                                isBroken ? Allocation.Health.UNHEALTHY : Allocation.Health.HEALTHY)));
            }
        }
        return null;
    }

    private @Nullable Command plan(StateView view, JobVersion job, long term) {
        Deployment active = view.activeDeployment(job);
        Deployment latest = latestOf(view, job);
        boolean isOver = active == null && latest != null && latest.status().isAbsorbed();
        List<Plan.Stop> stops = new ArrayList<>();
        TreeSet<String> held = new TreeSet<>();
        for (Allocation allocation : view.allocationsOfJob(WorldJobs.APP)) {
            if (!allocation.isTerminal() && allocation.origin().jobVersion() == job.version()) {
                held.add(allocation.slot().name());
            } else if (!allocation.isTerminal() && !isOver) {
                stops.add(new Plan.Stop(allocation.id(), false, Plan.StopReason.UPDATED));
            }
        }
        List<Plan.GroupGoal> create = latest == null ? Plan.GroupGoal.allOf(job.spec()) : List.of();
        List<Plan.Place> places = isOver ? List.of() : places(view, job, held);
        boolean isComplete = places.isEmpty() && stops.isEmpty() && active != null && isComplete(active);
        if (places.isEmpty() && stops.isEmpty() && create.isEmpty() && !isComplete) {
            return null;
        }
        return commit(view, job, active, new Work(places, stops, create, isComplete), term);
    }

    private record Work(
            List<Plan.Place> places, List<Plan.Stop> stops, List<Plan.GroupGoal> create, boolean complete) {}

    private @Nullable Command commit(
            StateView view, JobVersion job, @Nullable Deployment active, Work work, long term) {
        Evaluation asked = open(view);
        if (asked == null) {
            return new Command.CreateEvaluations(List.of(
                    new Command.CreateEvaluations.Asked(WorldJobs.APP, Evaluation.Trigger.DEPLOYMENT_WATCHER, 0, 0)));
        }
        Plan.Basis basis = new Plan.Basis(
                job.indexes().createIndex(),
                job.version(),
                job.indexes().placementIndex(),
                active == null ? 0 : active.id(),
                active == null ? 0 : active.modifyIndex());
        Plan.DeploymentChange change = new Plan.DeploymentChange(work.create(), 0, work.complete());
        Plan plan = new Plan(asked.id(), WorldJobs.APP, basis, false, work.places(), work.stops(), List.of(), change);
        return new Command.CommitPlans(term, List.of(new Command.CommitPlans.Numbered(++sequence, plan)));
    }

    private static List<Plan.Place> places(StateView view, JobVersion job, Set<String> held) {
        List<Plan.Place> places = new ArrayList<>();
        long specIndex = view.node(NODE).specIndex();
        for (TaskGroup group : job.spec().groups()) {
            for (int ordinal = 0; ordinal < group.count(); ordinal++) {
                Allocation.Slot slot = new Allocation.Slot(WorldJobs.APP, group.name(), ordinal);
                if (!held.contains(slot.name())) {
                    Allocation before = view.latestIn(slot);
                    AllocationId replaced = before == null || before.isTerminal() ? null : before.id();
                    places.add(
                            new Plan.Place(group.name(), ordinal, NODE, specIndex, job.version(), true, replaced, 0));
                }
            }
        }
        return places;
    }

    private static boolean isComplete(Deployment deployment) {
        return deployment.status() == DeploymentStatus.RUNNING
                && deployment.groups().stream().allMatch(RegionWorker::isComplete);
    }

    private static boolean isComplete(GroupState group) {
        return group.healthyCount() >= group.desiredTotal();
    }

    private static @Nullable Deployment latestOf(StateView view, JobVersion job) {
        Deployment latest = null;
        for (Deployment deployment : view.deploymentsOfJob(job.key())) {
            if (deployment.version().jobVersion() == job.version()) {
                latest = deployment;
            }
        }
        return latest;
    }

    private static @Nullable Evaluation open(StateView view) {
        for (Evaluation evaluation : view.evaluationsOfJob(WorldJobs.APP)) {
            if (!evaluation.status().isTerminal()) {
                return evaluation;
            }
        }
        return null;
    }
}
