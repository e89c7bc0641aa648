package dev.steppe.multiregion;

import dev.steppe.base.Invariant;
import dev.steppe.model.rollout.Deployment;
import dev.steppe.model.rollout.DeploymentStatus;
import dev.steppe.model.rollout.RolloutMembership;
import dev.steppe.model.rollout.StatusReason;
import dev.steppe.region.spi.RegionView;
import dev.steppe.region.spi.RolloutEvent.Looked;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/** What one look saw of a rollout: the standing of every region of it, in list order. Immutable. */
final class RolloutPicture {
    private final RolloutMembership rollout;
    private final List<Standing> standings;

    RolloutPicture(RolloutMembership rollout, List<Standing> standings) {
        if (standings.size() != rollout.regions().size()) {
            throw Invariant.broken(
                    "a picture shows every region: shown, listed",
                    standings.size(),
                    rollout.regions().size());
        }
        this.rollout = rollout;
        this.standings = List.copyOf(standings);
    }

    /**
     * The picture that {@code looked} gives of the rollout of {@code own}; a region that is missing counts as unread.
     */
    static RolloutPicture of(Deployment own, RolloutMembership rollout, Looked looked) {
        TreeMap<String, RegionView> views = new TreeMap<>();
        for (Looked.Seen seen : looked.seen()) {
            if (seen.view() != null) {
                views.put(seen.region(), seen.view());
            }
        }
        List<Standing> standings = new ArrayList<>();
        for (String region : rollout.regions()) {
            standings.add(Standing.of(region, views.get(region), own.version().jobVersion()));
        }
        return new RolloutPicture(rollout, standings);
    }

    RolloutMembership rollout() {
        return rollout;
    }

    /** In list order. */
    List<Standing> standings() {
        return standings;
    }

    /** The region that looked. */
    Standing self() {
        return standings.get(rollout.position());
    }

    boolean allRead() {
        return standings.stream().allMatch(Standing::isRead);
    }

    boolean any(DeploymentStatus status) {
        return standings.stream().anyMatch(one -> one.is(status));
    }

    /** Why the rollout is over; NONE if it is not. */
    StatusReason ending() {
        for (Standing standing : standings) {
            if (standing.ending() != StatusReason.NONE) {
                return standing.ending();
            }
        }
        return StatusReason.NONE;
    }

    /** Whether the failure policy takes the region at {@code position} along with a failed one. */
    boolean isReachedByFailure(int position) {
        for (int failed = 0; failed < standings.size(); failed++) {
            if (standings.get(failed).is(DeploymentStatus.FAILED)
                    && FailurePolicy.reaches(rollout.onFailure(), failed, position)) {
                return true;
            }
        }
        return false;
    }

    /** Whether every region that takes part is complete: the barrier. Detached ones do not take part. */
    boolean isComplete() {
        return standings.stream().allMatch(one -> one.isDetached() || one.isAtLeast(DeploymentStatus.BLOCKED));
    }

    /**
     * Whether the region that looked is the last one in the list that takes part: it is the first to run the barrier.
     */
    boolean isSelfLast() {
        for (int i = standings.size() - 1; i > rollout.position(); i--) {
            if (!standings.get(i).isDetached()) {
                return false;
            }
        }
        return true;
    }

    /**
     * Whom to start, in order: pending regions from the head of the list, as many as there are slots. A region that did
     * not answer takes a slot, and hides those after it unless {@code started} knows it from before: none is skipped.
     */
    List<String> startable(List<String> started) {
        int slots = rollout.parallelLimit();
        for (Standing standing : standings) {
            if (standing.is(DeploymentStatus.RUNNING) || !standing.isRead()) {
                slots--;
            }
        }
        List<String> targets = new ArrayList<>();
        for (Standing standing : standings) {
            if (targets.size() >= slots) {
                break;
            }
            if (standing.is(DeploymentStatus.PENDING)) {
                targets.add(standing.region());
            } else if (!standing.isPastPending() && !started.contains(standing.region())) {
                break;
            }
        }
        return targets;
    }
}
