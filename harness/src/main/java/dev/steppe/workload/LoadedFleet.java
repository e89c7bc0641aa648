package dev.steppe.workload;

import dev.steppe.capacity.NodeFit;
import dev.steppe.command.JobCodec;
import dev.steppe.feasible.ConditionSet;
import dev.steppe.feasible.Feasibility;
import dev.steppe.feasible.FeasibilityMemo;
import dev.steppe.model.job.Job;
import dev.steppe.model.job.JobVersion;
import dev.steppe.model.job.Resources;
import dev.steppe.model.job.TaskGroup;
import dev.steppe.model.node.Node;
import dev.steppe.model.node.NodeRow;
import dev.steppe.model.node.NodeStatus;
import dev.steppe.model.placement.Allocation;
import dev.steppe.model.placement.AllocationId;
import dev.steppe.state.NodeColumns;
import dev.steppe.state.StateStore;
import dev.steppe.state.StateTx;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * A region under load: a store with a fleet, and jobs on it whose allocations were thrown at random nodes that could
 * take them. So nearly every node is partly full and none is packed as a good planner would leave it. One owner.
 *
 * <p>Rows made here carry the index of the entry that is being written; {@link #commit()} ends it.
 */
public final class LoadedFleet {
    private static final long TERM = 1;
    private static final int TRIES_MAX = 200;
    private static final int ALLOCATIONS_PER_JOB = 50;
    private static final int JOBS_MAX = 20_000;

    private final StateStore store = new StateStore();
    private final FeasibilityMemo memo = new FeasibilityMemo(FleetMaker.PLATFORM_COUNT + 1);
    private final JobCodec codec = new JobCodec();
    private final SplittableRandom random;
    private final JobMaker jobs;
    private long planSequence;

    /** A fleet of {@code nodeCount} ready nodes without work, at index 1; the same for the same seed. */
    public LoadedFleet(long seed, int nodeCount) {
        random = new SplittableRandom(seed);
        jobs = new JobMaker("job", random.nextLong());
        for (Node node : new FleetMaker(random.nextLong()).nodes(nodeCount)) {
            store.tx().putNode(node, NodeStatus.READY, nextIndex());
        }
        commit();
    }

    /**
     * Places jobs until {@code cpuPercent} (0..90) of the fleet's CPU is held, and commits. Refused if that cannot be.
     */
    public void load(int cpuPercent) {
        long wantedMhz = capacityCpuMhz() * cpuPercent / 100;
        long heldMhz = 0;
        for (int jobCount = 0; heldMhz < wantedMhz; jobCount++) {
            checkRoom(jobCount);
            Job job = nextJob();
            for (int i = 0; i < ALLOCATIONS_PER_JOB && heldMhz < wantedMhz; i++) {
                Allocation row = allocationOf(job, i, new BitSet());
                if (row != null) {
                    store.tx().putAllocation(row);
                    heldMhz += row.resources().cpuMhz();
                }
            }
        }
        commit();
    }

    /** The store; whoever writes to it commits through {@link #commit()}. */
    public StateStore store() {
        return store;
    }

    /** Index of the entry that is being written. */
    public long nextIndex() {
        return store.view().index() + 1;
    }

    /**
     * Rows that place {@code rowCount} allocations of new jobs, each on another node. The jobs are stored at once, the
     * rows are not. A fleet that has no room for them is refused.
     */
    public List<Allocation> batch(int rowCount) {
        List<Allocation> rows = new ArrayList<>(rowCount);
        BitSet used = new BitSet();
        for (int jobCount = 0; rows.size() < rowCount; jobCount++) {
            checkRoom(jobCount);
            Job job = nextJob();
            for (int i = 0; i < ALLOCATIONS_PER_JOB && rows.size() < rowCount; i++) {
                Allocation row = allocationOf(job, i, used);
                if (row != null) {
                    rows.add(row);
                }
            }
        }
        return rows;
    }

    /** Ends the entry that is being written; log time passes by 1 ms an entry. */
    public void commit() {
        store.commit(nextIndex(), nextIndex());
    }

    private void checkRoom(int jobCount) {
        if (jobCount > JOBS_MAX) {
            throw new IllegalArgumentException(
                    "too much for " + store.tx().nodes().nodeCount() + " nodes");
        }
    }

    private Job nextJob() {
        Job job = jobs.next(ALLOCATIONS_PER_JOB);
        long index = nextIndex();
        JobVersion.Indexes indexes = new JobVersion.Indexes(index, index, index, index);
        store.tx().putJob(new JobVersion(job, 0, 0, codec.specHash(job), false, false, 0, indexes));
        return job;
    }

    /**
     * Allocation {@code ordinal} of the job's only group, on a random node that could take it and is not used, which it
     * then is; null if none was found soon.
     */
    private @Nullable Allocation allocationOf(Job job, int ordinal, BitSet used) {
        TaskGroup group = job.groups().get(0);
        Resources ask = group.ask();
        NodeRow node = randomNode(memo.of(ConditionSet.of(job, group)), ask, used);
        if (node == null) {
            return null;
        }
        used.set(node.ordinal());
        return new Allocation(
                AllocationId.of(TERM, ++planSequence, 0),
                new Allocation.Slot(job.key(), group.name(), ordinal),
                node.node().id(),
                new Allocation.Origin(nextIndex(), 0, 0),
                ask,
                null,
                0,
                Allocation.Status.PENDING,
                nextIndex(),
                nextIndex());
    }

    private @Nullable NodeRow randomNode(Feasibility conditions, Resources ask, BitSet avoided) {
        StateTx tx = store.tx();
        for (int tryCount = 0; tryCount < TRIES_MAX; tryCount++) {
            int ordinal = random.nextInt(tx.nodes().nodeCount());
            int fit = NodeFit.check(tx.freeCpuMhz(ordinal), tx.freeMemoryMb(ordinal), tx.freeDiskMb(ordinal), ask);
            if (fit == NodeFit.FITS && !avoided.get(ordinal)) {
                NodeRow row = tx.nodeAt(ordinal);
                if (conditions.check(classOf(tx.nodes(), ordinal), row.node()) == Feasibility.FEASIBLE) {
                    return row;
                }
            }
        }
        return null;
    }

    private static int classOf(NodeColumns nodes, int ordinal) {
        return nodes.page(ordinal >> NodeColumns.PAGE_SHIFT).nodeClass()[ordinal & (NodeColumns.PAGE_ROWS - 1)];
    }

    private long capacityCpuMhz() {
        long sumMhz = 0;
        for (int i = 0; i < store.view().nodes().nodeCount(); i++) {
            sumMhz += store.view().nodeAt(i).node().capacity().cpuMhz();
        }
        return sumMhz;
    }
}
