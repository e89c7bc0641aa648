package dev.steppe.demo;

import dev.steppe.model.job.Job;
import dev.steppe.model.job.Multiregion;
import dev.steppe.model.job.Task;
import dev.steppe.model.job.TaskGroup;
import dev.steppe.model.job.Update;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The two versions of the job that the demo submits. */
final class DemoJob {
    private static final String MARK = "STEPPE_DEMO";

    private final Job job;
    private final DemoOptions options;

    DemoJob(Job job, DemoOptions options) {
        this.job = job;
        this.options = options;
    }

    /** The job as given, with the operator's strategy and its durations divided by the speed. */
    Job first() {
        List<TaskGroup> groups = new ArrayList<>();
        for (TaskGroup group : job.groups()) {
            groups.add(group.withUpdate(faster(group.update())));
        }
        return job.withGroups(groups).withMultiregion(strategy());
    }

    /** The same job with another environment in every task. */
    Job second() {
        Job first = first();
        List<TaskGroup> groups = new ArrayList<>();
        for (TaskGroup group : first.groups()) {
            List<Task> tasks = new ArrayList<>();
            for (Task task : group.tasks()) {
                TreeMap<String, String> env = new TreeMap<>(task.env());
                env.put(MARK, "1");
                tasks.add(task.withEnv(env));
            }
            groups.add(group.withTasks(tasks));
        }
        return first.withGroups(groups);
    }

    /** Datacenters of {@code region}, globs resolved to a name that they match. */
    List<String> datacenters(String region) {
        List<String> wanted = job.datacenters();
        Multiregion multiregion = job.multiregion();
        if (multiregion != null) {
            for (Multiregion.RegionSpec spec : multiregion.regions()) {
                wanted = spec.name().equals(region) && !spec.datacenters().isEmpty() ? spec.datacenters() : wanted;
            }
        }
        return wanted.stream().map(glob -> glob.replace("*", "dc1")).toList();
    }

    private @Nullable Multiregion strategy() {
        Multiregion given = job.multiregion();
        if (given == null) {
            return null;
        }
        return new Multiregion(
                options.maxParallel().orElse(given.maxParallel()),
                options.onFailure().orElse(given.onFailure()),
                given.regions());
    }

    private Update faster(Update update) {
        return new Update(
                update.maxParallel(),
                scaled(update.minHealthyTimeMs()),
                scaled(update.healthyDeadlineMs()),
                scaled(update.progressDeadlineMs()),
                update.autoRevert());
    }

    private long scaled(long durationMs) {
        return durationMs == 0 ? 0 : Math.max(1, Math.round(durationMs / options.speed()));
    }
}
