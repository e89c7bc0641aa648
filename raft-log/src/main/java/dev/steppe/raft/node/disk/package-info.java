/**
 * SHELL: the agents that touch the disk: log, supply, snapshot.
 *
 * <p>In come entries, term and vote, cuts, and wishes for pieces of snapshots; out go what is readable, what is forced,
 * and the first fault, behind which nothing is written any more. Each agent owns its files. Not here: how bytes lie
 * ({@code raft.log}, {@code raft.snapshot}), what is asked for ({@code raft.node.consensus}).
 */
@NullMarked
package dev.steppe.raft.node.disk;

import org.jspecify.annotations.NullMarked;
