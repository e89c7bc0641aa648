package dev.steppe.applier;

import dev.steppe.command.CommandOutcome.PlanOutcome;

/** What an applier did since it was made. Owned by the applier agent; read by others only on its own thread. */
public final class ApplierCounters {
    long planCount;
    long refusedPlanCount;
    long refusedRowCount;
    private long placedCount;
    private long refusedAtApplyCount;

    ApplierCounters() {}

    void count(PlanOutcome outcome) {
        placedCount += outcome.placedCount();
        refusedAtApplyCount += outcome.isFull() ? 0 : 1;
    }

    /** Plans offered. */
    public long planCount() {
        return planCount;
    }

    /** Plans refused before they were proposed, or with their whole entry. */
    public long refusedPlanCount() {
        return refusedPlanCount;
    }

    /** Rows left out of plans of which something held. */
    public long refusedRowCount() {
        return refusedRowCount;
    }

    /** Allocations placed by apply. */
    public long placedCount() {
        return placedCount;
    }

    /** Plans of which apply refused something that had been verified here. */
    public long refusedAtApplyCount() {
        return refusedAtApplyCount;
    }

    @Override
    public String toString() {
        return planCount + " plans, " + refusedPlanCount + " refused, " + refusedRowCount + " rows refused, "
                + placedCount + " placed, " + refusedAtApplyCount + " refused at apply";
    }
}
