package dev.steppe.state;

import dev.steppe.model.job.Job;
import dev.steppe.model.job.JobKey;
import dev.steppe.model.job.JobVersion;
import dev.steppe.model.job.Opaque;
import dev.steppe.model.job.Resources;
import dev.steppe.model.job.Task;
import dev.steppe.model.job.TaskGroup;
import dev.steppe.model.job.Update;
import dev.steppe.model.node.Node;
import dev.steppe.model.placement.Allocation;
import dev.steppe.model.placement.AllocationId;
import dev.steppe.model.placement.Evaluation;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/** Small rows for tests. */
public final class StateSamples {
    private static final SortedMap<String, String> NONE = new TreeMap<>();

    private StateSamples() {}

    /** A node in dc1 with the same amount of cpu and memory, and disk enough. */
    public static Node node(String id, int amount) {
        return node(id, "dc1", new Resources(amount, amount, 100_000));
    }

    /** A node without attributes. */
    public static Node node(String id, String datacenter, Resources capacity) {
        return new Node(id, "name-" + id, datacenter, "", NONE, NONE, capacity);
    }

    /**
     * A job of one group {@code g} whose allocations ask for the same amount of cpu and memory, and 300 MiB of disk.
     */
    public static Job job(String id, int count, int amount) {
        Task task = new Task("t", "exec", amount, amount, List.of(), NONE, NONE, Opaque.NONE);
        TaskGroup group = new TaskGroup("g", count, List.of(), List.of(task), Update.DEFAULT, 300, NONE, Opaque.NONE);
        return new Job(JobKey.of(id), id, 50, false, List.of("*"), List.of(), NONE, List.of(group), null, Opaque.NONE);
    }

    /** The row of a version first written by entry {@code index}. */
    public static JobVersion version(Job spec, long version, long index) {
        return new JobVersion(
                spec,
                version,
                version,
                31 * version + spec.hashCode(),
                false,
                false,
                0,
                new JobVersion.Indexes(1, index, index, 0));
    }

    /** An allocation of slot {@code ordinal} of group {@code g} of version 0, just placed by entry {@code index}. */
    public static Allocation allocation(AllocationId id, Job job, int ordinal, String nodeId, long index) {
        TaskGroup group = job.groups().get(0);
        return new Allocation(
                id,
                new Allocation.Slot(job.key(), group.name(), ordinal),
                nodeId,
                new Allocation.Origin(1, 0, 0),
                group.ask(),
                null,
                500_000,
                Allocation.Status.PENDING,
                index,
                index);
    }

    /** The same allocation, not wanted any more. */
    public static Allocation stopped(Allocation row, long index) {
        Allocation.Status status = row.status();
        return row.withStatus(
                new Allocation.Status(
                        Allocation.DesiredStatus.STOP,
                        status.client(),
                        status.health(),
                        "not needed",
                        status.healthIndex()),
                index);
    }

    /** A pending evaluation of the job, created by entry {@code index}. */
    public static Evaluation evaluation(long index, int place, JobKey job) {
        return new Evaluation(
                Evaluation.idAt(index, place),
                job,
                50,
                Evaluation.Trigger.JOB_REGISTER,
                Evaluation.Status.PENDING,
                0,
                0,
                0,
                List.of(),
                index,
                index);
    }
}
