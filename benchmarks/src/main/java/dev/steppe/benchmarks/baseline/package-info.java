/**
 * TOOL: what the machine itself costs, the floor under every other figure.
 *
 * <p>Not here: anything of Steppe.
 */
@NullMarked
package dev.steppe.benchmarks.baseline;

import org.jspecify.annotations.NullMarked;
