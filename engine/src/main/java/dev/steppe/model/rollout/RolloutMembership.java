package dev.steppe.model.rollout;

import dev.steppe.model.job.OnFailure;
import java.util.List;

/**
 * The place of one region's deployment in a rollout, with a copy of the list and the strategy, so that later edits of
 * the job cannot change a rollout in flight ({@code multiregion.md} 2.2).
 *
 * @param rolloutId identity of the submission
 * @param region whose deployment this is
 * @param regions all regions in rollout order
 * @param maxParallel how many may be running at once; 0 = all
 * @param onFailure which regions fail with a failed one
 * @param sourceHash hash of the spec as submitted, before interpolation; equal in every region
 * @param stallAfterMs how long pending or blocked may last without progress anywhere in the rollout
 * @param stallByMs log time of this region at which that is over; 0 = not armed (running, or terminal)
 */
public record RolloutMembership(
        String rolloutId,
        String region,
        List<String> regions,
        int maxParallel,
        OnFailure onFailure,
        long sourceHash,
        long stallAfterMs,
        long stallByMs) {
    /** Takes an ordered copy; refuses a region that is not in the list. */
    public RolloutMembership {
        regions = List.copyOf(regions);
        if (!regions.contains(region)) {
            throw new IllegalArgumentException("region " + region + " is not in the rollout's list " + regions);
        }
    }

    /** Position of this region in the list, from 0. */
    public int position() {
        return regions.indexOf(region);
    }

    /** How many regions may be running at once: {@code maxParallel}, or all of them. */
    public int parallelLimit() {
        return maxParallel == 0 ? regions.size() : Math.min(maxParallel, regions.size());
    }

    /** The same membership with another stall time. */
    public RolloutMembership withStallByMs(long newStallByMs) {
        return new RolloutMembership(
                rolloutId, region, regions, maxParallel, onFailure, sourceHash, stallAfterMs, newStallByMs);
    }
}
