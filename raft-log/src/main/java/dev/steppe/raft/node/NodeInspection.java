package dev.steppe.raft.node;

import dev.steppe.raft.core.RaftCore;
import dev.steppe.raft.log.RaftLog;
import dev.steppe.raft.log.vault.HardStateVault;
import dev.steppe.raft.snapshot.SnapshotShelf;

/**
 * The inside of one member, for a world that drives its agents by hand and checks it between two turns. Only the thread
 * that runs the agents may look, only while none of them runs, and it looks only: nothing may be called here that
 * changes anything.
 *
 * @param core what the consensus agent decided last
 * @param log what the log agent wrote last; behind the core while mails are under way
 * @param vault term and vote that are on the disk
 * @param snapshots the files that stand on the disk; ahead of the core while mails are under way
 */
public record NodeInspection(RaftCore core, RaftLog log, HardStateVault vault, SnapshotShelf snapshots) {}
