/**
 * The replicated vocabulary and its compact codec.
 *
 * <p>Kind: DATA. May enter: {@code model.*}. In: values of the model; out: bytes of a log entry, and back. Not here: what
 * a command does, which is for {@code fsm}.
 */
@NullMarked
package dev.steppe.command;

import org.jspecify.annotations.NullMarked;
