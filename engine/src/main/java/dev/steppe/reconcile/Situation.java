package dev.steppe.reconcile;

import dev.steppe.model.job.Job;
import dev.steppe.model.job.JobKey;
import dev.steppe.model.job.JobVersion;
import dev.steppe.model.job.TaskGroup;
import dev.steppe.model.node.NodeRow;
import dev.steppe.model.placement.Allocation;
import dev.steppe.model.rollout.Deployment;
import dev.steppe.state.StateView;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Everything that the answer about one job depends on.
 *
 * @param job the current version, stopped or not
 * @param stable the newest version marked stable; null if none
 * @param allocations all of the job's, terminal ones too, ordered by id
 * @param deployments all of the job's, ordered by id
 * @param versions the versions that are kept
 * @param nodes which nodes are down
 */
public record Situation(
        JobVersion job,
        @Nullable JobVersion stable,
        List<Allocation> allocations,
        List<Deployment> deployments,
        Versions versions,
        NodeSight nodes) {
    /** Takes ordered copies. */
    public Situation {
        allocations = List.copyOf(allocations);
        deployments = List.copyOf(deployments);
    }

    /** The situation of the job in a view; null if the view has no such job. */
    public static @Nullable Situation of(StateView view, JobKey key, Admission admission) {
        JobVersion job = view.job(key);
        if (job == null) {
            return null;
        }
        NodeSight nodes = new NodeSight() {
            @Override
            public boolean isDown(String nodeId) {
                NodeRow row = view.node(nodeId);
                return row == null || !row.isReady();
            }

            @Override
            public boolean admits(Job job, TaskGroup group, String nodeId) {
                NodeRow row = view.node(nodeId);
                return row != null && admission.admits(job, group, row);
            }
        };
        return new Situation(
                job,
                view.stableVersion(key),
                view.allocationsOfJob(key),
                view.deploymentsOfJob(key),
                version -> view.jobVersion(key, version),
                nodes);
    }

    /** Versions of the job that are kept. */
    @FunctionalInterface
    public interface Versions {
        /** The row of this version; null if it is not kept. */
        @Nullable
        JobVersion version(long version);
    }

    /** What is known of nodes. */
    @FunctionalInterface
    public interface NodeSight {
        /** Whether what runs there is lost: the node is down, or there is none. */
        boolean isDown(String nodeId);

        /** Whether a group could run there, room aside: what runs there may go on in place under this version. */
        default boolean admits(Job job, TaskGroup group, String nodeId) {
            return true;
        }
    }

    /** Who knows what a group demands of a node besides room. */
    @FunctionalInterface
    public interface Admission {
        /** Whether the node meets it. */
        boolean admits(Job job, TaskGroup group, NodeRow node);
    }
}
