package dev.steppe.raft.storage.file;

/** What became of the wish to hold a data directory. */
public sealed interface DirectoryVerdict {
    /** It is ours until it is closed. */
    record Held(FileDirectory directory) implements DirectoryVerdict {}

    /** Another process, or another server in this one, holds it. Nothing was touched. */
    record InUse(String path) implements DirectoryVerdict {}
}
