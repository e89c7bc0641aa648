package dev.steppe.planner;

import dev.steppe.model.placement.Evaluation;
import dev.steppe.model.placement.GroupFailure;
import dev.steppe.model.placement.Plan;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The answer to an evaluation on one view.
 *
 * @param snapshotIndex index of that view
 * @param plan what to do; null if there is nothing to do
 * @param hasMore whether there is more to do than one plan may hold: ask again once this one is committed
 * @param failures groups that found no node for all that is wanted, one each
 */
public record PlanAttempt(long snapshotIndex, @Nullable Plan plan, boolean hasMore, List<GroupFailure> failures) {
    /** Takes an ordered copy. */
    public PlanAttempt {
        failures = List.copyOf(failures);
    }

    /** What the evaluation is once the plan is committed in full: COMPLETE, or BLOCKED if some group found no node. */
    public Evaluation.Status conclusion() {
        return failures.isEmpty() ? Evaluation.Status.COMPLETE : Evaluation.Status.BLOCKED;
    }
}
