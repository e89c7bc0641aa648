package dev.steppe.raft.snapshot;

/** What became of a chunk that a peer sent. */
public enum ChunkVerdict {
    /** It was the next one and is stored, not forced. */
    STORED,
    /** It was the last one; every byte is here. Now {@link SnapshotReceiver#step()} until it ends. */
    WHOLE,
    /** It is here already, or one in front of it is missing; nothing changed. */
    NOT_NEXT,
    /** It belongs to an older snapshot of the same leader, or to an older leader; nothing changed. */
    OLDER,
    /** A snapshot that goes as far was received before and has its name; nothing changed. */
    RECEIVED,
    /** Its numbers do not fit together, or it begins no snapshot that this server could use; see the refusal. */
    REFUSED,
    /** The disk is full; nothing changed. The same chunk may come again. */
    NO_SPACE
}
