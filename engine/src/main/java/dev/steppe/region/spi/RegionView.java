package dev.steppe.region.spi;

import dev.steppe.model.job.JobKey;
import dev.steppe.model.rollout.Deployment;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a region knows of one job, from its own log; never compared with another region's clock.
 *
 * @param region whose view
 * @param index last entry contained
 * @param logTimeMs that region's log time
 * @param version current version; -1 if the job does not exist there
 * @param stagedVersion version in the staged slot; -1 if none
 * @param checkIndex what a Stage must carry: max(job modify index, staged index), 0 if neither
 * @param specHash hash of the current spec there; 0 if none
 * @param sourceHash hash of the submission of the rollout that the current version came from; 0 if it did not come from
 *     one, or if that rollout failed or was cancelled here
 * @param stopped whether its owner stopped it
 * @param regions the region list of the current version, in order; empty if it has none
 * @param deployment the rollout's deployment there, or in a probe the newest one of any rollout; null if there is none
 */
public record RegionView(
        String region,
        long index,
        long logTimeMs,
        JobKey job,
        long version,
        long stagedVersion,
        long checkIndex,
        long specHash,
        long sourceHash,
        boolean stopped,
        List<String> regions,
        @Nullable Deployment deployment) {
    /** Takes an ordered copy. */
    public RegionView {
        regions = List.copyOf(regions);
    }

    /** The highest version known there, staged ones too; -1 if none. */
    public long highestVersion() {
        return Math.max(version, stagedVersion);
    }
}
