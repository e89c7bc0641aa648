package dev.steppe.applier;

import java.util.ArrayList;
import java.util.List;

/** The plans of one entry, from the first one verified until the base view has them. */
final class PlanEntry {
    private final List<InFlight> plans = new ArrayList<>();
    private int rowCount;
    private long index;

    void add(InFlight plan) {
        plans.add(plan);
        rowCount += plan.rowCount();
    }

    List<InFlight> plans() {
        return plans;
    }

    int planCount() {
        return plans.size();
    }

    int rowCount() {
        return rowCount;
    }

    boolean isClosed(ApplierConfig config) {
        return plans.size() >= config.plansMax() || rowCount >= config.rowsMax();
    }

    /** Sequence of the first plan; 0 if there is none. */
    long firstSequence() {
        return plans.isEmpty() ? 0 : plans.get(0).sequence();
    }

    /** The entry's index once it is applied, else 0. */
    long index() {
        return index;
    }

    void setIndex(long newIndex) {
        index = newIndex;
    }
}
