package dev.steppe.rank;

import dev.steppe.model.job.Job;
import dev.steppe.model.job.JobKey;
import dev.steppe.model.job.JobVersion;
import dev.steppe.model.job.Opaque;
import dev.steppe.model.job.Resources;
import dev.steppe.model.job.Task;
import dev.steppe.model.job.TaskGroup;
import dev.steppe.model.job.Update;
import dev.steppe.model.node.Node;
import dev.steppe.model.node.NodeRow;
import dev.steppe.model.node.NodeStatus;
import dev.steppe.model.placement.Allocation;
import dev.steppe.model.placement.AllocationId;
import dev.steppe.state.StateStore;
import dev.steppe.state.StateView;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeMap;

/** A random fleet for tests: nodes of a few classes in a few datacenters, some down, some partly full. */
public final class FleetFixture {
    /** The job that what fills the nodes belongs to. */
    public static final JobKey FILLER = JobKey.of("filler");

    private final StateStore store = new StateStore();
    private final SplittableRandom random;
    private final List<Allocation> live = new ArrayList<>();
    private long index;
    private long sequence;
    private int nextOrdinal;

    /** A fleet of {@code nodeCount} nodes; the same for the same seed. */
    public FleetFixture(long seed, int nodeCount) {
        random = new SplittableRandom(seed);
        next();
        for (int i = 0; i < nodeCount; i++) {
            putNode(i);
        }
        store.tx().putJob(new JobVersion(fillerJob(), 0, 0, 1, false, false, 0, new JobVersion.Indexes(1, 1, 1, 0)));
        commit();
    }

    /** The tables; what is written shows after {@link #commit}. */
    public StateStore store() {
        return store;
    }

    /** The index that rows written now carry. */
    public long next() {
        return ++index;
    }

    /** The view with everything written so far. */
    public StateView commit() {
        return store.commit(index, index);
    }

    /** Writes node {@code number} anew, with other amounts and perhaps down. */
    public void putNode(int number) {
        TreeMap<String, String> attributes = new TreeMap<>();
        attributes.put("kernel.name", random.nextInt(4) == 0 ? "windows" : "linux");
        attributes.put("rack", "r" + random.nextInt(3));
        attributes.put("unique.serial", "s" + number);
        TreeMap<String, String> meta = new TreeMap<>();
        if (random.nextInt(3) == 0) {
            meta.put("tier", "gold");
        }
        String id = "node-" + number;
        NodeRow before = store.tx().node(id);
        int unit = 1 + random.nextInt(8);
        Resources capacity = before != null
                ? before.node().capacity()
                : new Resources(unit * 1_000, (1 + random.nextInt(8)) * 1_024, 4_000 + random.nextInt(4) * 2_000);
        Node node = new Node(
                id, "name-" + number, "dc" + random.nextInt(3), "c" + random.nextInt(2), attributes, meta, capacity);
        NodeStatus status = random.nextInt(8) == 0 ? NodeStatus.DOWN : NodeStatus.READY;
        store.tx().putNode(node, status, index);
    }

    /** Places about {@code count} allocations of the filler where they fit. */
    public void fill(int count) {
        for (int i = 0; i < count; i++) {
            NodeRow node = store.tx().nodeAt(random.nextInt(store.tx().nodes().nodeCount()));
            Resources ask = randomAsk();
            int ordinal = node.ordinal();
            boolean fits = ask.cpuMhz() <= store.tx().freeCpuMhz(ordinal)
                    && ask.memoryMb() <= store.tx().freeMemoryMb(ordinal)
                    && ask.diskMb() <= store.tx().freeDiskMb(ordinal);
            if (fits) {
                Allocation one =
                        allocation(FILLER, "g", nextOrdinal++, node.node().id(), 0, ask);
                store.tx().putAllocation(one);
                live.add(one);
            }
        }
    }

    /** An allocation that its client has begun to run. */
    public Allocation allocation(JobKey job, String group, int ordinal, String nodeId, long version, Resources holds) {
        return new Allocation(
                AllocationId.of(1, ++sequence, 0),
                new Allocation.Slot(job, group, ordinal),
                nodeId,
                new Allocation.Origin(1, version, 0),
                holds,
                null,
                0,
                new Allocation.Status(
                        Allocation.DesiredStatus.RUN,
                        Allocation.ClientStatus.RUNNING,
                        Allocation.Health.HEALTHY,
                        "",
                        index),
                index,
                index);
    }

    /** Stops about {@code count} of what fills the nodes. */
    public void drain(int count) {
        for (int i = 0; i < count && !live.isEmpty(); i++) {
            Allocation one = live.remove(random.nextInt(live.size()));
            store.tx()
                    .putAllocation(one.withStatus(
                            new Allocation.Status(
                                    Allocation.DesiredStatus.STOP,
                                    Allocation.ClientStatus.COMPLETE,
                                    Allocation.Health.UNKNOWN,
                                    "",
                                    0),
                            index));
        }
    }

    /** What a random allocation asks for. */
    public Resources randomAsk() {
        return new Resources(100 + random.nextInt(15) * 100, 64 + random.nextInt(15) * 64, 10 + random.nextInt(700));
    }

    private static Job fillerJob() {
        Task task = new Task("t", "exec", 100, 64, List.of(), new TreeMap<>(), new TreeMap<>(), Opaque.NONE);
        TaskGroup group =
                new TaskGroup("g", 1, List.of(), List.of(task), Update.DEFAULT, 10, new TreeMap<>(), Opaque.NONE);
        return new Job(
                FILLER,
                "filler",
                50,
                false,
                List.of("*"),
                List.of(),
                new TreeMap<>(),
                List.of(group),
                null,
                Opaque.NONE);
    }
}
