/**
 * DATA: what was decided. Evaluations (a question about a job), plans (an answer that may have lost its race) and
 * allocations (an answer that holds).
 *
 * <p>Not here: deployments and rollouts ({@code model.rollout}); who asks, who answers and who has the last word
 * ({@code broker}, {@code planner}, {@code applier}, {@code fsm}).
 */
@NullMarked
package dev.steppe.model.placement;

import org.jspecify.annotations.NullMarked;
