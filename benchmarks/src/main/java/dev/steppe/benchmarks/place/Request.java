package dev.steppe.benchmarks.place;

import dev.steppe.feasible.Feasibility;
import dev.steppe.model.job.Resources;
import dev.steppe.rank.NodeFilter;
import dev.steppe.state.StateView;

/**
 * One request for a node, as the search and as a plain loop want it told. The filter does what the planner's does: a
 * remembered answer for each class of nodes, and the row of a node only where there is none. Read only once it is made.
 */
final class Request implements NodeFilter {
    private final Resources ask;
    private final StateView view;
    private final Feasibility conditions;
    private final boolean[] isClassUsable;

    Request(Resources ask, StateView view, Feasibility conditions, boolean[] isClassUsable) {
        this.ask = ask;
        this.view = view;
        this.conditions = conditions;
        this.isClassUsable = isClassUsable;
    }

    Resources ask() {
        return ask;
    }

    /** By node class: whether its nodes may be used. */
    boolean[] isClassUsable() {
        return isClassUsable;
    }

    @Override
    public boolean admits(int ordinal, int nodeClass) {
        int known = conditions.known(nodeClass);
        int code = known == Feasibility.UNKNOWN
                ? conditions.check(nodeClass, view.nodeAt(ordinal).node())
                : known;
        return code == Feasibility.FEASIBLE;
    }
}
