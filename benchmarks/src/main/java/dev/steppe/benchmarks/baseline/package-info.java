/**
 * TOOL: what the machine itself costs, the floor under every other figure: the clock, files without a log, loops over
 * arrays, copies of memory. Some are benchmarks of their own, some are loops that a benchmark calls beside what it
 * measures.
 *
 * <p>Not here: anything of Steppe.
 */
@NullMarked
package dev.steppe.benchmarks.baseline;

import org.jspecify.annotations.NullMarked;
