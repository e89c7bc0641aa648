package dev.steppe.model.rollout;

import dev.steppe.model.job.Job;

/**
 * A version that is registered in this region and not yet what it wants: inert until its rollout runs it here
 * ({@code multiregion.md} 2.2). At most one a job.
 *
 * @param spec the region's interpolated copy
 * @param version what it becomes when run
 * @param specHash hash of {@code spec}
 * @param rolloutId rollout that staged it
 * @param deploymentId its pending deployment
 * @param submitTimeMs wall clock of the submission, for people only
 * @param stagedIndex entry that staged it; part of the check index
 */
public record StagedSpec(
        Job spec,
        long version,
        long specHash,
        String rolloutId,
        long deploymentId,
        long submitTimeMs,
        long stagedIndex) {}
