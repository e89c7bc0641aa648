package dev.steppe.raft.log;

/** What became of entries that were offered to a batch, or of a wish to cut. */
public enum AppendVerdict {
    /** Taken. */
    APPENDED,
    /** The batch has no room left; write it and offer the same again. Nothing was taken. */
    BATCH_FULL,
    /** Longer than an empty batch can hold ({@link LogConfig#batchMaxBytes()}). Nothing was taken. */
    TOO_LARGE,
    /**
     * The current segment is full and the next is not prepared ({@link RaftLog#prepareNext()}): the disk is full, or
     * the preparation is late. Nothing was taken.
     */
    NO_SEGMENT,
    /** Not a run of whole records with rising terms. Nothing was taken. */
    MALFORMED,
    /** The records do not continue this log: their chain checksum differs. Nothing was taken. */
    BROKEN_CHAIN
}
