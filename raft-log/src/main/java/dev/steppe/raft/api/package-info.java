/**
 * PORT: what an embedder of the log sees. Propose a command, read linearizably, supply a
 * {@link dev.steppe.raft.api.machine.StateMachine}, ask for the status.
 *
 * <p>In come command bytes; out go applied results, readable indexes and changes of role. Not here: how a majority is
 * found ({@code raft.core}), where bytes lie ({@code raft.log}), which thread does what ({@code raft.node}).
 */
@NullMarked
package dev.steppe.raft.api;

import org.jspecify.annotations.NullMarked;
