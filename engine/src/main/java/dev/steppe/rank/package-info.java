/**
 * MACHINE: which node is best. The bin-pack score, the search for the best of the nodes that have room, and a plain
 * reference that proves it.
 *
 * <p>In come views, an ask and a filter that says which nodes could; out goes a node's ordinal with its score. A
 * planner owns its search and the free amounts in it: the view's, less what the plan at hand has placed. The only room
 * with floating point, and that only while tables are built. Not here: conditions ({@code feasible}), what is wanted
 * ({@code reconcile}).
 */
@NullMarked
package dev.steppe.rank;

import org.jspecify.annotations.NullMarked;
