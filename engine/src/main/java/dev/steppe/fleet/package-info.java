/**
 * MACHINE: a leader duty. Which machines are heard of?
 *
 * <p>In come heartbeats, views and log time; out go proposals that set nodes down or ready, many in one. Not here: what
 * becomes of the work on a lost machine ({@code fsm}, {@code reconcile}), where heartbeats come from ({@code gateway}).
 * Owned by the duties agent; a new leader gives every machine its full time anew.
 */
@NullMarked
package dev.steppe.fleet;

import org.jspecify.annotations.NullMarked;
