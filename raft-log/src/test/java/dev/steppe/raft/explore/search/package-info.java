/**
 * TOOL: what any breadth-first search over many small states needs, and nothing about Raft.
 *
 * <p>In come fingerprints, encoded states and who came from whom; out goes whether a state is new, the states in the
 * order in which they came, and the way that led to one. Bounded memory: 16 bytes in {@link SeenSet} and 8 in
 * {@link Trail} per state, and the encoded states of two generations in {@link StateQueue}. All of it belongs to one
 * thread.
 */
package dev.steppe.raft.explore.search;
