package dev.steppe.verify;

import dev.steppe.feasible.ConditionSet;
import dev.steppe.model.job.JobVersion;
import dev.steppe.model.job.TaskGroup;
import dev.steppe.model.node.NodeRow;
import dev.steppe.model.placement.Allocation;
import dev.steppe.model.placement.Allocation.ClientStatus;
import dev.steppe.model.placement.AllocationId;
import dev.steppe.model.placement.Plan;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Rows about new allocations. */
final class PlaceCheck {
    private static final int SCORE_MAX = 1_000_000;

    private PlaceCheck() {}

    /**
     * Why the whole plan is refused for what its places replace, or null.
     *
     * @param stopped allocations that the plan stops
     */
    static @Nullable String refusal(PlanFacts facts, Set<AllocationId> stopped) {
        Set<Allocation.Slot> slots = new HashSet<>(); // only ever asked, never walked
        for (Plan.Place place : facts.plan().places()) {
            Allocation.Slot slot = slotOf(facts, place);
            if (!slots.add(slot)) {
                return slot.name() + " is placed twice";
            }
            String reason = ofPrevious(place, slot, facts.view().latestIn(slot), stopped);
            if (reason != null) {
                return reason;
            }
        }
        return null;
    }

    /** Why this row is refused, or null; what it takes from its node is noted in {@code balances}. */
    static @Nullable String ofPlace(
            PlanFacts facts, Plan.Place place, Set<AllocationId> stopped, NodeBalances balances) {
        String reason = ofSlot(facts, place, stopped);
        if (reason != null) {
            return reason;
        }
        JobVersion version = facts.versionFor(place.group());
        reason = ofVersion(facts, place, version);
        if (reason != null) {
            return reason;
        }
        TaskGroup group = version.spec().group(place.group()).orElse(null);
        if (group == null) {
            return "version " + place.jobVersion() + " of job " + facts.plan().job() + " has no group " + place.group();
        }
        return ofNode(facts, place, group, balances);
    }

    private static @Nullable String ofPrevious(
            Plan.Place place, Allocation.Slot slot, @Nullable Allocation latest, Set<AllocationId> stopped) {
        AllocationId previous = place.previous();
        boolean isReplacement = latest != null
                && (stopped.contains(latest.id()) || latest.status().client() == ClientStatus.LOST);
        if (latest == null || !isReplacement) {
            return previous == null
                    ? null
                    : slot.name() + " names allocation " + previous + ", which is not the last one there, or neither"
                            + " lost nor stopped by the plan";
        }
        return latest.id().equals(previous)
                ? null
                : slot.name() + " replaces allocation " + latest.id() + ", and names " + previous;
    }

    private static @Nullable String ofSlot(PlanFacts facts, Plan.Place place, Set<AllocationId> stopped) {
        Allocation.Slot slot = slotOf(facts, place);
        if (!facts.isWanted(place.group(), place.ordinal())) {
            return slot.name() + " is not wanted in version " + facts.job().version();
        }
        Allocation latest = facts.view().latestIn(slot);
        if (latest != null && !latest.isTerminal() && !stopped.contains(latest.id())) {
            return slot.name() + " is held by allocation " + latest.id();
        }
        return place.score() < 0 || place.score() > SCORE_MAX
                ? "score " + place.score() + " of " + slot.name() + " is not between 0 and " + SCORE_MAX
                : null;
    }

    private static @Nullable String ofVersion(PlanFacts facts, Plan.Place place, JobVersion version) {
        if (place.jobVersion() != version.version()) {
            return slotOf(facts, place).name() + " of version " + place.jobVersion() + ", must be of "
                    + version.version();
        }
        boolean isCurrent = place.jobVersion() == facts.job().version();
        boolean mustCount = isCurrent && facts.isDeployed(place.group());
        if (place.inDeployment() != mustCount) {
            return slotOf(facts, place).name() + " in deployment: " + place.inDeployment() + ", must be " + mustCount;
        }
        return facts.isHalted() && place.previous() == null
                ? slotOf(facts, place).name() + " replaces nothing, and version "
                        + facts.job().version() + " is halted"
                : null;
    }

    private static @Nullable String ofNode(PlanFacts facts, Plan.Place place, TaskGroup group, NodeBalances balances) {
        NodeRow node = facts.view().node(place.nodeId());
        if (node == null) {
            return place.nodeId() + " refused: it does not exist";
        }
        if (!node.isReady()) {
            return place.nodeId() + " refused: it is " + node.status();
        }
        if (node.specIndex() != place.nodeSpecIndex()) {
            return place.nodeId() + " refused: it was read at " + place.nodeSpecIndex() + " and changed at "
                    + node.specIndex();
        }
        if (!ConditionSet.of(facts.versionFor(place.group()).spec(), group).holdsOn(node.node())) {
            return place.nodeId() + " refused: it does not meet the conditions of group " + place.group();
        }
        return balances.take(node, group.ask(), facts.view());
    }

    private static Allocation.Slot slotOf(PlanFacts facts, Plan.Place place) {
        return new Allocation.Slot(facts.plan().job(), place.group(), place.ordinal());
    }
}
