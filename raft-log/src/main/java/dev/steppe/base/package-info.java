/**
 * DATA and PORT: the few words that every room may use. How a broken invariant is raised, the root of operating faults,
 * and chance as a port. Clocks are Agrona's ({@code NanoClock}, {@code EpochClock}) and come in as arguments.
 *
 * <p>Not here: anything with a subject of its own. At most six types.
 */
@NullMarked
package dev.steppe.base;

import org.jspecify.annotations.NullMarked;
