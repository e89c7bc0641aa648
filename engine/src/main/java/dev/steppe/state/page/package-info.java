/**
 * MACHINE: the shape that every table of {@code state} has. Pages of 256 rows under a shallow radix tree, copied on
 * first write per batch, so that a root is an immutable view; rows in ascending order of their ids; indexes from names
 * to row numbers; runs of row numbers.
 *
 * <p>In come rows with their id and hash; out go trees that any thread may read while the one writer goes on. Owned by
 * the transaction that writes. Knows nothing of jobs, nodes or allocations. Not here: which tables there are
 * ({@code state}).
 */
@NullMarked
package dev.steppe.state.page;

import org.jspecify.annotations.NullMarked;
