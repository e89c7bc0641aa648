package dev.steppe.server;

import dev.steppe.api.EngineView;
import dev.steppe.model.job.JobKey;
import dev.steppe.model.job.JobVersion;
import dev.steppe.model.node.NodeRow;
import dev.steppe.model.placement.Allocation;
import dev.steppe.model.rollout.Deployment;
import dev.steppe.state.StateView;
import java.util.List;
import java.util.Optional;

/** A view of the state as an embedder sees it. */
record EngineViewOf(StateView state) implements EngineView {
    @Override
    public long index() {
        return state.index();
    }

    @Override
    public long stateHash() {
        return state.stateHash();
    }

    @Override
    public Optional<NodeRow> node(String nodeId) {
        return Optional.ofNullable(state.node(nodeId));
    }

    @Override
    public Optional<JobVersion> job(JobKey job) {
        return Optional.ofNullable(state.job(job));
    }

    @Override
    public List<Allocation> allocations(JobKey job) {
        return state.allocationsOfJob(job);
    }

    @Override
    public List<Allocation> allocationsOn(String nodeId) {
        NodeRow row = state.node(nodeId);
        return row == null ? List.of() : state.liveAllocationsOn(row.ordinal());
    }

    @Override
    public List<Deployment> deployments(JobKey job) {
        return state.deploymentsOfJob(job);
    }
}
