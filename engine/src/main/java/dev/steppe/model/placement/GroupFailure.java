package dev.steppe.model.placement;

import dev.steppe.model.job.OrderedCopy;
import java.util.SortedMap;

/**
 * Why allocations of a group found no node ({@code scheduling.md} 7.10).
 *
 * @param group name of the group
 * @param unplacedCount how many allocations found none
 * @param nodesEvaluated ready nodes that were asked
 * @param nodesFiltered of those, how many a condition ruled out
 * @param nodesExhausted of those, how many had too little of something
 * @param reasons text of the first reason of each node to the number of nodes; a constraint's text, or a dimension
 *     ({@code cpu}, {@code memory}, {@code disk}), or {@code datacenter}
 */
public record GroupFailure(
        String group,
        int unplacedCount,
        int nodesEvaluated,
        int nodesFiltered,
        int nodesExhausted,
        SortedMap<String, Integer> reasons) {
    /** Takes an ordered copy. */
    public GroupFailure {
        reasons = OrderedCopy.of(reasons);
    }
}
