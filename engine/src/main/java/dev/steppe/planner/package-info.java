/**
 * MACHINE: one attempt at one evaluation. Evaluation and view in, plan or the reasons why not out
 * ({@link dev.steppe.planner.Planner}); and how often that is tried before it is given up
 * ({@link dev.steppe.planner.EvalRun}).
 *
 * <p>A planner owns its search, its memo and its scratch, and shares nothing with others but the view. Not here: who
 * hands out evaluations ({@code broker}), whether a plan still holds ({@code verify}), who commits it
 * ({@code applier}).
 */
@NullMarked
package dev.steppe.planner;

import org.jspecify.annotations.NullMarked;
