package dev.steppe.server.duty;

import dev.steppe.applier.PlanAnswer;
import dev.steppe.broker.Lease;
import dev.steppe.command.Command.ConcludeEvaluations.Conclusion;
import dev.steppe.planner.EvalRun;
import dev.steppe.planner.EvalRun.PlanFate;
import dev.steppe.planner.EvalRun.Step;
import dev.steppe.planner.Planner;
import dev.steppe.runtime.handover.Mailbox;
import dev.steppe.runtime.handover.Published;
import dev.steppe.state.StateView;
import org.agrona.concurrent.Agent;
import org.jspecify.annotations.Nullable;

/**
 * One planner on an agent of its own: takes one lease at a time, plans on a view that is new enough, hands the plan to
 * the applier, and concludes when it was committed. Never waits: each duty cycle goes one step if it can.
 */
public final class PlannerAgent implements Agent {
    /** Whom a planner tells that it is done. */
    public interface Finish {
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

    /** One lease on its way through this planner; no step = nobody knows what became of its plan. */
    private static final class Work {
        private final Lease lease;
        private final long term;
        private final EvalRun run;
        private @Nullable Step step;
        private boolean submitted;

        private Work(Lease lease, long term, Planner planner) {
            this.lease = lease;
            this.term = term;
            this.run = new EvalRun(planner, lease.evaluation(), lease.waitIndex());
            this.step = new Step.Await(lease.waitIndex());
        }
    }

    /** Planner {@code number} (0 and up) of its server; {@code finish} is told of each lease that it is done with. */
    public PlannerAgent(
            int number, Planner planner, Published<StateView> published, ApplierAgent applier, Finish finish) {
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
        return inbox.offer(() -> work = new Work(lease, term, planner));
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
        if (now.step instanceof Step.Await) {
            now.step = now.run.plan(published.get());
        }
        if (now.step instanceof Step.Await) {
            return workCount;
        }
        if (now.step instanceof Step.Submit submit) {
            // Back-pressure: offered again in the next duty cycle.
            now.submitted = applier.submit(submit.plan(), now.term, this);
            return workCount + (now.submitted ? 1 : 0);
        }
        return workCount + finish(now);
    }

    private void onAnswer(long ofTerm, PlanAnswer answer) {
        Work now = work;
        if (now == null || !now.submitted || ofTerm != now.term) {
            return; // Of a lease of an earlier term.
        }
        now.submitted = false;
        if (answer instanceof PlanAnswer.Committed committed) {
            now.step = now.run.answered(PlanFate.FULL, committed.index());
        } else if (answer instanceof PlanAnswer.Partial partial) {
            now.step = now.run.answered(PlanFate.PARTIAL, partial.index());
        } else if (answer instanceof PlanAnswer.Refused refused) {
            now.step = now.run.answered(PlanFate.REFUSED, refused.refreshIndex());
        } else {
            now.step = null; // The lease is given back, or its leadership is over.
        }
    }

    private int finish(Work now) {
        Conclusion conclusion = now.step instanceof Step.Conclude end
                ? new Conclusion(now.lease.evaluation().id(), end.status(), end.snapshotIndex(), end.failures())
                : null;
        if (!finish.finished(this, now.lease, now.term, conclusion)) {
            return 0;
        }
        work = null;
        return 1;
    }
}
