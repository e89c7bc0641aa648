package dev.steppe.fsm;

import dev.steppe.model.job.Job;
import dev.steppe.model.job.JobVersion;
import org.jspecify.annotations.Nullable;

/** Rows of new versions of a job. */
final class JobRows {
    private JobRows() {}

    /**
     * The row of a version that becomes current in entry {@code index}: not stable, not stopped, and with the placement
     * index carried over, because allocations outlive versions.
     *
     * @param before the current version until now, or null
     * @param specVersion version whose spec it is
     */
    static JobVersion next(
            @Nullable JobVersion before, Job spec, long version, long specVersion, long specHash, long index) {
        long createIndex = before == null ? index : before.indexes().createIndex();
        long placementIndex = before == null ? 0 : before.indexes().placementIndex();
        return new JobVersion(
                spec,
                version,
                specVersion,
                specHash,
                false,
                false,
                0,
                new JobVersion.Indexes(createIndex, index, index, placementIndex));
    }

    /** The same row with the wall clock of its submission. */
    static JobVersion submittedAt(JobVersion row, long submitTimeMs) {
        return new JobVersion(
                row.spec(),
                row.version(),
                row.specVersion(),
                row.specHash(),
                row.stable(),
                row.stopped(),
                submitTimeMs,
                row.indexes());
    }

    /** The same row, stopped by entry {@code index}. */
    static JobVersion stopped(JobVersion row, long index) {
        JobVersion.Indexes indexes = row.indexes();
        return new JobVersion(
                row.spec(),
                row.version(),
                row.specVersion(),
                row.specHash(),
                row.stable(),
                true,
                row.submitTimeMs(),
                new JobVersion.Indexes(
                        indexes.createIndex(), index, indexes.jobModifyIndex(), indexes.placementIndex()));
    }
}
