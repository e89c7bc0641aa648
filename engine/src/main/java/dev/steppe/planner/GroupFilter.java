package dev.steppe.planner;

import dev.steppe.feasible.Feasibility;
import dev.steppe.rank.NodeFilter;
import dev.steppe.state.StateView;
import org.jspecify.annotations.Nullable;

/** The conditions of one group as a filter of the search. Reused from group to group; allocates nothing when asked. */
final class GroupFilter implements NodeFilter {
    private @Nullable StateView view;
    private @Nullable Feasibility conditions;

    void use(StateView newView, Feasibility newConditions) {
        view = newView;
        conditions = newConditions;
    }

    @Override
    public boolean admits(int ordinal, int nodeClass) {
        return code(ordinal, nodeClass) == Feasibility.FEASIBLE;
    }

    /** Why not, see {@link Feasibility#check}. */
    int code(int ordinal, int nodeClass) {
        StateView now = view;
        Feasibility asked = conditions;
        if (now == null || asked == null) {
            throw new IllegalStateException("a filter is asked before it is told what for");
        }
        // The row is a look-up in the page tree: only asked where the class does not say it all.
        int known = asked.isSharedByClass() ? asked.known(nodeClass) : Feasibility.UNKNOWN;
        return known == Feasibility.UNKNOWN
                ? asked.check(nodeClass, now.nodeAt(ordinal).node())
                : known;
    }

    String reason(int code) {
        Feasibility asked = conditions;
        return asked == null ? "" : asked.reason(code);
    }
}
