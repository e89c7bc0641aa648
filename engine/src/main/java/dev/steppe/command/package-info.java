/**
 * DATA: the replicated vocabulary and its compact codec.
 *
 * <p>In come values of the model; out go the bytes of a log entry, and back. Not here: what a command does, which is
 * for {@code fsm}. May enter {@code model.*}.
 */
@NullMarked
package dev.steppe.command;

import org.jspecify.annotations.NullMarked;
