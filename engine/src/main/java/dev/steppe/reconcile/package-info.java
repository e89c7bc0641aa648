/**
 * MACHINE: wanted against running. What of a job to place, stop and update in place, and what that means for its
 * deployment.
 *
 * <p>In comes a {@link dev.steppe.reconcile.Situation}: the job's row, its allocations and deployments, and which nodes
 * are down; out goes a {@link dev.steppe.reconcile.Reconciliation}. Pure functions without state. Not here: on which
 * node something is placed ({@code planner}, {@code rank}), whether the answer still holds when it is committed
 * ({@code verify}).
 */
@NullMarked
package dev.steppe.reconcile;

import org.jspecify.annotations.NullMarked;
