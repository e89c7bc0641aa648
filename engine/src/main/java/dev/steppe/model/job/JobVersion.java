package dev.steppe.model.job;

/**
 * The stored row of one version of a job ({@code scheduling.md} 1.1.6-1.1.9).
 *
 * @param spec what was asked for; in a multi-region job the region's interpolated copy
 * @param version 0 and up; strictly increasing within one incarnation
 * @param specVersion the version whose spec this is: {@code version}, or an earlier one after a revert
 * @param specHash hash of {@code spec}; equal hashes mean equal specs
 * @param stable whether a deployment of it succeeded
 * @param stopped whether its owner stopped the job
 * @param submitTimeMs wall clock of the submission, for people only
 * @param indexes entries that wrote the row
 */
public record JobVersion(
        Job spec,
        long version,
        long specVersion,
        long specHash,
        boolean stable,
        boolean stopped,
        long submitTimeMs,
        Indexes indexes) {

    /**
     * Entries that wrote the row; 0 = never.
     *
     * @param createIndex first entry of this incarnation of the job
     * @param modifyIndex last write of any kind
     * @param jobModifyIndex last write of the spec: the check index of submissions
     * @param placementIndex last entry in which a plan changed allocations of the job (DESIGN §7)
     */
    public record Indexes(long createIndex, long modifyIndex, long jobModifyIndex, long placementIndex) {}

    /** Identity of the job. */
    public JobKey key() {
        return spec.key();
    }

    /** The same row, marked stable or not, written by entry {@code index}. */
    public JobVersion withStable(boolean newStable, long index) {
        return new JobVersion(
                spec,
                version,
                specVersion,
                specHash,
                newStable,
                stopped,
                submitTimeMs,
                new Indexes(indexes.createIndex(), index, indexes.jobModifyIndex(), indexes.placementIndex()));
    }

    /** The same row after a plan changed allocations of the job in entry {@code index}. */
    public JobVersion withPlacementIndex(long index) {
        return new JobVersion(
                spec,
                version,
                specVersion,
                specHash,
                stable,
                stopped,
                submitTimeMs,
                new Indexes(indexes.createIndex(), index, indexes.jobModifyIndex(), index));
    }
}
