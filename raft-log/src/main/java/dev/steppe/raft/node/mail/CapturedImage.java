package dev.steppe.raft.node.mail;

import dev.steppe.raft.api.machine.SnapshotImage;
import dev.steppe.raft.snapshot.SnapshotHeader;

/** An image of the state, from apply to snapshots, and what its file will say about itself. */
public record CapturedImage(SnapshotHeader header, SnapshotImage image) {}
