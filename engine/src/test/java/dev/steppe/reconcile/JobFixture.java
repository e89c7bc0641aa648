package dev.steppe.reconcile;

import dev.steppe.model.job.Constraint;
import dev.steppe.model.job.Job;
import dev.steppe.model.job.JobKey;
import dev.steppe.model.job.JobVersion;
import dev.steppe.model.job.Opaque;
import dev.steppe.model.job.Task;
import dev.steppe.model.job.TaskGroup;
import dev.steppe.model.job.Update;
import java.util.List;
import java.util.TreeMap;

/** Jobs for tests: one group {@code web} of one task unless said otherwise. */
public final class JobFixture {
    private JobFixture() {}

    /** A rolling update of {@code maxParallel}, with a progress deadline and no revert. */
    public static Update rolling(int maxParallel) {
        return new Update(maxParallel, 10_000, 300_000, 600_000, false);
    }

    /** A group of one task whose environment says {@code release}: another release is a destructive update. */
    public static TaskGroup group(String name, int count, Update update, String release) {
        TreeMap<String, String> env = new TreeMap<>();
        env.put("RELEASE", release);
        Task task = new Task("server", "exec", 500, 256, List.of(), env, new TreeMap<>(), Opaque.NONE);
        return new TaskGroup(name, count, List.of(), List.of(task), update, 150, new TreeMap<>(), Opaque.NONE);
    }

    /** A job of these groups in every datacenter. */
    public static Job job(String id, TaskGroup... groups) {
        return job(id, List.of("*"), List.of(), groups);
    }

    /** A job of these groups with datacenters and constraints. */
    public static Job job(String id, List<String> datacenters, List<Constraint> constraints, TaskGroup... groups) {
        return new Job(
                JobKey.of(id),
                id,
                50,
                false,
                datacenters,
                constraints,
                new TreeMap<>(),
                List.of(groups),
                null,
                Opaque.NONE);
    }

    /** Version {@code version} of a job that was created at index 10 and last written at 10 + version. */
    public static JobVersion row(Job job, long version) {
        return row(job, version, false, false);
    }

    /** The same, stable or stopped. */
    public static JobVersion row(Job job, long version, boolean stable, boolean stopped) {
        JobVersion.Indexes indexes = new JobVersion.Indexes(10, 10 + version, 10 + version, 0);
        return new JobVersion(job, version, version, job.hashCode(), stable, stopped, 0, indexes);
    }
}
