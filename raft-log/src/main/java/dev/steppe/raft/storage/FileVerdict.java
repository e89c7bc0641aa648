package dev.steppe.raft.storage;

/** What became of a wish that needs room on the disk. */
public enum FileVerdict {
    /** Done as asked. */
    DONE,
    /** The disk is full; nothing has changed. Ask again when space has returned, or give the file up. */
    NO_SPACE
}
