/**
 * TOOL: what writing the state and publishing a view cost, beside copies of as many bytes ({@code baseline}).
 *
 * <p>Not here: commands and their checks.
 */
@NullMarked
package dev.steppe.benchmarks.state;

import org.jspecify.annotations.NullMarked;
