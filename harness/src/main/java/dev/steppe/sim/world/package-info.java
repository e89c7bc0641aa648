/**
 * TOOL: what every deterministic world is made of: a plan by time, machines' clocks that drift, and the trace with its
 * hash.
 *
 * <p>In come deeds for later and events that happened; out come the next deed, readings, one number that names the
 * whole history. Not here: what happens in any one world ({@code sim.raft}). Owned by the thread that runs the world.
 */
@NullMarked
package dev.steppe.sim.world;

import org.jspecify.annotations.NullMarked;
