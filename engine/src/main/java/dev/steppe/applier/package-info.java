/**
 * MACHINE: which plans are committed next. Verifies plans against the newest view and the plans in flight, numbers them
 * and groups them into entries, so that plan n + 1 is verified while plan n replicates.
 *
 * <p>In come plans, newer views and what apply said of earlier entries; out go {@code CommitPlans} entries and one
 * answer for each plan. An optimisation: apply asks the same questions at the entry's own index and has the last word.
 * The overlay of plans in flight belongs to the applier agent; a change of term drops it. Not here: the questions
 * themselves ({@code verify}), what a plan does ({@code fsm}).
 */
@NullMarked
package dev.steppe.applier;

import org.jspecify.annotations.NullMarked;
