package dev.steppe.verify;

import dev.steppe.feasible.ConditionSet;
import dev.steppe.model.job.TaskGroup;
import dev.steppe.model.node.NodeRow;
import dev.steppe.model.node.NodeStatus;
import dev.steppe.model.placement.Allocation;
import dev.steppe.model.placement.AllocationId;
import dev.steppe.model.placement.Plan;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Rows about allocations that are there: stops and updates in place. */
final class StopCheck {
    private StopCheck() {}

    /**
     * Why the whole plan is refused for the allocations that it names, or null.
     *
     * @param named takes the ids that the plan stops or updates; empty before
     */
    static @Nullable String refusal(PlanFacts facts, Set<AllocationId> named) {
        for (Plan.Stop stop : facts.plan().stops()) {
            String reason = ofId(facts, stop.id(), named);
            if (reason == null) {
                reason = ofLoss(facts, stop);
            }
            if (reason != null) {
                return reason;
            }
        }
        for (Plan.InPlace update : facts.plan().updates()) {
            String reason = ofId(facts, update.id(), named);
            if (reason != null) {
                return reason;
            }
        }
        return null;
    }

    /** Why this row is refused, or null. */
    static @Nullable String ofStop(Allocation row) {
        return row.status().desired() == Allocation.DesiredStatus.STOP
                ? "allocation " + row.id() + " is stopped already, since " + row.modifyIndex()
                : null;
    }

    /** Why this row is refused, or null. */
    static @Nullable String ofUpdate(PlanFacts facts, Plan.InPlace update, Allocation row) {
        String group = row.slot().group();
        if (row.isTerminal()) {
            return "allocation " + row.id() + " ended and cannot be updated in place";
        }
        if (!facts.isWanted(group, row.slot().ordinal())) {
            return row.slot().name() + " is not wanted in version "
                    + facts.job().version();
        }
        TaskGroup wanted = facts.job().spec().group(group).orElseThrow();
        if (!wanted.ask().equals(row.resources())) {
            return "allocation " + row.id() + " holds " + row.resources() + ", its group asks for " + wanted.ask();
        }
        NodeRow node = facts.view().node(row.nodeId());
        if (node == null || !ConditionSet.of(facts.job().spec(), wanted).holdsOn(node.node())) {
            return "allocation " + row.id() + " is on " + row.nodeId()
                    + ", which does not meet the conditions of group " + group;
        }
        if (update.inDeployment() != facts.isDeployed(group)) {
            return "allocation " + row.id() + " in deployment: " + update.inDeployment() + ", must be "
                    + facts.isDeployed(group);
        }
        Allocation.Origin origin = row.origin();
        boolean isThere = origin.jobVersion() == facts.job().version()
                && origin.deploymentId() == facts.deploymentIdFor(update.inDeployment());
        return isThere ? "allocation " + row.id() + " runs version " + origin.jobVersion() + " already" : null;
    }

    private static @Nullable String ofId(PlanFacts facts, AllocationId id, Set<AllocationId> named) {
        Allocation row = facts.view().allocation(id);
        if (row == null) {
            return "allocation " + id + " does not exist";
        }
        if (!row.slot().job().equals(facts.plan().job())) {
            return "allocation " + id + " is one of job " + row.slot().job() + ", not of "
                    + facts.plan().job();
        }
        return named.add(id) ? null : "allocation " + id + " is stopped or updated twice";
    }

    private static @Nullable String ofLoss(PlanFacts facts, Plan.Stop stop) {
        if (stop.lost() != (stop.reason() == Plan.StopReason.LOST)) {
            return "allocation " + stop.id() + " lost: " + stop.lost() + ", because: " + stop.reason();
        }
        Allocation row = facts.view().allocation(stop.id());
        NodeRow node = row == null ? null : facts.view().node(row.nodeId());
        if (!stop.lost() || (node != null && node.status() == NodeStatus.DOWN)) {
            return null;
        }
        return "allocation " + stop.id() + " is called lost, but its node is not down";
    }
}
