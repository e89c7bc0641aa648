package dev.steppe.state;

import dev.steppe.model.job.JobKey;
import dev.steppe.model.job.JobVersion;
import dev.steppe.model.node.NodeRow;
import dev.steppe.model.placement.Allocation;
import dev.steppe.model.placement.Evaluation;
import dev.steppe.model.rollout.Deployment;
import dev.steppe.model.rollout.StagedSpec;
import dev.steppe.state.page.Page;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * All that makes up one view, row by row, in the order in which {@link StateRefill} takes it back; everything else in a
 * view follows from it. Immutable, any thread. Each table is numbered from 0.
 */
public final class StateContent {
    private final StateView view;

    StateContent(StateView view) {
        this.view = view;
    }

    /** Classes of nodes that have a number. */
    public int nodeClassCount() {
        return view.nodeRows().classCount();
    }

    /** The class with number {@code number}. */
    public NodeClass nodeClassAt(int number) {
        return view.nodeRows().classAt(number);
    }

    /** Nodes. */
    public int nodeCount() {
        return view.nodeRows().nodeCount();
    }

    /** The node with ordinal {@code ordinal}. */
    public NodeRow nodeAt(int ordinal) {
        return view.nodeRows().at(ordinal);
    }

    /** Number of the class of node {@code ordinal}. */
    public int classOfNode(int ordinal) {
        return view.nodeRows().pageOf(ordinal).nodeClass()[Page.placeOf(ordinal)];
    }

    /** Ordinal of the node with that id, which must be there. */
    public int nodeOrdinal(String nodeId) {
        return view.nodeRows().ordinals().get(nodeId);
    }

    /** Job keys that the state knows, with a version or without. */
    public int jobCount() {
        return view.jobSlots().rowCount();
    }

    /** The key of job {@code ordinal}. */
    public JobKey jobKeyAt(int ordinal) {
        return view.jobSlots().at(ordinal).key();
    }

    /** The versions kept of job {@code ordinal}, newest first. */
    public List<JobVersion> jobVersionsAt(int ordinal) {
        return view.jobSlots().at(ordinal).versions();
    }

    /** The version staged of job {@code ordinal}, or null. */
    public @Nullable StagedSpec stagedAt(int ordinal) {
        return view.jobSlots().at(ordinal).staged();
    }

    /** Ordinal of the job with that key, which must be known. */
    public int jobOrdinal(JobKey key) {
        return view.jobOrdinals().get(key);
    }

    /** Allocations. */
    public int allocationCount() {
        return view.allocations().rowCount();
    }

    /** Allocation {@code ordinal}, in order of ids. */
    public Allocation allocationAt(int ordinal) {
        return view.allocations().at(ordinal);
    }

    /** Evaluations. */
    public int evaluationCount() {
        return view.evaluations().rowCount();
    }

    /** Evaluation {@code ordinal}, in order of ids. */
    public Evaluation evaluationAt(int ordinal) {
        return view.evaluations().at(ordinal);
    }

    /** Deployments. */
    public int deploymentCount() {
        return view.deployments().rowCount();
    }

    /** Deployment {@code ordinal}, in order of ids. */
    public Deployment deploymentAt(int ordinal) {
        return view.deployments().at(ordinal);
    }
}
