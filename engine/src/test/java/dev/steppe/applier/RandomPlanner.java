package dev.steppe.applier;

import dev.steppe.broker.Lease;
import dev.steppe.planner.EvalRun;
import dev.steppe.planner.EvalRun.Step;
import dev.steppe.planner.Planner;
import dev.steppe.state.StateView;
import org.jspecify.annotations.Nullable;

/** A planner whose agent takes one step whenever it is told to, on a view that may be old. */
final class RandomPlanner {
    private final Planner planner;
    private @Nullable StateView view;
    private @Nullable Lease lease;
    private @Nullable EvalRun run;
    private @Nullable Step step;

    RandomPlanner(Planner planner) {
        this.planner = planner;
    }

    boolean isIdle() {
        return lease == null;
    }

    void look(LoadRegion region) {
        view = region.view();
    }

    /** What it was at is somebody else's now. */
    void drop() {
        lease = null;
        run = null;
        step = null;
    }

    void step(LoadRegion region) {
        if (lease == null) {
            take(region);
        } else if (step instanceof Step.Await && view != null && run != null) {
            step = run.plan(view);
        } else if (step instanceof Step.Conclude end) {
            conclude(region, lease, end);
        } else if (step instanceof Step.Submit submit && region.hasRoom()) {
            step = null;
            Lease mine = lease;
            region.listen();
            region.offer(submit.plan(), answer -> answered(region, mine, answer));
        }
    }

    /** A lease that ran out is somebody else's: its conclusion does not count. */
    private void conclude(LoadRegion region, Lease mine, Step.Conclude end) {
        if (region.broker().extend(mine.evaluation().id(), mine.token(), region.nowMs())) {
            region.conclude(mine.evaluation(), end);
        }
        drop();
    }

    private void take(LoadRegion region) {
        Lease taken = region.lease();
        if (taken != null) {
            lease = taken;
            run = new EvalRun(planner, taken.evaluation(), taken.waitIndex());
            step = new Step.Await(taken.waitIndex());
        }
    }

    private void answered(LoadRegion region, Lease asked, PlanAnswer answer) {
        if (lease == null || run == null || lease.token() != asked.token()) {
            return;
        }
        step = LoadRegion.step(run, answer);
        if (step == null) {
            region.broker().giveBack(asked.evaluation().id(), asked.token(), region.nowMs());
            drop();
        }
    }
}
