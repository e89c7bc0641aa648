package dev.steppe.multiregion;

import dev.steppe.model.job.Job;
import dev.steppe.model.job.JobKey;
import dev.steppe.model.job.Multiregion;
import dev.steppe.model.job.Multiregion.RegionSpec;
import dev.steppe.model.job.OnFailure;
import dev.steppe.model.job.Opaque;
import dev.steppe.model.job.Task;
import dev.steppe.model.job.TaskGroup;
import dev.steppe.model.job.Update;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/** Multi-region jobs for tests. */
final class WorldJobs {
    /** The talk's regions, in its order. */
    static final List<String> TALK_REGIONS = List.of("tokyo", "bangalore", "amsterdam", "sao-paulo");

    static final JobKey APP = JobKey.of("app");

    private WorldJobs() {}

    /**
     * The job {@code app} in {@code regions}, three allocations each, whose first unhealthy one fails the deployment.
     */
    static Job app(String release, List<String> regions, int maxParallel, OnFailure onFailure, boolean autoRevert) {
        List<RegionSpec> specs = regions.stream()
                .map(region -> new RegionSpec(region, 3, List.of(), new TreeMap<>()))
                .toList();
        return job(List.of(web(release, 0, autoRevert)), new Multiregion(maxParallel, onFailure, specs));
    }

    static Job job(List<TaskGroup> groups, Multiregion multiregion) {
        return new Job(
                APP, "app", 50, false, List.of("*"), List.of(), new TreeMap<>(), groups, multiregion, Opaque.NONE);
    }

    static TaskGroup web(String release, int count, boolean autoRevert) {
        SortedMap<String, String> env = new TreeMap<>();
        env.put("RELEASE", release);
        Task task = new Task("server", "exec", 100, 64, List.of(), env, new TreeMap<>(), Opaque.NONE);
        Update update = new Update(1, 1_000, 60_000, 0, autoRevert);
        return new TaskGroup("web", count, List.of(), List.of(task), update, 100, new TreeMap<>(), Opaque.NONE);
    }

    /** The release that a job says. */
    static String release(Job job) {
        return job.groups().get(0).tasks().get(0).env().getOrDefault("RELEASE", "");
    }
}
