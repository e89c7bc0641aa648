package dev.steppe.state;

import dev.steppe.model.job.JobKey;
import dev.steppe.model.placement.Allocation;
import dev.steppe.model.placement.Evaluation;
import dev.steppe.model.rollout.Deployment;
import dev.steppe.state.page.NameIndex;
import dev.steppe.state.page.Rows;

/**
 * The state of a region after entry {@link #index()}, immutable and readable by any thread, with the journal of what
 * changed since the view before. Made by {@link StateStore#commit} in time proportional to the rows that changed.
 */
public final class StateView extends StateReads {
    private final long index;
    private final long logTimeMs;
    private final long stateHash;
    private final Journal journal;
    private final NodeRows nodeRows;
    private final NameIndex<JobKey> jobOrdinals;
    private final Rows<JobSlot> jobSlots;
    private final NameIndex<Allocation.Slot> slotOrdinals;
    private final Rows<Allocation> allocations;
    private final Rows<Evaluation> evaluations;
    private final Rows<Deployment> deployments;

    StateView(long index, long logTimeMs, Journal journal, StateTx tx) {
        this.index = index;
        this.logTimeMs = logTimeMs;
        this.journal = journal;
        stateHash = tx.stateHash();
        nodeRows = tx.nodeRows();
        jobOrdinals = tx.jobOrdinals();
        jobSlots = tx.jobSlots();
        slotOrdinals = tx.slotOrdinals();
        allocations = tx.allocations();
        evaluations = tx.evaluations();
        deployments = tx.deployments();
    }

    /** Last entry contained; 0 = empty. */
    public long index() {
        return index;
    }

    /** Log time of that entry, milliseconds. */
    public long logTimeMs() {
        return logTimeMs;
    }

    /** Hash of all rows; equal for equal states whatever the way they were reached. O(1). */
    public long stateHash() {
        return stateHash;
    }

    /** Rows changed since the view before; see {@link Journal}. */
    public Journal journal() {
        return journal;
    }

    /** All rows of it, one by one, for a snapshot. */
    public StateContent content() {
        return new StateContent(this);
    }

    @Override
    NodeRows nodeRows() {
        return nodeRows;
    }

    @Override
    NameIndex<JobKey> jobOrdinals() {
        return jobOrdinals;
    }

    @Override
    Rows<JobSlot> jobSlots() {
        return jobSlots;
    }

    @Override
    NameIndex<Allocation.Slot> slotOrdinals() {
        return slotOrdinals;
    }

    @Override
    Rows<Allocation> allocations() {
        return allocations;
    }

    @Override
    Rows<Evaluation> evaluations() {
        return evaluations;
    }

    @Override
    Rows<Deployment> deployments() {
        return deployments;
    }
}
