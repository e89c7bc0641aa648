/**
 * TOOL: replicated logs of others under the same load, and the table in which they stand beside ours.
 *
 * <p>In come names of {@link dev.steppe.benchmarks.peer.Contestant}s; out goes a table. Each contestant runs all its
 * replicas and its client in one process; the processes take turns, window by window. Peers are set up as their own
 * documents say, with what makes them fast on few cores, and never weaker than ours: a forced group has forced an entry
 * on a majority before it is acknowledged.
 *
 * <p>Not here: the load itself ({@code raft}).
 */
@NullMarked
package dev.steppe.benchmarks.peer;

import org.jspecify.annotations.NullMarked;
