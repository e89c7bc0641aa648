package dev.steppe.command;

import dev.steppe.base.Invariant;
import dev.steppe.model.job.OnFailure;
import dev.steppe.model.node.NodeStatus;
import dev.steppe.model.placement.Allocation;
import dev.steppe.model.placement.Evaluation;
import dev.steppe.model.placement.Plan;
import dev.steppe.model.rollout.DeploymentStatus;
import dev.steppe.model.rollout.RolloutVerb;
import dev.steppe.model.rollout.StatusReason;
import java.util.List;

/**
 * The codes by which constants stand in stored bytes: the place in the list given here, which only grows at its end.
 * The order of an enumeration's source does not matter.
 */
public final class WireEnum<E extends Enum<E>> {
    public static final WireEnum<OnFailure> ON_FAILURE =
            new WireEnum<>(List.of(OnFailure.DEFAULT, OnFailure.FAIL_ALL, OnFailure.FAIL_LOCAL));

    public static final WireEnum<NodeStatus> NODE_STATUS = new WireEnum<>(List.of(NodeStatus.READY, NodeStatus.DOWN));

    public static final WireEnum<Evaluation.Trigger> TRIGGER = new WireEnum<>(List.of(
            Evaluation.Trigger.JOB_REGISTER,
            Evaluation.Trigger.JOB_DEREGISTER,
            Evaluation.Trigger.NODE_UPDATE,
            Evaluation.Trigger.ALLOC_FAILURE,
            Evaluation.Trigger.DEPLOYMENT_WATCHER,
            Evaluation.Trigger.QUEUED_ALLOCS,
            Evaluation.Trigger.FAILED_FOLLOW_UP,
            Evaluation.Trigger.MAX_PLAN_ATTEMPTS));

    public static final WireEnum<Evaluation.Status> EVALUATION_STATUS = new WireEnum<>(List.of(
            Evaluation.Status.PENDING,
            Evaluation.Status.BLOCKED,
            Evaluation.Status.COMPLETE,
            Evaluation.Status.FAILED,
            Evaluation.Status.CANCELED));

    public static final WireEnum<Plan.StopReason> STOP_REASON =
            new WireEnum<>(List.of(Plan.StopReason.NOT_NEEDED, Plan.StopReason.LOST, Plan.StopReason.UPDATED));

    public static final WireEnum<Allocation.DesiredStatus> DESIRED_STATUS =
            new WireEnum<>(List.of(Allocation.DesiredStatus.RUN, Allocation.DesiredStatus.STOP));

    public static final WireEnum<Allocation.ClientStatus> CLIENT_STATUS = new WireEnum<>(List.of(
            Allocation.ClientStatus.PENDING,
            Allocation.ClientStatus.RUNNING,
            Allocation.ClientStatus.COMPLETE,
            Allocation.ClientStatus.FAILED,
            Allocation.ClientStatus.LOST));

    public static final WireEnum<Allocation.Health> HEALTH =
            new WireEnum<>(List.of(Allocation.Health.UNKNOWN, Allocation.Health.HEALTHY, Allocation.Health.UNHEALTHY));

    public static final WireEnum<DeploymentStatus> DEPLOYMENT_STATUS = new WireEnum<>(List.of(
            DeploymentStatus.PENDING,
            DeploymentStatus.RUNNING,
            DeploymentStatus.BLOCKED,
            DeploymentStatus.UNBLOCKING,
            DeploymentStatus.SUCCESSFUL,
            DeploymentStatus.FAILED,
            DeploymentStatus.CANCELLED));

    public static final WireEnum<StatusReason> STATUS_REASON = new WireEnum<>(List.of(
            StatusReason.NONE,
            StatusReason.UNHEALTHY,
            StatusReason.PROGRESS_DEADLINE,
            StatusReason.STALL,
            StatusReason.PEER,
            StatusReason.OPERATOR,
            StatusReason.SUPERSEDED,
            StatusReason.STOPPED,
            StatusReason.ABORTED));

    public static final WireEnum<RolloutVerb> ROLLOUT_VERB = new WireEnum<>(List.of(
            RolloutVerb.RUN,
            RolloutVerb.PREPARE,
            RolloutVerb.COMMIT,
            RolloutVerb.UNBLOCK,
            RolloutVerb.FAIL,
            RolloutVerb.CANCEL,
            RolloutVerb.UNSTAGE));

    private final List<E> byCode;

    private WireEnum(List<E> byCode) {
        this.byCode = byCode;
    }

    /** The constants, each at the place that is its code. */
    List<E> byCode() {
        return byCode;
    }

    /** The code of {@code constant}. */
    public short code(E constant) {
        int code = byCode.indexOf(constant);
        if (code < 0) {
            throw Invariant.broken("constant without a code", constant.name());
        }
        return (short) code;
    }

    /** The constant with {@code code}; refuses an unknown one. */
    public E constant(short code) throws MalformedBytes {
        if (code >= byCode.size()) {
            throw new MalformedBytes("code " + code + " is unknown for "
                    + byCode.get(0).getDeclaringClass().getSimpleName());
        }
        return byCode.get(code);
    }
}
