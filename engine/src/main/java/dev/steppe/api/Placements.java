package dev.steppe.api;

import dev.steppe.model.placement.Allocation;
import dev.steppe.model.placement.GroupFailure;
import java.util.List;

/**
 * Where a job runs.
 *
 * @param running allocations that are wanted and have not ended, ordered by group and ordinal
 * @param failures groups that found no node for some allocations, with the reasons
 */
public record Placements(List<Allocation> running, List<GroupFailure> failures) {
    /** Takes ordered copies. */
    public Placements {
        running = List.copyOf(running);
        failures = List.copyOf(failures);
    }
}
