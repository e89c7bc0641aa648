/**
 * TOOL: plays many seeds of a deterministic world and sums up; also against a known mistake, in a class loader of its
 * own.
 *
 * <p>In come a range of seeds and how long each is played; out goes what {@code steppe sim} tells. The worlds
 * themselves have rooms of their own: {@code sim.raft}. Owned by the thread that plays.
 */
@NullMarked
package dev.steppe.sim;

import org.jspecify.annotations.NullMarked;
