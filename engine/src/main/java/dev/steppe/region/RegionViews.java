package dev.steppe.region;

import dev.steppe.model.job.JobKey;
import dev.steppe.model.job.JobVersion;
import dev.steppe.model.job.Multiregion;
import dev.steppe.model.rollout.Deployment;
import dev.steppe.model.rollout.RolloutMembership;
import dev.steppe.model.rollout.StagedSpec;
import dev.steppe.region.spi.RegionView;
import dev.steppe.state.StateView;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a region tells others of a job, out of its state. */
final class RegionViews {
    private RegionViews() {}

    /**
     * The view of {@code region} on {@code job}; {@code rolloutId} empty: with the newest deployment of any rollout.
     */
    static RegionView of(String region, StateView state, JobKey job, String rolloutId) {
        JobVersion current = state.job(job);
        StagedSpec staged = state.staged(job);
        long modifyIndex = current == null ? 0 : current.indexes().jobModifyIndex();
        return new RegionView(
                region,
                state.index(),
                state.logTimeMs(),
                job,
                current == null ? -1 : current.version(),
                staged == null ? -1 : staged.version(),
                Math.max(modifyIndex, staged == null ? 0 : staged.stagedIndex()),
                current == null ? 0 : current.specHash(),
                current == null ? 0 : sourceHash(state, current),
                current != null && current.stopped(),
                regions(current),
                rolloutDeployment(state, job, rolloutId));
    }

    /** The newest deployment of the rollout, or of any rollout if {@code rolloutId} is empty. */
    static @Nullable Deployment rolloutDeployment(StateView state, JobKey job, String rolloutId) {
        Deployment newest = null;
        for (Deployment deployment : state.deploymentsOfJob(job)) {
            RolloutMembership membership = deployment.membership();
            if (membership != null
                    && (rolloutId.isEmpty() || membership.rolloutId().equals(rolloutId))) {
                newest = deployment;
            }
        }
        return newest;
    }

    private static List<String> regions(@Nullable JobVersion current) {
        Multiregion multiregion = current == null ? null : current.spec().multiregion();
        return multiregion == null ? List.of() : multiregion.regionNames();
    }

    private static long sourceHash(StateView state, JobVersion current) {
        long hash = 0;
        for (Deployment deployment : state.deploymentsOfJob(current.key())) {
            RolloutMembership membership = deployment.membership();
            if (deployment.version().jobVersion() == current.version()) {
                hash = membership == null || deployment.status().isAbsorbed() ? 0 : membership.sourceHash();
            }
        }
        return hash;
    }
}
