package dev.steppe.server;

import dev.steppe.applier.PlanAnswer;
import dev.steppe.broker.Lease;
import dev.steppe.command.Command.ConcludeEvaluations.Conclusion;
import dev.steppe.model.placement.Evaluation;
import dev.steppe.planner.PlanAttempt;
import dev.steppe.planner.Planner;
import dev.steppe.runtime.Mailbox;
import dev.steppe.runtime.Published;
import dev.steppe.state.StateView;
import java.util.List;
import org.agrona.concurrent.Agent;
import org.jspecify.annotations.Nullable;

/**
 * One planner on an agent of its own: takes one lease at a time, plans on a view that is new enough, hands the plan to
 * the applier, and concludes when it was committed. Never waits: each duty cycle goes one step if it can.
 */
final class PlannerAgent implements Agent {
    private static final int ATTEMPTS_MAX = 5;

    /** Whom a planner tells that it is done. */
    interface Finish {
        /** {@code conclusion} is null if the planner has no answer. False when it cannot be told now. */
        boolean finished(PlannerAgent planner, Lease lease, long term, @Nullable Conclusion conclusion);
    }

    private final int number;
    private final Planner planner;
    private final Published<StateView> published;
    private final ApplierAgent applier;
    private final Finish finish;
    private final Mailbox<Runnable> inbox = new Mailbox<>(64);
    private @Nullable Work work;

    /** One lease on its way through this planner. */
    private static final class Work {
        private final Lease lease;
        private final long term;
        private long viewIndex;
        private int attemptsLeft = ATTEMPTS_MAX;
        private boolean submitted;
        private @Nullable PlanAttempt attempt;
        private long snapshotIndex;
        private boolean done;
        private @Nullable Conclusion conclusion;

        private Work(Lease lease, long term) {
            this.lease = lease;
            this.term = term;
            this.viewIndex = lease.waitIndex();
        }
    }

    PlannerAgent(int number, Planner planner, Published<StateView> published, ApplierAgent applier, Finish finish) {
        this.number = number;
        this.planner = planner;
        this.published = published;
        this.applier = applier;
        this.finish = finish;
    }

    @Override
    public String roleName() {
        return "planner-" + number;
    }

    /** Gives it a lease of {@code term}. Any thread; false when its mailbox is full. */
    boolean give(Lease lease, long term) {
        return inbox.offer(() -> work = new Work(lease, term));
    }

    /** What became of the plan that it submitted in {@code ofTerm}. Any thread; false when its mailbox is full. */
    boolean tell(long ofTerm, PlanAnswer answer) {
        return inbox.offer(() -> onAnswer(ofTerm, answer));
    }

    @Override
    public int doWork() {
        int workCount = inbox.drain(Runnable::run, 16);
        Work now = work;
        if (now == null || now.submitted) {
            return workCount;
        }
        if (now.done) {
            return workCount + finish(now);
        }
        if (now.attempt == null) {
            StateView view = published.get();
            if (view.index() < now.viewIndex) {
                return workCount;
            }
            attempt(now, view);
        }
        return workCount + submit(now);
    }

    private void attempt(Work now, StateView view) {
        now.attemptsLeft--;
        now.attempt = planner.attempt(now.lease.evaluation(), view);
        now.snapshotIndex = now.attempt.snapshotIndex();
    }

    private int submit(Work now) {
        PlanAttempt attempt = now.attempt;
        if (attempt == null) {
            return 0;
        }
        if (attempt.plan() == null || attempt.plan().isEmpty()) {
            conclude(now, attempt);
            return 1;
        }
        if (!applier.submit(attempt.plan(), now.term, this)) {
            return 0; // Back-pressure: offered again in the next duty cycle.
        }
        now.submitted = true;
        return 1;
    }

    private void onAnswer(long ofTerm, PlanAnswer answer) {
        Work now = work;
        if (now == null || !now.submitted || ofTerm != now.term) {
            return; // Of a lease of an earlier term.
        }
        now.submitted = false;
        PlanAttempt attempt = now.attempt;
        now.attempt = null;
        if (answer instanceof PlanAnswer.Committed committed) {
            if (attempt == null || attempt.hasMore()) {
                again(now, committed.index(), ATTEMPTS_MAX, attempt);
            } else {
                conclude(now, attempt);
            }
        } else if (answer instanceof PlanAnswer.Partial partial) {
            again(now, partial.index(), partial.placedCount() > 0 ? ATTEMPTS_MAX : now.attemptsLeft, attempt);
        } else if (answer instanceof PlanAnswer.Refused refused) {
            again(now, refused.refreshIndex(), now.attemptsLeft, attempt);
        } else {
            now.done = true; // Without a conclusion: the lease is given back, or its leadership is over.
        }
    }

    private static void again(Work now, long viewIndex, int attemptsLeft, @Nullable PlanAttempt attempt) {
        now.viewIndex = Math.max(now.viewIndex, viewIndex);
        now.attemptsLeft = attemptsLeft;
        if (attemptsLeft <= 0) {
            end(now, Evaluation.Status.FAILED, attempt);
        }
    }

    private static void conclude(Work now, PlanAttempt attempt) {
        end(now, attempt.conclusion(), attempt);
    }

    private static void end(Work now, Evaluation.Status status, @Nullable PlanAttempt attempt) {
        now.done = true;
        now.conclusion = new Conclusion(
                now.lease.evaluation().id(),
                status,
                now.snapshotIndex,
                attempt == null ? List.of() : attempt.failures());
    }

    private int finish(Work now) {
        if (!finish.finished(this, now.lease, now.term, now.conclusion)) {
            return 0;
        }
        work = null;
        return 1;
    }
}
