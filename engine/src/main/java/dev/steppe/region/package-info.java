/**
 * MACHINE: federation. How does one region ask another one, and answer it, without sharing a log?
 *
 * <p>In come intents of the watcher plugin, messages of other regions, outcomes of own proposals, and views; out go
 * messages, proposals, wishes for linearizable reads, and events for the plugin. Every intent is checked before it
 * leaves, and again where it arrives: a region's rows are written by its own log only. Not here: when to move a rollout
 * ({@code multiregion}), what a verb does ({@code fsm}), links ({@code transport}). Owned by the duties agent of one
 * server; on a follower it only says who leads.
 */
@NullMarked
package dev.steppe.region;

import org.jspecify.annotations.NullMarked;
