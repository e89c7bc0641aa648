package dev.steppe.planner;

import dev.steppe.feasible.ConditionSet;
import dev.steppe.feasible.FeasibilityMemo;
import dev.steppe.model.job.Job;
import dev.steppe.model.job.JobVersion;
import dev.steppe.model.job.TaskGroup;
import dev.steppe.model.node.NodeRow;
import dev.steppe.model.placement.Evaluation;
import dev.steppe.model.placement.Plan;
import dev.steppe.model.rollout.Deployment;
import dev.steppe.rank.NodeSearch;
import dev.steppe.reconcile.Reconciler;
import dev.steppe.reconcile.Reconciliation;
import dev.steppe.reconcile.Situation;
import dev.steppe.state.StateView;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Answers evaluations, one at a time, each on one view. Owned by one planner agent; several planners work side by side
 * and share nothing but views.
 *
 * <p>Losing a race is normal: a plan says what its planner read, and whoever commits it refuses what has changed. Equal
 * evaluations on equal views get equal plans from planners of equal configuration.
 */
public final class Planner {
    private final PlannerConfig config;
    private final NodeSearch search;
    private final FeasibilityMemo memo;
    private final GroupFilter filter = new GroupFilter();

    /** A planner that has seen nothing yet. */
    public Planner(PlannerConfig config) {
        this.config = config;
        search = new NodeSearch(config.shard());
        memo = new FeasibilityMemo(config.conditionSetsMax());
    }

    /**
     * What to do about the job of {@code evaluation}, as {@code view} has it. Costs what the job has, and its searches.
     */
    public PlanAttempt attempt(Evaluation evaluation, StateView view) {
        Situation situation =
                Situation.of(view, evaluation.job(), (job, group, node) -> admits(view, job, group, node));
        if (situation == null) {
            return new PlanAttempt(view.index(), null, false, List.of());
        }
        JobVersion job = situation.job();
        search.show(view.nodes());
        Reconciliation wanted = Reconciler.reconcile(situation);
        if (wanted.isNothing()) {
            return new PlanAttempt(view.index(), null, false, List.of());
        }
        boolean allAtOnce = job.spec().allAtOnce();
        int rowsMax = allAtOnce ? Integer.MAX_VALUE : config.rowsMax();
        PlanDraft draft = new PlanDraft(view, search, (spec, group) -> filterOf(view, spec, group), rowsMax);
        draft.stop(wanted.stops());
        List<Plan.InPlace> updates = draft.update(wanted.updates());
        draft.place(wanted.wanted(), rowsMax - draft.stops().size() - updates.size());
        Plan.DeploymentChange change = wanted.deployment();
        if (allAtOnce && !draft.failures().isEmpty()) {
            draft.dropPlaces();
            updates = List.of();
            change = new Plan.DeploymentChange(List.of(), change.cancelId(), false);
        }
        Plan plan = new Plan(
                evaluation.id(),
                job.key(),
                basis(job, wanted.active()),
                allAtOnce,
                draft.places(),
                draft.stops(),
                updates,
                change);
        return new PlanAttempt(view.index(), plan.isEmpty() ? null : plan, draft.hasMore(), draft.failures());
    }

    private boolean admits(StateView view, Job job, TaskGroup group, NodeRow node) {
        return filterOf(view, job, group).admits(node.ordinal(), search.nodeClass(node.ordinal()));
    }

    private GroupFilter filterOf(StateView view, Job job, TaskGroup group) {
        filter.use(view, memo.of(ConditionSet.of(job, group)));
        return filter;
    }

    private static Plan.Basis basis(JobVersion job, @Nullable Deployment active) {
        return new Plan.Basis(
                job.indexes().createIndex(),
                job.version(),
                job.indexes().placementIndex(),
                active == null ? 0 : active.id(),
                active == null ? 0 : active.modifyIndex());
    }
}
