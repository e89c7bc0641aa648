package dev.steppe.raft.snapshot;

/**
 * The last entry that a snapshot contains.
 *
 * @param index its index, from 1
 * @param term its term, from 1
 * @param chainCrc its chain checksum: with it the entry behind can be checked though this one is gone
 * @param logTimeMs its log time in milliseconds, not negative
 */
public record SnapshotPosition(long index, long term, int chainCrc, long logTimeMs) {
    /** Refuses what no entry can have. */
    public SnapshotPosition {
        if (index < 1 || term < 1 || logTimeMs < 0) {
            throw new IllegalArgumentException(
                    "no entry has index, term, log time = " + index + ", " + term + ", " + logTimeMs);
        }
    }
}
