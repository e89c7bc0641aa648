package dev.steppe.raft.snapshot;

/** How far a piece of work on a snapshot file has come. */
public enum SnapshotProgress {
    /** A piece is done; ask for the next. */
    GOES_ON,
    /** All is done. */
    DONE,
    /** The disk is full. Nothing is left of the file; begin anew when space has returned. */
    NO_SPACE,
    /** The bytes are not a snapshot that can be believed. Nothing is left of the file. */
    REFUSED
}
