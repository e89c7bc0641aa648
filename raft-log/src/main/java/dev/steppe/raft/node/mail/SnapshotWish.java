package dev.steppe.raft.node.mail;

import dev.steppe.raft.message.RaftMessage.SnapshotAsk;

/** What the consensus agent wants of the snapshot files. */
public sealed interface SnapshotWish {
    /** A piece for a peer; its bytes are attached by the snapshot agent. */
    public record Send(SnapshotAsk ask, int toMember) implements SnapshotWish {}

    /** The state is to be restored from the snapshot up to {@code index}. */
    public record Restore(long index) implements SnapshotWish {}
}
