package dev.steppe.model.job;

import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A service job as its owner wrote it, defaults filled in. Says nothing about versions or indexes: those belong to the
 * stored row ({@link JobVersion}). A value may be built that {@link JobRules} refuses.
 *
 * @param key identity
 * @param name for people
 * @param priority 1..100, 50 by default
 * @param allAtOnce whether a plan for this job is taken wholly or not at all
 * @param datacenters globs with {@code *}; at least one
 * @param multiregion null for a job of one region; an interpolated copy keeps the block
 * @param opaque members that Steppe does not read
 */
public record Job(
        JobKey key,
        String name,
        int priority,
        boolean allAtOnce,
        List<String> datacenters,
        List<Constraint> constraints,
        SortedMap<String, String> meta,
        List<TaskGroup> groups,
        @Nullable Multiregion multiregion,
        Opaque opaque) {
    /** Takes ordered copies. */
    public Job {
        datacenters = List.copyOf(datacenters);
        constraints = List.copyOf(constraints);
        meta = OrderedCopy.of(meta);
        groups = List.copyOf(groups);
    }

    /** A job of one region in every datacenter, priority 50, as a job file that leaves out the rest. */
    public static Job of(String id, TaskGroup... groups) {
        return new Job(
                JobKey.of(id),
                id,
                50,
                false,
                List.of("*"),
                List.of(),
                new TreeMap<>(),
                List.of(groups),
                null,
                Opaque.NONE);
    }

    /** The group called {@code group}. */
    public Optional<TaskGroup> group(String group) {
        return groups.stream().filter(one -> one.name().equals(group)).findFirst();
    }

    /** Sum of the counts of all groups. */
    public int totalCount() {
        return groups.stream().mapToInt(TaskGroup::count).reduce(0, Math::addExact);
    }

    /** The same job with other groups. */
    public Job withGroups(List<TaskGroup> newGroups) {
        return new Job(key, name, priority, allAtOnce, datacenters, constraints, meta, newGroups, multiregion, opaque);
    }

    /** The same job with another region block. */
    public Job withMultiregion(@Nullable Multiregion newMultiregion) {
        return new Job(key, name, priority, allAtOnce, datacenters, constraints, meta, groups, newMultiregion, opaque);
    }

    /** The same job in other datacenters and with other meta. */
    public Job withPlace(List<String> newDatacenters, SortedMap<String, String> newMeta) {
        return new Job(
                key, name, priority, allAtOnce, newDatacenters, constraints, newMeta, groups, multiregion, opaque);
    }
}
