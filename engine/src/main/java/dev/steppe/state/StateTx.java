package dev.steppe.state;

import dev.steppe.base.Invariant;
import dev.steppe.model.job.JobKey;
import dev.steppe.model.job.JobVersion;
import dev.steppe.model.node.Node;
import dev.steppe.model.node.NodeRow;
import dev.steppe.model.node.NodeStatus;
import dev.steppe.model.placement.Allocation;
import dev.steppe.model.placement.AllocationId;
import dev.steppe.model.placement.Evaluation;
import dev.steppe.model.rollout.Deployment;
import dev.steppe.model.rollout.StagedSpec;
import dev.steppe.state.page.NameIndex;
import dev.steppe.state.page.RowTable;
import dev.steppe.state.page.Rows;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The running transaction: what the one writer may do. Owned by the apply agent; what it wrote is read back at once
 * through the same look-ups, and by others only after {@link StateStore#commit}.
 *
 * <p>Always holds, and is broken loudly otherwise: ids of allocations, evaluations and deployments ascend as they come;
 * a live allocation is on a known node, within what is free there (K1), alone in its slot; one that ended stays ended.
 */
public final class StateTx extends StateReads {
    private final NodeTable nodes = new NodeTable();
    private final RowTable<JobSlot> jobs = new RowTable<>();
    private final RowTable<Allocation> allocations = new RowTable<>();
    private final RowTable<Evaluation> evaluations = new RowTable<>();
    private final RowTable<Deployment> deployments = new RowTable<>();
    private final TreeSet<JobKey> changedJobs = new TreeSet<>();
    private NameIndex<JobKey> jobOrdinals = NameIndex.empty();
    private NameIndex<Allocation.Slot> slotOrdinals = NameIndex.empty();

    StateTx() {}

    /** Hash of all rows as they are now. O(1). */
    public long stateHash() {
        return RowHash.combined(
                nodes.hashSum(), jobs.hashSum(), allocations.hashSum(), evaluations.hashSum(), deployments.hashSum());
    }

    /** The id of the last allocation placed, or null if there is none: the next one must be above it. */
    public @Nullable AllocationId lastAllocationId() {
        Rows<Allocation> rows = allocations();
        return rows.rowCount() == 0 ? null : rows.at(rows.rowCount() - 1).id();
    }

    /**
     * Stores a node as entry {@code index} has it. A new id gets the next ordinal; a known one keeps its ordinal, and
     * its spec index if it offers the same as before.
     */
    public NodeRow putNode(Node node, NodeStatus status, long index) {
        return nodes.put(node, status, index);
    }

    /**
     * Stores a version of a job: a version above the current one becomes current; one that is kept is replaced. One
     * that is neither breaks an invariant.
     */
    public void putJob(JobVersion row) {
        JobSlot slot = slotOf(row.key());
        JobVersion current = slot.current();
        if (current != null && row.version() < current.version() && slot.version(row.version()) == null) {
            throw Invariant.broken(
                    "a version that is not kept was written: " + row.version(),
                    row.key().toString());
        }
        put(slot.with(row), true);
        changedJobs.add(row.key());
    }

    /** Stores the version that waits to be run; there is at most one a job. */
    public void putStaged(StagedSpec staged) {
        put(slotOf(staged.spec().key()).withStaged(staged), true);
        changedJobs.add(staged.spec().key());
    }

    /** Drops the version that waits to be run; nothing happens if there is none. */
    public void dropStaged(JobKey key) {
        JobSlot slot = slotOf(key);
        if (slot.staged() != null) {
            put(slot.withStaged(null), true);
            changedJobs.add(key);
        }
    }

    /** Places an allocation with a new id, above all others, or changes status or origin of one that is there. */
    public void putAllocation(Allocation row) {
        int ordinal = allocations().find(row.id().term(), row.id().sequence());
        if (ordinal == Rows.ABSENT) {
            place(row);
        } else {
            change(ordinal, row);
        }
    }

    /** Stores an evaluation: a new id must be above all others. */
    public void putEvaluation(Evaluation row) {
        long hash = RowHash.of(row);
        boolean isOpen = !row.status().isTerminal();
        int ordinal = evaluations().find(0, row.id());
        if (ordinal == Rows.ABSENT) {
            put(slotOf(row.job()).withEvaluation(evaluations.append(0, row.id(), row, hash, isOpen)), false);
        } else {
            evaluations.replace(ordinal, row, hash, isOpen);
        }
    }

    /** Stores a deployment: a new id must be above all others. */
    public void putDeployment(Deployment row) {
        long hash = RowHash.of(row);
        boolean isOpen = !row.status().isTerminal();
        int ordinal = deployments().find(0, row.id());
        if (ordinal == Rows.ABSENT) {
            put(slotOf(row.job()).withDeployment(deployments.append(0, row.id(), row, hash, isOpen)), false);
        } else {
            deployments.replace(ordinal, row, hash, isOpen);
        }
    }

    /** A class of nodes with the next number; only {@link StateRefill}. */
    void refillNodeClass(NodeClass nodeClass) {
        nodes.addClass(nodeClass);
    }

    /** A node as it was; only {@link StateRefill}. */
    void refillNode(NodeRow row, int nodeClass) {
        if (row.ordinal() != nodes.rows().nodeCount()) {
            throw Invariant.broken("a node came twice, or too early: ordinal", row.ordinal());
        }
        nodes.write(row, nodeClass);
    }

    /** A job as it was, without its rows elsewhere; only {@link StateRefill}. */
    void refillJob(JobKey key, List<JobVersion> versions, @Nullable StagedSpec staged) {
        if (slot(key) != null) {
            throw Invariant.broken("a job came twice", key.toString());
        }
        put(JobSlot.empty(key).withAll(versions, staged), true);
    }

    /** An allocation as it was; only {@link StateRefill}. */
    void refillAllocation(Allocation row) {
        int ordinal = append(row);
        if (!row.isTerminal()) {
            nodes.takeAgain(nodeOrdinal(row.nodeId()), row.resources(), ordinal);
        }
    }

    /** Ends the batch of a refill, which no journal names. */
    void forgetBatch() {
        jobs.endBatch();
        nodes.endBatch();
        allocations.endBatch();
        evaluations.endBatch();
        deployments.endBatch();
        changedJobs.clear();
    }

    Journal endBatch(long sinceIndex) {
        jobs.endBatch();
        Journal journal = new Journal(
                sinceIndex,
                nodes.endBatch(),
                new ArrayList<>(changedJobs),
                allocationIds(allocations.endBatch()),
                evaluationIds(evaluations.endBatch()),
                deploymentIds(deployments.endBatch()));
        changedJobs.clear();
        return journal;
    }

    private void place(Allocation row) {
        int nodeOrdinal = nodeOrdinal(row.nodeId());
        int ordinal = append(row);
        if (!row.isTerminal()) {
            nodes.take(nodeOrdinal, row.resources(), ordinal);
        }
    }

    private int append(Allocation row) {
        Allocation holder = latestIn(row.slot());
        if (holder != null && !holder.isTerminal()) {
            throw Invariant.broken(
                    "two live allocations in one slot: " + holder.id(), row.id().toString());
        }
        AllocationId id = row.id();
        int ordinal = allocations.append(id.term(), id.sequence(), row, RowHash.of(row), !row.isTerminal());
        slotOrdinals = slotOrdinals.with(row.slot(), ordinal);
        put(slotOf(row.slot().job()).withAllocation(ordinal), false);
        return ordinal;
    }

    private void change(int ordinal, Allocation row) {
        Allocation before = allocations().at(ordinal);
        boolean isSame = before.nodeId().equals(row.nodeId())
                && before.slot().equals(row.slot())
                && before.resources().equals(row.resources());
        if (!isSame || (before.isTerminal() && !row.isTerminal())) {
            throw Invariant.broken(
                    "an allocation moved, grew, or came back", row.id().toString());
        }
        allocations.replace(ordinal, row, RowHash.of(row), !row.isTerminal());
        if (!before.isTerminal() && row.isTerminal()) {
            nodes.giveBack(nodeOrdinal(row.nodeId()), row.resources(), ordinal);
        }
    }

    private int nodeOrdinal(String nodeId) {
        int ordinal = nodeRows().ordinals().get(nodeId);
        if (ordinal == NameIndex.ABSENT) {
            throw Invariant.broken("an allocation on a node that is not there", nodeId);
        }
        return ordinal;
    }

    private JobSlot slotOf(JobKey key) {
        JobSlot slot = slot(key);
        return slot == null ? JobSlot.empty(key) : slot;
    }

    /** Stores a slot; its hash changes only with its versions, its rows elsewhere are hashed there. */
    private void put(JobSlot slot, boolean hasOtherVersions) {
        int ordinal = jobOrdinals.get(slot.key());
        if (ordinal == NameIndex.ABSENT) {
            int next = jobs.rows().rowCount();
            jobs.append(0, next, slot, RowHash.of(slot), false);
            jobOrdinals = jobOrdinals.with(slot.key(), next);
        } else {
            long hash = hasOtherVersions ? RowHash.of(slot) : jobs.rows().hashAt(ordinal);
            jobs.replace(ordinal, slot, hash, false);
        }
    }

    private List<AllocationId> allocationIds(int[] ordinals) {
        List<AllocationId> ids = new ArrayList<>(ordinals.length);
        for (int ordinal : ordinals) {
            ids.add(allocations().at(ordinal).id());
        }
        return ids;
    }

    private long[] evaluationIds(int[] ordinals) {
        long[] ids = new long[ordinals.length];
        for (int i = 0; i < ids.length; i++) {
            ids[i] = evaluations().at(ordinals[i]).id();
        }
        return ids;
    }

    private long[] deploymentIds(int[] ordinals) {
        long[] ids = new long[ordinals.length];
        for (int i = 0; i < ids.length; i++) {
            ids[i] = deployments().at(ordinals[i]).id();
        }
        return ids;
    }

    @Override
    NodeRows nodeRows() {
        return nodes.rows();
    }

    @Override
    NameIndex<JobKey> jobOrdinals() {
        return jobOrdinals;
    }

    @Override
    Rows<JobSlot> jobSlots() {
        return jobs.rows();
    }

    @Override
    NameIndex<Allocation.Slot> slotOrdinals() {
        return slotOrdinals;
    }

    @Override
    Rows<Allocation> allocations() {
        return allocations.rows();
    }

    @Override
    Rows<Evaluation> evaluations() {
        return evaluations.rows();
    }

    @Override
    Rows<Deployment> deployments() {
        return deployments.rows();
    }
}
