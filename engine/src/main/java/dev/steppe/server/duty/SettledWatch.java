package dev.steppe.server.duty;

import dev.steppe.model.job.JobKey;
import dev.steppe.model.placement.Evaluation;
import dev.steppe.state.StateView;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.function.Consumer;

/** Who waits until the evaluations of a job have been answered. Owned by the duties agent. */
final class SettledWatch {
    private final List<Waiting> waiting = new ArrayList<>();

    /** {@code evalId} is the newest evaluation that has to be answered; 0 = none. A view before that index is old. */
    private record Waiting(JobKey job, long evalId, long fromIndex, Consumer<StateView> settled) {}

    /** Calls {@code settled} once every evaluation of {@code job} that is in {@code view} has been answered. */
    void add(JobKey job, StateView view, Consumer<StateView> settled) {
        List<Evaluation> evaluations = view.evaluationsOfJob(job);
        long newest = evaluations.isEmpty()
                ? 0
                : evaluations.get(evaluations.size() - 1).id();
        waiting.add(new Waiting(job, newest, view.index(), settled));
        onView(view);
    }

    /** Tells those whose evaluations have been answered in {@code view}. */
    void onView(StateView view) {
        for (Iterator<Waiting> each = waiting.iterator(); each.hasNext(); ) {
            Waiting one = each.next();
            if (isSettled(one, view)) {
                each.remove();
                one.settled.accept(view);
            }
        }
    }

    private static boolean isSettled(Waiting one, StateView view) {
        if (view.index() < one.fromIndex) {
            return false;
        }
        for (Evaluation evaluation : view.evaluationsOfJob(one.job)) {
            if (evaluation.id() <= one.evalId && evaluation.status() == Evaluation.Status.PENDING) {
                return false;
            }
        }
        return true;
    }
}
