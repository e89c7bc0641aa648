package dev.steppe.reconcile;

import dev.steppe.model.job.JobVersion;
import dev.steppe.model.job.TaskGroup;
import dev.steppe.model.placement.Allocation;
import dev.steppe.model.placement.Allocation.ClientStatus;
import dev.steppe.model.placement.Allocation.DesiredStatus;
import dev.steppe.model.placement.Allocation.Health;
import dev.steppe.model.placement.AllocationId;
import dev.steppe.model.placement.Plan;
import dev.steppe.model.rollout.Deployment;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * One group of a job that is wanted ({@code scheduling.md} 4.2). Used once.
 *
 * <p>An allocation holds its slot while it is wanted and has not completed; one that its client calls failed holds it
 * too, because nothing reschedules it in this version.
 */
final class GroupReconciler {
    private static final Comparator<Allocation> BY_ORDINAL =
            Comparator.comparingInt((Allocation one) -> one.slot().ordinal()).thenComparing(Allocation::id);

    private final Situation situation;
    private final JobVersion job;
    private final TaskGroup group;
    private final Standing standing;
    private final Draft draft;
    private final List<Allocation> kept = new ArrayList<>();
    private final List<Allocation> lost = new ArrayList<>();
    private final List<Allocation> destructive = new ArrayList<>();
    private final List<Allocation> inPlace = new ArrayList<>();
    private final List<Slot> slots = new ArrayList<>();
    private final Map<Integer, Allocation> lastLost = new TreeMap<>();
    private final Map<Integer, Allocation> surplus = new TreeMap<>();
    private final SlotNames names = new SlotNames();
    private int stopCount;

    GroupReconciler(Situation situation, TaskGroup group, Standing standing, Draft draft) {
        this.situation = situation;
        this.job = situation.job();
        this.group = group;
        this.standing = standing;
        this.draft = draft;
    }

    /** Adds what the group stops to the draft, and finds out what else it needs. Once, before {@link #place}. */
    void compare(List<Allocation> allocations) {
        split(allocations);
        stopCount = lost.size() + stopSurplus();
        if (!standing.isHalted()) {
            compareVersions();
        }
        findMissing(allocations);
    }

    /** Whether a deployment of the current version has to be created for this group ({@code scheduling.md} 4.17). */
    boolean needsDeployment() {
        if (group.update().isNone() || standing.latest() != null) {
            return false;
        }
        boolean isUpdating = !destructive.isEmpty() || !inPlace.isEmpty();
        return isUpdating || (!slots.isEmpty() && kept.stream().noneMatch(this::isCurrent));
    }

    /**
     * Adds what the group places and updates to the draft.
     *
     * @param isDeployed whether a deployment is under way or created by this answer
     * @return whether nothing is left to do here
     */
    boolean place(boolean isDeployed) {
        boolean isCounted = isDeployed && isCounted();
        int destructiveCount = placeAnew(Math.max(0, limit() - slots.size()), isCounted);
        for (Slot slot : slots) {
            draft.places.add(new Reconciliation.Wanted(
                    group.name(), slot.ordinal, slot.version, isCounted, slot.previous, null));
        }
        for (Allocation one : inPlace) {
            draft.updates.add(new Plan.InPlace(one.id(), isCounted));
        }
        int ignoreCount = kept.size() - destructiveCount - inPlace.size();
        draft.tallies.put(
                group.name(),
                new Reconciliation.Tally(slots.size(), stopCount, inPlace.size(), destructiveCount, ignoreCount));
        return slots.isEmpty() && destructive.isEmpty() && inPlace.isEmpty() && isHealthy();
    }

    private void split(List<Allocation> allocations) {
        for (Allocation one : allocations) {
            if (one.status().desired() == DesiredStatus.STOP) {
                continue;
            }
            ClientStatus client = one.status().client();
            if (client == ClientStatus.FAILED || !client.isTerminal()) {
                (isLostNow(one) ? lost : kept).add(one);
            }
        }
        kept.sort(BY_ORDINAL);
        lost.sort(BY_ORDINAL);
        lost.forEach(draft::stopLost);
    }

    /** {@code scheduling.md} 4.11: second holders of a slot, then failed ones, then the highest ordinals. */
    private int stopSurplus() {
        int before = kept.size();
        kept.removeIf(one -> {
            boolean isSecond = !names.take(one.slot().ordinal());
            if (isSecond) {
                draft.stopNotNeeded(one);
            }
            return isSecond;
        });
        for (int i = kept.size() - 1; i >= 0 && kept.size() > group.count(); i--) {
            if (kept.get(i).status().client() == ClientStatus.FAILED) {
                stopKept(i);
            }
        }
        while (kept.size() > group.count()) {
            stopKept(kept.size() - 1);
        }
        return before - kept.size();
    }

    private void stopKept(int position) {
        Allocation one = kept.remove(position);
        names.free(one.slot().ordinal());
        surplus.put(one.slot().ordinal(), one);
        draft.stopNotNeeded(one);
    }

