/**
 * MACHINE: which nodes could run a group, and for every other one the first reason why not. Datacenters and
 * constraints; room is another question.
 *
 * <p>In come the conditions of a job version's group and node rows; out goes a code for each node, 0 = could, and the
 * text of each other code. Answers are remembered for each set of conditions and node class; each planner owns its
 * memo. Not here: whether it fits ({@code capacity}), which node is best ({@code rank}).
 */
@NullMarked
package dev.steppe.feasible;

import org.jspecify.annotations.NullMarked;
