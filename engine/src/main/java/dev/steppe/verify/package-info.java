/**
 * MACHINE: which parts of a plan still hold against a newer view, field by field of what the planner read
 * ({@link dev.steppe.verify.PlanVerifier}). The applier asks it against a view with the plans in flight laid over it,
 * and apply asks it again, with the last word.
 *
 * <p>In come a plan and a {@link dev.steppe.state.VerifyView}; out goes a {@link dev.steppe.verify.PlanVerdict}. Owns
 * nothing but scratch. Not here: what becomes of a plan that holds ({@code fsm}), which plans are in flight
 * ({@code applier}), whether another node were better ({@code rank}).
 */
@NullMarked
package dev.steppe.verify;

import org.jspecify.annotations.NullMarked;
