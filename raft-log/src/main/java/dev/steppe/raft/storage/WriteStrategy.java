package dev.steppe.raft.storage;

/** How bytes get into a file of fixed length. Reading is through a mapping either way. */
public enum WriteStrategy {
    /**
     * A positional write, then a data-only force: a fault of the disk is an exception at the call. The default; a
     * benchmark per machine advises otherwise ({@code anchors/raft.md}).
     */
    POSITIONAL,
    /**
     * Stores through a writable mapping, then msync of what was stored. A fault of the disk shows at the force, or ends
     * the process; the file's blocks must all have been written before.
     */
    MAPPED
}
