package dev.steppe.command;

import dev.steppe.model.job.Job;
import dev.steppe.model.job.JobKey;
import dev.steppe.model.node.Node;
import dev.steppe.model.node.NodeStatus;
import dev.steppe.model.placement.Allocation;
import dev.steppe.model.placement.AllocationId;
import dev.steppe.model.placement.Evaluation;
import dev.steppe.model.placement.GroupFailure;
import dev.steppe.model.placement.Plan;
import dev.steppe.model.rollout.RolloutMembership;
import dev.steppe.model.rollout.RolloutVerb;
import dev.steppe.model.rollout.StatusReason;
import java.util.List;

/** One entry of a region's log, as the engine reads it. The whole conversation with {@code fsm} stands here. */
public sealed interface Command {
    /** A check index that does not care what is there. */
    long ANY_INDEX = -1;

    /** Machines register, or change what they offer. A known id keeps its ordinal and becomes ready. */
    record RegisterNodes(List<Node> nodes) implements Command {
        /** Takes an ordered copy. */
        public RegisterNodes {
            nodes = List.copyOf(nodes);
        }
    }

    /** Machines are heard of again, or not any more; evaluations for the jobs on them are part of the effect. */
    record SetNodeStatus(List<String> nodeIds, NodeStatus status) implements Command {
        /** Takes an ordered copy. */
        public SetNodeStatus {
            nodeIds = List.copyOf(nodeIds);
        }
    }

    /**
     * A job of one region. An equal spec writes no new version, and an evaluation all the same.
     *
     * @param checkIndex {@link #ANY_INDEX}, 0 = the job must not exist, else its JobModifyIndex must be this
     * @param submitTimeMs wall clock, for people only
     */
    record SubmitJob(Job job, long checkIndex, long submitTimeMs) implements Command {}

    /** The owner wants nothing of it any more. Its allocations are stopped by the evaluation that this creates. */
    record StopJob(JobKey job) implements Command {}

    /** Questions that leader duties raise. Jobs that do not exist are passed over. */
    record CreateEvaluations(List<Asked> asked) implements Command {
        /** Takes an ordered copy. */
        public CreateEvaluations {
            asked = List.copyOf(asked);
        }

        /** See {@link Evaluation}. */
        public record Asked(JobKey job, Evaluation.Trigger trigger, long waitUntilMs, long deploymentId) {}
    }

    /**
     * Plans of one applier, in the order in which it verified them.
     *
     * @param term the applier's; refused as a whole unless it is the entry's own term
     */
    record CommitPlans(long term, List<Numbered> plans) implements Command {
        /** Takes an ordered copy. */
        public CommitPlans {
            plans = List.copyOf(plans);
        }

        /** A plan and its sequence within the term, 1 and up, strictly increasing. */
        public record Numbered(long sequence, Plan plan) {}
    }

    /**
     * What planners concluded about evaluations.
     *
     * @param term the leader's; refused as a whole unless it is the entry's own term
     */
    record ConcludeEvaluations(long term, List<Conclusion> conclusions) implements Command {
        /** Takes an ordered copy. */
        public ConcludeEvaluations {
            conclusions = List.copyOf(conclusions);
        }

        /**
         * One conclusion; passed over if the evaluation is terminal by now.
         *
         * @param snapshotIndex index of the view that was planned on
         */
        public record Conclusion(
                long evalId, Evaluation.Status status, long snapshotIndex, List<GroupFailure> failures) {
            /** Takes an ordered copy. */
            public Conclusion {
                failures = List.copyOf(failures);
            }
        }
    }

    /** What the client of a node says of its allocations; those not on this node are passed over. */
    record ReportAllocations(String nodeId, List<Report> reports) implements Command {
        /** Takes an ordered copy. */
        public ReportAllocations {
            reports = List.copyOf(reports);
        }

        /** Client status and health of one allocation; LOST is not for clients to say. */
        public record Report(AllocationId id, Allocation.ClientStatus client, Allocation.Health health) {}
    }

    /**
     * The deployment fails here, and reverts if its update block says so, in one entry ({@code multiregion.md} T6).
     *
     * @param detail which allocation, group or region; part of the description
     */
    record FailDeployment(long deploymentId, StatusReason reason, String detail) implements Command {}

    /** Progress was seen elsewhere in the rollout: its stall time starts anew here ({@code multiregion.md} 2.8). */
    record RefreshStall(String rolloutId, JobKey job) implements Command {}

    /**
     * A version of a multi-region job is registered here, inert ({@code multiregion.md} T1).
     *
     * @param spec the region's interpolated copy
     * @param version must be above every version here
     * @param checkIndex what Probe answered here; another value now refuses
     */
    record StageJob(Job spec, long version, long checkIndex, RolloutMembership membership, long submitTimeMs)
            implements Command {}

    /**
     * A verb of a rollout, from a region or an operator ({@code multiregion.md} 2.5). Never mutates anything if
     * {@code rolloutId} and {@code version} are not those of the deployment here (S12).
     *
     * @param reason for FAIL, CANCEL and UNSTAGE; else NONE
     * @param fromRegion who asks
     */
    record MoveRollout(
            RolloutVerb verb, String rolloutId, JobKey job, long version, StatusReason reason, String fromRegion)
            implements Command {}
}
