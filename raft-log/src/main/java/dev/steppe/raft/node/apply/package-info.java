/**
 * SHELL: the state machine of one member, and who is told what came of a command.
 *
 * <p>In come indexes up to which the log is committed, and snapshots to restore from; out go results to proposers,
 * reads that may be served, hashes of the state, and images of it. The apply agent owns everything here. Not here: what
 * is committed ({@code raft.core}), how a session counts ({@code raft.session}).
 */
@NullMarked
package dev.steppe.raft.node.apply;

import org.jspecify.annotations.NullMarked;