    /** {@code scheduling.md} 4.13, but for failed ones. */
    private void compareVersions() {
        for (Allocation one : kept) {
            if (isCurrent(one)) {
                continue;
            }
            // One that failed is placed anew whatever differs: the deployment has to bring up all of the group.
            (one.isTerminal() || isDestructive(one) ? destructive : inPlace).add(one);
        }
    }

    private boolean isCurrent(Allocation one) {
        return isSameLife(one) && one.origin().jobVersion() == job.version();
    }

    private boolean isSameLife(Allocation one) {
        return one.origin().jobCreateIndex() == job.indexes().createIndex();
    }

    /**
     * Also if its version is not kept any more, its ordinal is not wanted while the number is, or its node is none for
     * the current version.
     */
    private boolean isDestructive(Allocation one) {
        JobVersion old =
                isSameLife(one) ? situation.versions().version(one.origin().jobVersion()) : null;
        if (old == null || one.slot().ordinal() >= group.count()) {
            return true;
        }
        return (old.specHash() != job.specHash() && SpecDifference.isDestructive(old.spec(), job.spec(), group.name()))
                || !situation.nodes().admits(job.spec(), group, one.nodeId());
    }

    /** {@code scheduling.md} 4.12. */
    private int limit() {
        if (group.update().isNone()) {
            return Integer.MAX_VALUE;
        }
        Deployment active = standing.active();
        if (active == null) {
            return group.update().maxParallel();
        }
        int waitingCount = 0;
        for (Allocation one : kept) {
            if (one.origin().deploymentId() != active.id()) {
                continue;
            }
            if (one.status().health() == Health.UNHEALTHY) {
                return 0;
            }
            waitingCount += one.status().health() == Health.HEALTHY ? 0 : 1;
        }
        return Math.max(0, group.update().maxParallel() - waitingCount);
    }

    /** Whether the deployment under way, or the one that is created, counts the group. */
    private boolean isCounted() {
        return standing.active() == null ? !group.update().isNone() : standing.groupState(group.name()) != null;
    }

    /** Destructive updates in the order of their ordinals, as many as allowed; returns how many. */
    private int placeAnew(int allowedCount, boolean isCounted) {
        int count = Math.min(allowedCount, destructive.size());
        for (Allocation one : destructive.subList(0, count)) {
            int own = one.slot().ordinal();
            names.free(own);
            int ordinal = names.takeNext(own, group.count());
            AllocationId previous = ordinal == own ? one.id() : lastIn(ordinal);
            draft.destructive.add(new Reconciliation.Wanted(group.name(), ordinal, job, isCounted, previous, one.id()));
        }
        return count;
    }

    /** {@code scheduling.md} 4.14: lost ones first, then slots that nobody holds. */
    private void findMissing(List<Allocation> allocations) {
        noteLastLost(allocations);
        int missingCount = group.count() - kept.size();
        for (int i = 0; i < missingCount; i++) {
            int ordinal = names.takeNext(i < lost.size() ? lost.get(i).slot().ordinal() : -1, group.count());
            AllocationId previous = lastLostIn(ordinal);
            if (previous != null) {
                slots.add(new Slot(ordinal, replacementVersion(), previous));
            } else if (!standing.isHalted()) {
                // A halted version places no more of itself: what nobody held stays open.
                slots.add(new Slot(ordinal, job, null));
            }
        }
    }

    private void noteLastLost(List<Allocation> allocations) {
        for (Allocation one : allocations) {
            lastLost.put(one.slot().ordinal(), one);
        }
        lastLost.values().removeIf(one -> one.status().client() != ClientStatus.LOST && !isLostNow(one));
    }

    /** The allocation that was in this slot last, if that was lost or is stopped by this answer; else null. */
    private @Nullable AllocationId lastIn(int ordinal) {
        Allocation stopped = surplus.get(ordinal);
        return stopped == null ? lastLostIn(ordinal) : stopped.id();
    }

    /** The allocation that was in this slot last, if that was lost; else null. */
    private @Nullable AllocationId lastLostIn(int ordinal) {
        Allocation last = lastLost.get(ordinal);
        return last == null ? null : last.id();
    }

    private boolean isLostNow(Allocation one) {
        return !one.isTerminal() && situation.nodes().isDown(one.nodeId());
    }

    /**
     * What replaces a lost allocation: the current version, or while that is halted the stable one, if there is one.
     */
    private JobVersion replacementVersion() {
        JobVersion stable = situation.stable();
        if (standing.isHalted()
                && stable != null
                && stable.spec().group(group.name()).isPresent()) {
            return stable;
        }
        return job;
    }

    private boolean isHealthy() {
        Deployment.GroupState state = standing.groupState(group.name());
        return state == null || state.healthyCount() >= state.desiredTotal();
    }

    /** A slot to fill. */
    private record Slot(
            int ordinal, JobVersion version, @Nullable AllocationId previous) {}
}
