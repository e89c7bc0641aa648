/**
 * DATA: the replicated vocabulary. What may be written into a region's log ({@link dev.steppe.command.Command}), what
 * apply answers ({@link dev.steppe.command.CommandOutcome}), and the compact binary form of both job specs and
 * commands.
 *
 * <p>Not here: what a command does ({@code fsm}), who proposes it (leader duties).
 */
@NullMarked
package dev.steppe.command;

import org.jspecify.annotations.NullMarked;
