package dev.steppe.model.job;

import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Tasks that are placed together, {@code count} times.
 *
 * @param name unique in its job
 * @param count how many allocations; in a multi-region job 0 means "the region's count"
 * @param update how it moves between versions
 * @param diskMb disk of each allocation, MiB
 */
public record TaskGroup(
        String name,
        int count,
        List<Constraint> constraints,
        List<Task> tasks,
        Update update,
        int diskMb,
        SortedMap<String, String> meta,
        Opaque opaque) {
    /** Takes ordered copies. */
    public TaskGroup {
        constraints = List.copyOf(constraints);
        tasks = List.copyOf(tasks);
        meta = OrderedCopy.of(meta);
    }

    /** A group with the default update rule and 300 MiB of disk, as a job file that leaves both out. */
    public static TaskGroup of(String name, int count, Task... tasks) {
        return new TaskGroup(name, count, List.of(), List.of(tasks), Update.DEFAULT, 300, new TreeMap<>(), Opaque.NONE);
    }

    /** What one allocation of this group takes from a node: the sum of its tasks and the group's disk. */
    public Resources ask() {
        long cpuMhz = 0;
        long memoryMb = 0;
        for (Task task : tasks) {
            cpuMhz += task.cpuMhz();
            memoryMb += task.memoryMb();
        }
        return new Resources(Math.toIntExact(cpuMhz), Math.toIntExact(memoryMb), diskMb);
    }

    /** The same group with another count. */
    public TaskGroup withCount(int newCount) {
        return new TaskGroup(name, newCount, constraints, tasks, update, diskMb, meta, opaque);
    }

    /** The same group with other tasks. */
    public TaskGroup withTasks(List<Task> newTasks) {
        return new TaskGroup(name, count, constraints, newTasks, update, diskMb, meta, opaque);
    }

    /** The same group with another update rule. */
    public TaskGroup withUpdate(Update newUpdate) {
        return new TaskGroup(name, count, constraints, tasks, newUpdate, diskMb, meta, opaque);
    }
}
