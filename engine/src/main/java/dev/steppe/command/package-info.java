/**
 * DATA: the replicated vocabulary. What may be written into a region's log ({@link dev.steppe.command.Command}), what
 * apply answers ({@link dev.steppe.command.CommandOutcome}), and the compact binary form of commands, jobs and nodes
 * ({@link dev.steppe.command.CommandCodec}, {@link dev.steppe.command.JobCodec}, {@link dev.steppe.command.NodeCodec}).
 *
 * <p>In come values of the model; out go the bytes of a log entry, and back. Each value has one form, bytes that are
 * not one are refused ({@link dev.steppe.command.MalformedBytes}). The state is a codec's own buffers, owned by its
 * thread. Not here: what a command does ({@code fsm}), who proposes it (leader duties), what a job must obey
 * ({@code JobRules}).
 */
@NullMarked
package dev.steppe.command;

import org.jspecify.annotations.NullMarked;
