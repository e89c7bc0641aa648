/**
 * PORT: what a replicated state machine owes the log, and what it gives and takes as a snapshot.
 *
 * <p>In come committed commands in the order of the log, on one thread; out go results, a hash of the state, and images
 * of it. Implemented by the embedder. Not here: how to ask a group for something ({@code raft.api}).
 */
@NullMarked
package dev.steppe.raft.api.machine;

import org.jspecify.annotations.NullMarked;
