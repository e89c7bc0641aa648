package dev.steppe.planner;

import dev.steppe.capacity.NodeFit;
import dev.steppe.feasible.Feasibility;
import dev.steppe.model.job.Resources;
import dev.steppe.model.placement.GroupFailure;
import dev.steppe.rank.NodeSearch;
import java.util.SortedMap;
import java.util.TreeMap;

/** Why a group found no node: the first reason of every ready node, counted ({@code scheduling.md} 7.10). */
final class FailureCount {
    private FailureCount() {}

    /** Asks the whole fleet; {@code unplacedCount} allocations of the group found none. */
    static GroupFailure of(String group, int unplacedCount, Resources ask, NodeSearch search, GroupFilter filter) {
        int evaluated = 0;
        int filtered = 0;
        int exhausted = 0;
        SortedMap<String, Integer> reasons = new TreeMap<>();
        for (int ordinal = 0; ordinal < search.nodeCount(); ordinal++) {
            if (!search.isEligible(ordinal)) {
                continue;
            }
            evaluated++;
            int code = filter.code(ordinal, search.nodeClass(ordinal));
            if (code != Feasibility.FEASIBLE) {
                filtered++;
                reasons.merge(filter.reason(code), 1, Integer::sum);
                continue;
            }
            int shortage = NodeFit.check(
                    search.freeCpuMhz(ordinal), search.freeMemoryMb(ordinal), search.freeDiskMb(ordinal), ask);
            if (shortage != NodeFit.FITS) {
                exhausted++;
                reasons.merge(NodeFit.dimension(shortage).text(), 1, Integer::sum);
            }
        }
        return new GroupFailure(group, unplacedCount, evaluated, filtered, exhausted, reasons);
    }
}
