package dev.steppe.model.job;

import java.util.List;
import java.util.SortedMap;

/**
 * The ordered regions that a job runs in, and how a version moves over them ({@code multiregion.md} 4.1).
 *
 * @param maxParallel how many regions may be rolling out at once; 0 = all
 * @param onFailure which regions fail with a failed one
 * @param regions at least one, in rollout order, names unique
 */
public record Multiregion(int maxParallel, OnFailure onFailure, List<RegionSpec> regions) {
    /** Takes an ordered copy. */
    public Multiregion {
        regions = List.copyOf(regions);
    }

    /** Names in rollout order. */
    public List<String> regionNames() {
        return regions.stream().map(RegionSpec::name).toList();
    }

    /**
     * What differs in one region.
     *
     * @param name region
     * @param count the count of every group whose own count is 0
     * @param datacenters replace the job's unless empty
     * @param meta laid over the job's meta, under the groups'
     */
    public record RegionSpec(String name, int count, List<String> datacenters, SortedMap<String, String> meta) {
        /** Takes ordered copies. */
        public RegionSpec {
            datacenters = List.copyOf(datacenters);
            meta = OrderedCopy.of(meta);
        }
    }
}
