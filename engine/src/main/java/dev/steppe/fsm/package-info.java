/**
 * MACHINE: applies commands totally and deterministically. What a command means stands here and nowhere else; a refusal
 * is an outcome, never an exception.
 *
 * <p>In come committed entries, one after the other, from the log; out go outcomes for their proposers and, at the end
 * of each batch, an immutable view. Owns the one writer of the state; its thread is the apply agent's. One class for
 * each family of commands. Not here: how rows are kept ({@code state}), what of a plan holds ({@code verify}), who
 * proposes (leader duties).
 */
@NullMarked
package dev.steppe.fsm;

import org.jspecify.annotations.NullMarked;
