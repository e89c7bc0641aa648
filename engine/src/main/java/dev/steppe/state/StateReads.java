package dev.steppe.state;

import dev.steppe.model.job.JobKey;
import dev.steppe.model.job.JobVersion;
import dev.steppe.model.node.NodeRow;
import dev.steppe.model.placement.Allocation;
import dev.steppe.model.placement.AllocationId;
import dev.steppe.model.placement.Evaluation;
import dev.steppe.model.rollout.Deployment;
import dev.steppe.model.rollout.StagedSpec;
import dev.steppe.state.page.NameIndex;
import dev.steppe.state.page.OrdinalRun;
import dev.steppe.state.page.Page;
import dev.steppe.state.page.Rows;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * The look-ups that a published view and the running transaction share. Absent ids answer null; lists and walks have a
 * defined order.
 */
public abstract sealed class StateReads implements VerifyView permits StateView, StateTx {
    abstract NodeRows nodeRows();

    abstract NameIndex<JobKey> jobOrdinals();

    abstract Rows<JobSlot> jobSlots();

    abstract NameIndex<Allocation.Slot> slotOrdinals();

    abstract Rows<Allocation> allocations();

    abstract Rows<Evaluation> evaluations();

    abstract Rows<Deployment> deployments();

    @Override
    public final @Nullable NodeRow node(String nodeId) {
        return nodeRows().node(nodeId);
    }

    /** The node at a position of the columns; never null below {@link NodeColumns#nodeCount()}. */
    public final NodeRow nodeAt(int ordinal) {
        return nodeRows().at(ordinal);
    }

    /** What placement scans: capacities and usage of all nodes, by ordinal. */
    public final NodeColumns nodes() {
        return nodeRows();
    }

    @Override
    public final int freeCpuMhz(int nodeOrdinal) {
        return nodeRows().pageOf(nodeOrdinal).freeCpuMhz()[Page.placeOf(nodeOrdinal)];
    }

    @Override
    public final int freeMemoryMb(int nodeOrdinal) {
        return nodeRows().pageOf(nodeOrdinal).freeMemoryMb()[Page.placeOf(nodeOrdinal)];
    }

    @Override
    public final int freeDiskMb(int nodeOrdinal) {
        return nodeRows().pageOf(nodeOrdinal).freeDiskMb()[Page.placeOf(nodeOrdinal)];
    }

    /** Allocations on the node that are not terminal, ordered by id. */
    public final List<Allocation> liveAllocationsOn(int nodeOrdinal) {
        int[] live = nodeRows().pageOf(nodeOrdinal).live(Page.placeOf(nodeOrdinal));
        List<Allocation> rows = new ArrayList<>(live.length);
        for (int ordinal : live) {
            rows.add(allocations().at(ordinal));
        }
        return rows;
    }

    @Override
    public final @Nullable JobVersion job(JobKey key) {
        JobSlot slot = slot(key);
        return slot == null ? null : slot.current();
    }

    @Override
    public final @Nullable JobVersion jobVersion(JobKey key, long version) {
        JobSlot slot = slot(key);
        return slot == null ? null : slot.version(version);
    }

    /** The versions kept, newest first; the first one is the current version. */
    public final List<JobVersion> jobVersions(JobKey key) {
        JobSlot slot = slot(key);
        return slot == null ? List.of() : slot.versions();
    }

    @Override
    public final @Nullable JobVersion stableVersion(JobKey key) {
        JobSlot slot = slot(key);
        return slot == null ? null : slot.stable();
    }

    /** The version staged for the job, or null. */
    public final @Nullable StagedSpec staged(JobKey key) {
        JobSlot slot = slot(key);
        return slot == null ? null : slot.staged();
    }

    /** Every job's current version, ordered by key. Sorts all keys at each call: not for hot paths. */
    public final void forEachJob(Consumer<JobVersion> visitor) {
        List<JobVersion> rows = new ArrayList<>();
        for (int i = 0; i < jobSlots().rowCount(); i++) {
            JobVersion row = jobSlots().at(i).current();
            if (row != null) {
                rows.add(row);
            }
        }
        rows.sort((left, right) -> left.key().compareTo(right.key()));
        rows.forEach(visitor);
    }

    @Override
    public final @Nullable Allocation allocation(AllocationId id) {
        int ordinal = allocations().find(id.term(), id.sequence());
        return ordinal == Rows.ABSENT ? null : allocations().at(ordinal);
    }

    @Override
    public final @Nullable Allocation latestIn(Allocation.Slot slot) {
        int ordinal = slotOrdinals().get(slot);
        return ordinal == NameIndex.ABSENT ? null : allocations().at(ordinal);
    }

    /** All allocations of the job that are not collected, terminal ones too, ordered by id. */
    public final List<Allocation> allocationsOfJob(JobKey key) {
        JobSlot slot = slot(key);
        return slot == null ? List.of() : list(slot.allocations(), allocations()::at);
    }

    @Override
    public final @Nullable Evaluation evaluation(long evalId) {
        int ordinal = evaluations().find(0, evalId);
        return ordinal == Rows.ABSENT ? null : evaluations().at(ordinal);
    }

    /** Evaluations of the job, ordered by id. */
    public final List<Evaluation> evaluationsOfJob(JobKey key) {
        JobSlot slot = slot(key);
        return slot == null ? List.of() : list(slot.evaluations(), evaluations()::at);
    }

    /** Every evaluation that is PENDING or BLOCKED, ordered by id. */
    public final void forEachOpenEvaluation(Consumer<Evaluation> visitor) {
        evaluations().forEachOpen(visitor);
    }

    @Override
    public final @Nullable Deployment deployment(long deploymentId) {
        int ordinal = deployments().find(0, deploymentId);
        return ordinal == Rows.ABSENT ? null : deployments().at(ordinal);
    }

    @Override
    public final List<Deployment> deploymentsOfJob(JobKey key) {
        JobSlot slot = slot(key);
        return slot == null ? List.of() : list(slot.deployments(), deployments()::at);
    }

    /** Every deployment that is not terminal, ordered by id. */
    public final void forEachOpenDeployment(Consumer<Deployment> visitor) {
        deployments().forEachOpen(visitor);
    }

    final @Nullable JobSlot slot(JobKey key) {
        int ordinal = jobOrdinals().get(key);
        return ordinal == NameIndex.ABSENT ? null : jobSlots().at(ordinal);
    }

    private static <T> List<T> list(OrdinalRun run, IntFunction<T> rowAt) {
        List<T> rows = new ArrayList<>(run.rowCount());
        for (int i = 0; i < run.rowCount(); i++) {
            rows.add(rowAt.apply(run.at(i)));
        }
        return rows;
    }
}
