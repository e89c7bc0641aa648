package dev.steppe.raft.node.mail;

import dev.steppe.raft.core.RaftInput;
import dev.steppe.raft.log.layout.LogPosition;

/** What the consensus agent is told of the snapshot files. */
public sealed interface SnapshotNews {
    /** Something for the core. */
    public record Input(RaftInput input) implements SnapshotNews {}

    /** A received snapshot stands; the core's input about it follows. */
    public record Received(LogPosition position) implements SnapshotNews {}

    /** The log may go up to here. */
    public record Prefix(long index) implements SnapshotNews {}
}
