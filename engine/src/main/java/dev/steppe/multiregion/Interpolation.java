package dev.steppe.multiregion;

import dev.steppe.model.job.Job;
import dev.steppe.model.job.Multiregion.RegionSpec;
import dev.steppe.model.job.OrderedCopy;
import dev.steppe.model.job.TaskGroup;
import java.util.List;

/** A region's copy of a submitted job ({@code multiregion.md} 4.2). */
final class Interpolation {
    private Interpolation() {}

    /**
     * The copy for {@code region}: its datacenters if it names any, its count for every group whose count is 0, its
     * meta laid over the job's (and so under the groups' and tasks'). The region block stays: peers need list and
     * strategy.
     */
    static Job copyFor(Job job, RegionSpec region) {
        List<String> datacenters = region.datacenters().isEmpty() ? job.datacenters() : region.datacenters();
        List<TaskGroup> groups = job.groups().stream()
                .map(group -> group.count() == 0 ? group.withCount(region.count()) : group)
                .toList();
        return job.withPlace(datacenters, OrderedCopy.overlay(job.meta(), region.meta()))
                .withGroups(groups);
    }
}
