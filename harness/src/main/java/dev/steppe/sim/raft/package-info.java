/**
 * TOOL: the deterministic world. Whole members of a group, the production classes, with disks and a network in memory,
 * under a clock that jumps to where something happens: one seed, one history, on any platform.
 *
 * <p>In come a seed and how long to run; out go a {@link dev.steppe.sim.raft.SeedOutcome} with a hash of everything
 * that happened, what was met, and the first thing that did not hold. The world gives each agent its turns in an order
 * drawn from the seed, moves packets, lets nemeses strike, and shows every event to the checkers. After the safety
 * phase a random majority is healed and must come to rest.
 *
 * <p>Not here: what can go wrong ({@code fault}) and what must hold ({@code check}). No thread is started here; a world
 * is owned by the thread that runs it.
 */
@NullMarked
package dev.steppe.sim.raft;

import org.jspecify.annotations.NullMarked;
