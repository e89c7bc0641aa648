package dev.steppe.raft.core.track;

import dev.steppe.raft.quorum.Membership;

/**
 * A snapshot file that stands on this member's disk.
 *
 * @param index last entry that it contains
 * @param term term of that entry
 * @param totalBytes length of the file
 * @param membership who belonged to the group at that entry
 */
public record SnapshotPosition(long index, long term, long totalBytes, Membership membership) {
    /** Refuses an empty file and entry 0. */
    public SnapshotPosition {
        if (index < 1 || term < 1 || totalBytes < 1) {
            throw new IllegalArgumentException(
                    "no snapshot: index " + index + ", term " + term + ", " + totalBytes + " bytes");
        }
    }
}
