package dev.steppe.planner;

import dev.steppe.base.Invariant;
import dev.steppe.model.job.Job;
import dev.steppe.model.job.JobVersion;
import dev.steppe.model.job.Resources;
import dev.steppe.model.job.TaskGroup;
import dev.steppe.model.node.NodeRow;
import dev.steppe.model.placement.Allocation;
import dev.steppe.model.placement.AllocationId;
import dev.steppe.model.placement.GroupFailure;
import dev.steppe.model.placement.Plan;
import dev.steppe.rank.NodeSearch;
import dev.steppe.reconcile.Reconciliation.Wanted;
import dev.steppe.state.StateView;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The plan of one attempt while it grows. Used once; the search and the filter are lent by the planner. */
final class PlanDraft {
    private final StateView view;
    private final NodeSearch search;
    private final GroupConditions conditions;
    private final int rowsMax;
    private final List<Plan.Place> places = new ArrayList<>();
    private final List<Plan.Stop> stops = new ArrayList<>();
    private final Map<String, Integer> unplaced = new TreeMap<>();
    private final Map<String, GroupFailure> failures = new TreeMap<>();
    private boolean hasMore;
    private @Nullable Terms terms;

    /** What one planner asks about a group of a version. */
    interface GroupConditions {
        /** Sets up the filter for it. */
        GroupFilter of(Job job, TaskGroup group);
    }

    /** What a group of a version asks for; one after the other of them is placed on the same terms. */
    private record Terms(JobVersion version, String group, Resources ask, GroupFilter filter) {
        boolean areOf(Wanted wanted) {
            return version.version() == wanted.version().version() && group.equals(wanted.group());
        }
    }

    PlanDraft(StateView view, NodeSearch search, GroupConditions conditions, int rowsMax) {
        this.view = view;
        this.search = search;
        this.conditions = conditions;
        this.rowsMax = rowsMax;
    }

    /** Stops come first, and free what their allocations hold. */
    void stop(List<Plan.Stop> wanted) {
        int count = Math.min(wanted.size(), rowsMax);
        hasMore |= count < wanted.size();
        for (Plan.Stop stop : wanted.subList(0, count)) {
            stops.add(stop);
            free(stop.id());
        }
    }

    List<Plan.InPlace> update(List<Plan.InPlace> wanted) {
        int count = Math.min(wanted.size(), rowsMax - stops.size());
        hasMore |= count < wanted.size();
        return wanted.subList(0, count);
    }

    /**
     * Finds nodes for what is wanted, {@code rowsLeft} rows at most; nothing if the stops did not fit into the plan.
     */
    void place(List<Wanted> wanted, int rowsLeft) {
        int left = hasMore ? 0 : rowsLeft;
        for (Wanted one : wanted) {
            int rows = one.replaced() == null ? 1 : 2;
            if (rows > left) {
                hasMore = true;
                return;
            }
            left -= place(one) ? rows : 0;
        }
    }

    private boolean place(Wanted wanted) {
        AllocationId replaced = wanted.replaced();
        if (replaced == null && unplaced.containsKey(wanted.group())) {
            // Its siblings found no node on these same terms.
            unplaced.merge(wanted.group(), 1, Integer::sum);
            return false;
        }
        Terms now = termsOf(wanted);
        GroupFilter filter = now.filter();
        Resources ask = now.ask();
        Allocation freed = replaced == null ? null : free(replaced);
        int ordinal = search.select(ask, filter);
        if (ordinal == NodeSearch.NONE) {
            failures.computeIfAbsent(wanted.group(), name -> FailureCount.of(name, 0, ask, search, filter));
            if (freed != null) {
                search.takeBack(ordinalOf(freed), freed.resources());
            }
            unplaced.merge(wanted.group(), 1, Integer::sum);
            return false;
        }
        search.take(ordinal, ask);
        if (replaced != null) {
            stops.add(new Plan.Stop(replaced, false, Plan.StopReason.UPDATED));
        }
        places.add(row(wanted, view.nodeAt(ordinal), search.score()));
        return true;
    }

    private Terms termsOf(Wanted wanted) {
        Terms last = terms;
        if (last != null && last.areOf(wanted)) {
            return last;
        }
        Job spec = wanted.version().spec();
        TaskGroup group = spec.group(wanted.group())
                .orElseThrow(() -> Invariant.broken("a group that is wanted is not there", wanted.group()));
        Terms next = new Terms(wanted.version(), wanted.group(), group.ask(), conditions.of(spec, group));
        terms = next;
        return next;
    }

    private static Plan.Place row(Wanted wanted, NodeRow node, int score) {
        return new Plan.Place(
                wanted.group(),
                wanted.ordinal(),
                node.node().id(),
                node.specIndex(),
                wanted.version().version(),
                wanted.inDeployment(),
                wanted.previous(),
                score);
    }

    /** Frees what a stopped allocation holds; null if it holds nothing. */
    private @Nullable Allocation free(AllocationId id) {
        Allocation one = view.allocation(id);
        if (one == null || one.isTerminal()) {
            return null;
        }
        search.giveBack(ordinalOf(one), one.resources());
        return one;
    }

    private int ordinalOf(Allocation one) {
        NodeRow node = view.node(one.nodeId());
        if (node == null) {
            throw Invariant.broken("a live allocation is on no node", one.id().toString());
        }
        return node.ordinal();
    }

    List<GroupFailure> failures() {
        List<GroupFailure> all = new ArrayList<>();
        failures.forEach((group, failure) -> all.add(new GroupFailure(
                group,
                unplaced.getOrDefault(group, 0),
                failure.nodesEvaluated(),
                failure.nodesFiltered(),
                failure.nodesExhausted(),
                failure.reasons())));
        return all;
    }

    boolean hasMore() {
        return hasMore;
    }

    /** Takes back all places and what only they would stop: a plan that is taken wholly or not at all has a hole. */
    void dropPlaces() {
        places.clear();
        stops.removeIf(stop -> stop.reason() == Plan.StopReason.UPDATED);
    }

    List<Plan.Place> places() {
        return places;
    }

    List<Plan.Stop> stops() {
        return stops;
    }
}
