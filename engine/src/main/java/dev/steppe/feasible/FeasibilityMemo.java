package dev.steppe.feasible;

import java.util.HashMap;
import java.util.Map;

/** The answers that one planner remembers, by set of conditions. Owned by that planner. */
public final class FeasibilityMemo {
    private final Map<ConditionSet, Feasibility> bySet = new HashMap<>(); // only ever asked, never walked
    private final int setsMax;

    /** Remembers at most {@code setsMax} (1 and up) sets; forgets all of them when one more comes. */
    public FeasibilityMemo(int setsMax) {
        this.setsMax = setsMax;
    }

    /** The answers of this set, known or yet to be asked. */
    public Feasibility of(ConditionSet set) {
        Feasibility known = bySet.get(set);
        if (known == null) {
            if (bySet.size() >= setsMax) {
                bySet.clear();
            }
            known = new Feasibility(set);
            bySet.put(set, known);
        }
        return known;
    }

    /** How many sets are remembered. */
    public int setCount() {
        return bySet.size();
    }
}
