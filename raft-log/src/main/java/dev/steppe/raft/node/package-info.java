/**
 * SHELL: one member of a group, put together. Gives core, log and state machine their agents and carries out what the
 * core wishes, in the order that is law.
 *
 * <p>In come commands, reads and frames of peers; out go results, frames and a status. Five agents, which meet only in
 * {@link dev.steppe.raft.node.NodeMail}: consensus owns the core, log owns log and vault, supply makes the next
 * segment, apply owns the state machine, snapshot owns the snapshot files. They run on threads of their own, on one, or
 * on the caller's. Not here: what Raft decides ({@code raft.core}), where bytes lie ({@code raft.log}). May enter every
 * room of this module.
 */
@NullMarked
package dev.steppe.raft.node;

import org.jspecify.annotations.NullMarked;
