/**
 * TOOL: what finding a node costs, beside plain loops over the same columns ({@code baseline}).
 *
 * <p>Not here: plans, conflicts and commits.
 */
@NullMarked
package dev.steppe.benchmarks.place;

import org.jspecify.annotations.NullMarked;
