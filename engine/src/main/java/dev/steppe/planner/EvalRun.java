package dev.steppe.planner;

import dev.steppe.model.placement.Evaluation;
import dev.steppe.model.placement.GroupFailure;
import dev.steppe.model.placement.Plan;
import dev.steppe.state.StateView;
import java.util.List;

/**
 * One leased evaluation on its way to an answer: attempt, submit, and again on a newer view where the plan lost a race
 * ({@code scheduling.md} 3.3). Owned by the planner agent that has the lease; used once.
 *
 * <p>The agent gives it views and what became of its plans, and does what it says. It ends with {@link Step.Conclude}:
 * after five attempts in a row of which nothing was committed, as FAILED with a follow-up.
 */
public final class EvalRun {
    /** Attempts in a row of which nothing is committed ({@code scheduling.md} 3.3.1). */
    public static final int ATTEMPTS_MAX = 5;

    private final Planner planner;
    private final Evaluation evaluation;
    private long waitIndex;
    private int fruitlessCount;
    private PlanAttempt attempt = new PlanAttempt(0, null, false, List.of());

    /** The run of an evaluation that must not be answered on a view below {@code waitIndex}. */
    public EvalRun(Planner planner, Evaluation evaluation, long waitIndex) {
        this.planner = planner;
        this.evaluation = evaluation;
        this.waitIndex = waitIndex;
    }

    /** What to do next. */
    public sealed interface Step {
        /** Call {@link EvalRun#plan} with a view at or above {@code index}. */
        record Await(long index) implements Step {}

        /** Submit it, and call {@link EvalRun#answered} with what became of it. */
        record Submit(Plan plan) implements Step {}

        /**
         * Propose this conclusion; the run is over.
         *
         * @param snapshotIndex index of the view that the answer rests on
         * @param needsFollowUp whether the job is to be asked again later (MAX_PLAN_ATTEMPTS)
         */
        record Conclude(
                Evaluation.Status status, long snapshotIndex, List<GroupFailure> failures, boolean needsFollowUp)
                implements Step {
            /** Takes an ordered copy. */
            public Conclude {
                failures = List.copyOf(failures);
            }
        }
    }

    /** What became of a plan. */
    public enum PlanFate {
        /** All of it is committed. */
        FULL,
        /** Some of it is committed. */
        PARTIAL,
        /** None of it is committed. */
        REFUSED
    }

    /** The evaluation that this is about. */
    public Evaluation evaluation() {
        return evaluation;
    }

    /** Plans on {@code view}, or says which view it waits for. */
    public Step plan(StateView view) {
        if (view.index() < waitIndex) {
            return new Step.Await(waitIndex);
        }
        attempt = planner.attempt(evaluation, view);
        Plan plan = attempt.plan();
        return plan == null ? conclusion() : new Step.Submit(plan);
    }

    /**
     * What became of the plan that was submitted last.
     *
     * @param index the entry that has it, or the view that it was refused on: the next attempt must see it
     */
    public Step answered(PlanFate fate, long index) {
        waitIndex = Math.max(waitIndex, index);
        fruitlessCount = fate == PlanFate.REFUSED ? fruitlessCount + 1 : 0;
        if (fate == PlanFate.FULL && !attempt.hasMore()) {
            return conclusion();
        }
        if (fruitlessCount >= ATTEMPTS_MAX) {
            return new Step.Conclude(Evaluation.Status.FAILED, attempt.snapshotIndex(), List.of(), true);
        }
        return new Step.Await(waitIndex);
    }

    private Step conclusion() {
        return new Step.Conclude(attempt.conclusion(), attempt.snapshotIndex(), attempt.failures(), false);
    }
}
