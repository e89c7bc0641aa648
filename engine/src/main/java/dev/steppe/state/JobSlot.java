package dev.steppe.state;

import dev.steppe.model.job.JobKey;
import dev.steppe.model.job.JobVersion;
import dev.steppe.model.rollout.StagedSpec;
import dev.steppe.state.page.OrdinalRun;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Everything that the state holds under one job key; immutable. Exists from the first row on that names the job, be it
 * a staged version that never became current.
 *
 * @param versions newest first; the first one is the current version; empty if there never was one
 * @param allocations rows of the allocation table
 * @param evaluations rows of the evaluation table
 * @param deployments rows of the deployment table
 */
record JobSlot(
        JobKey key,
        List<JobVersion> versions,
        @Nullable StagedSpec staged,
        OrdinalRun allocations,
        OrdinalRun evaluations,
        OrdinalRun deployments) {
    /** Versions kept whatever became of them ({@code scheduling.md} 1.1.9). */
    static final int VERSIONS_KEPT = 6;

    JobSlot {
        versions = List.copyOf(versions);
    }

    static JobSlot empty(JobKey key) {
        return new JobSlot(key, List.of(), null, OrdinalRun.EMPTY, OrdinalRun.EMPTY, OrdinalRun.EMPTY);
    }

    @Nullable
    JobVersion current() {
        return versions.isEmpty() ? null : versions.get(0);
    }

    @Nullable
    JobVersion version(long version) {
        for (JobVersion row : versions) {
            if (row.version() == version) {
                return row;
            }
        }
        return null;
    }

    @Nullable
    JobVersion stable() {
        for (JobVersion row : versions) {
            if (row.stable()) {
                return row;
            }
        }
        return null;
    }

    /** With {@code row} in the place of its version, or in front as the new current one; old ones are dropped. */
    JobSlot with(JobVersion row) {
        List<JobVersion> rows = new ArrayList<>();
        JobVersion current = current();
        if (current == null || row.version() > current.version()) {
            rows.add(row);
        }
        for (JobVersion there : versions) {
            rows.add(there.version() == row.version() ? row : there);
        }
        return new JobSlot(key, kept(rows), staged, allocations, evaluations, deployments);
    }

    JobSlot withStaged(@Nullable StagedSpec newStaged) {
        return new JobSlot(key, versions, newStaged, allocations, evaluations, deployments);
    }

    JobSlot withAll(List<JobVersion> newVersions, @Nullable StagedSpec newStaged) {
        return new JobSlot(key, newVersions, newStaged, allocations, evaluations, deployments);
    }

    JobSlot withAllocation(int ordinal) {
        return new JobSlot(key, versions, staged, allocations.with(ordinal), evaluations, deployments);
    }

    JobSlot withEvaluation(int ordinal) {
        return new JobSlot(key, versions, staged, allocations, evaluations.with(ordinal), deployments);
    }

    JobSlot withDeployment(int ordinal) {
        return new JobSlot(key, versions, staged, allocations, evaluations, deployments.with(ordinal));
    }

    private static List<JobVersion> kept(List<JobVersion> rows) {
        List<JobVersion> kept = new ArrayList<>();
        boolean hasStable = false;
        for (JobVersion row : rows) {
            if (kept.size() < VERSIONS_KEPT || (row.stable() && !hasStable)) {
                kept.add(row);
            }
            hasStable |= row.stable();
        }
        return kept;
    }
}
