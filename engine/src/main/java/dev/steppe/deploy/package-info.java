/**
 * MACHINE: a leader duty. Do this region's deployments move, and when has one failed?
 *
 * <p>In come views and log time; out go proposals: a deployment fails, or a job is to be looked at because health
 * changed. Not here: what failing does ({@code fsm}), what is placed next ({@code reconcile}), other regions
 * ({@code region}, {@code multiregion}). Owned by the duties agent; nothing survives a loss of leadership.
 */
@NullMarked
package dev.steppe.deploy;

import org.jspecify.annotations.NullMarked;
