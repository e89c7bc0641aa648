/**
 * MACHINE: exact-integer accounting of one node, and the one fit question ({@link dev.steppe.capacity.NodeFit}) that
 * planner, applier and state machine all ask, so that no two of them can disagree.
 *
 * <p>In come free amounts and asks as primitives; out go new free amounts, or the first dimension that falls short.
 * Owns no state: the numbers live in the columns of {@code state}. Not here: which nodes are asked ({@code feasible}),
 * which of them is best ({@code rank}).
 */
@NullMarked
package dev.steppe.capacity;

import org.jspecify.annotations.NullMarked;
