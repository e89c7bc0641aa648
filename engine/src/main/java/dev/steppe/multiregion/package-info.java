/**
 * MACHINE: the multi-region watcher, a plugin. How does one version of a job move over several regions, with no
 * coordinator but the regions themselves?
 *
 * <p>In come events of {@code region.spi}: submissions, changes of the own region, hints, answers. Out go its intents.
 * One region coordinates a submission (probe, stage, start); afterwards every region's leader runs the same
 * level-triggered evaluator: look at all, then do the one thing that is due. Not here: who talks to whom
 * ({@code region}), what a verb does ({@code fsm}), how one region brings a version up ({@code deploy},
 * {@code reconcile}). Owned by the watcher's agent; nothing survives {@code onStop}.
 */
@NullMarked
package dev.steppe.multiregion;

import org.jspecify.annotations.NullMarked;
