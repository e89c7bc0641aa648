/**
 * DATA: what was asked for. Jobs, their task groups, tasks, update rules and region lists, as values that check
 * themselves when built and never change.
 *
 * <p>In come parsed documents; out go specs that every other room reads. Members that Steppe does not read travel as
 * {@link dev.steppe.model.job.Opaque} bytes and come back untouched. Not here: JSON ({@code agent.json}), the binary
 * form ({@code command}), what became of a job ({@code model.placement}, {@code model.rollout}).
 */
@NullMarked
package dev.steppe.model.job;

import org.jspecify.annotations.NullMarked;
