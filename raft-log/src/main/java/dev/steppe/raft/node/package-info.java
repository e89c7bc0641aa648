/**
 * SHELL: one member of a group, put together. Recovers its directory, gives core, log and state machine their agents,
 * and joins its peers.
 *
 * <p>In come a configuration, a directory and a state machine; out goes a server that takes commands and reads. Five
 * agents, which meet only in {@code raft.node.mail}: consensus owns the core ({@code raft.node.consensus}), log owns
 * log and vault, supply makes the next segment, snapshot owns the snapshot files ({@code raft.node.disk}), apply owns
 * the state machine ({@code raft.node.apply}). They run on threads of their own, on one, or on the caller's. Not here:
 * what Raft decides ({@code raft.core}), where bytes lie ({@code raft.log}). May enter every room of this module.
 */
@NullMarked
package dev.steppe.raft.node;

import org.jspecify.annotations.NullMarked;
