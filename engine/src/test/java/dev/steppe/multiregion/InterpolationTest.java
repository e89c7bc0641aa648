package dev.steppe.multiregion;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.steppe.model.job.Job;
import dev.steppe.model.job.Multiregion;
import dev.steppe.model.job.Multiregion.RegionSpec;
import dev.steppe.model.job.OnFailure;
import dev.steppe.model.job.TaskGroup;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

final class InterpolationTest {
    private static final RegionSpec TOKYO = new RegionSpec(
            "tokyo", 10, List.of("tyo-1", "tyo-2"), new TreeMap<>(Map.of("continent", "asia", "tier", "region")));
    private static final RegionSpec AMSTERDAM = new RegionSpec("amsterdam", 5, List.of(), new TreeMap<>());

    @Test
    void givesTheRegionsCountToGroupsOfCountZeroOnly() {
        assertEquals(List.of(10, 1), counts(Interpolation.copyFor(talkJob(), TOKYO)));
        assertEquals(List.of(5, 1), counts(Interpolation.copyFor(talkJob(), AMSTERDAM)));
    }

    @Test
    void leavesAGroupAtZeroWhereTheRegionSaysZero() {
        RegionSpec idle = new RegionSpec("idle", 0, List.of(), new TreeMap<>());
        assertEquals(List.of(0, 1), counts(Interpolation.copyFor(talkJob(), idle)));
    }

    @Test
    void replacesDatacentersWhereTheRegionNamesAny() {
        assertEquals(
                List.of("tyo-1", "tyo-2"),
                Interpolation.copyFor(talkJob(), TOKYO).datacenters());
        assertEquals(List.of("*"), Interpolation.copyFor(talkJob(), AMSTERDAM).datacenters());
    }

    @Test
    void laysTheRegionsMetaOverTheJobsAndLeavesThoseOfGroupsAbove() {
        Job copy = Interpolation.copyFor(talkJob(), TOKYO);
        assertEquals(Map.of("owner", "team", "tier", "region", "continent", "asia"), copy.meta());
        assertEquals(Map.of("tier", "group"), copy.groups().get(0).meta());
        assertEquals(talkJob().groups().get(0).tasks(), copy.groups().get(0).tasks());
    }

    @Test
    void keepsTheRegionBlock() {
        assertEquals(
                talkJob().multiregion(), Interpolation.copyFor(talkJob(), TOKYO).multiregion());
    }

    /** The talk's: web is sized by the region, the load balancer is one everywhere. */
    private static Job talkJob() {
        TaskGroup web = WorldJobs.web("v1", 0, false);
        TaskGroup tiered = new TaskGroup(
                web.name(),
                0,
                List.of(),
                web.tasks(),
                web.update(),
                web.diskMb(),
                new TreeMap<>(Map.of("tier", "group")),
                web.opaque());
        TaskGroup balancer = new TaskGroup(
                "lb", 1, List.of(), web.tasks(), web.update(), web.diskMb(), new TreeMap<>(), web.opaque());
        Job job = WorldJobs.job(
                List.of(tiered, balancer), new Multiregion(1, OnFailure.DEFAULT, List.of(TOKYO, AMSTERDAM)));
        return job.withPlace(job.datacenters(), new TreeMap<>(Map.of("owner", "team", "tier", "job")));
    }

    private static List<Integer> counts(Job job) {
        return job.groups().stream().map(TaskGroup::count).toList();
    }
}
