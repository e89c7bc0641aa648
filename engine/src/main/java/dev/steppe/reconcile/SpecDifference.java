package dev.steppe.reconcile;

import dev.steppe.model.job.Job;
import dev.steppe.model.job.OrderedCopy;
import dev.steppe.model.job.Task;
import dev.steppe.model.job.TaskGroup;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/**
 * Whether an allocation of one version must be placed anew to run another ({@code scheduling.md} 4.13): it must if its
 * tasks, their drivers, environments, resources, merged meta or configuration, or the group's disk differ. Counts,
 * constraints, priorities and update rules go on in place.
 */
final class SpecDifference {
    private SpecDifference() {}

    /** Whether {@code group} of {@code from} has to be placed anew to run that group of {@code to}. */
    static boolean isDestructive(Job from, Job to, String group) {
        TaskGroup before = from.group(group).orElse(null);
        TaskGroup after = to.group(group).orElse(null);
        if (before == null || after == null) {
            return true;
        }
        if (before.diskMb() != after.diskMb()
                || before.tasks().size() != after.tasks().size()) {
            return true;
        }
        for (Task task : after.tasks()) {
            Task old = taskOf(before, task.name());
            if (old == null || differs(old, task) || !meta(from, before, old).equals(meta(to, after, task))) {
                return true;
            }
        }
        return false;
    }

    private static boolean differs(Task old, Task task) {
        return !old.driver().equals(task.driver())
                || old.cpuMhz() != task.cpuMhz()
                || old.memoryMb() != task.memoryMb()
                || !old.env().equals(task.env())
                || !old.opaque().equals(task.opaque());
    }

    private static SortedMap<String, String> meta(Job job, TaskGroup group, Task task) {
        return OrderedCopy.overlay(OrderedCopy.overlay(job.meta(), group.meta()), task.meta());
    }

    private static @Nullable Task taskOf(TaskGroup group, String name) {
        for (Task task : group.tasks()) {
            if (task.name().equals(name)) {
                return task;
            }
        }
        return null;
    }
}
