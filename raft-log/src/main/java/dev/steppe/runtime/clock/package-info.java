/**
 * SHELL: the clocks and the randomness of the platform, and those that a world without a platform takes instead.
 *
 * <p>Nothing comes in; out go nanoseconds, milliseconds and random words. Not here: what anyone waits for.
 */
@NullMarked
package dev.steppe.runtime.clock;

import org.jspecify.annotations.NullMarked;
