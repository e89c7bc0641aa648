package dev.steppe.raft.storage;

/** What became of the wish for a new file. */
public enum PrepareVerdict {
    /** The file exists under its name, filled, forced, and its directory is synced. */
    PREPARED,
    /** The disk is full; nothing of the file is left behind. Ask again when space has returned. */
    NO_SPACE
}
