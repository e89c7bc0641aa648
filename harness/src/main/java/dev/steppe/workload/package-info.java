/**
 * TOOL: what a fleet and its owners might look like. Makers of nodes, of jobs, and of a state that is already under
 * load; the same seed gives the same world on every machine.
 *
 * <p>In come a seed and counts; out go rows of {@code model.*} and stores of {@code state}. Not here: servers
 * ({@code cluster}), arrivals over time ({@code load}). A maker owns its random source and belongs to one thread.
 */
@NullMarked
package dev.steppe.workload;

import org.jspecify.annotations.NullMarked;
