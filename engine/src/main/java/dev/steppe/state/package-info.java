/**
 * MACHINE: tables and their secondary indexes, one writer ({@link dev.steppe.state.StateTx}, owned by the apply agent),
 * immutable views with their journal ({@link dev.steppe.state.StateView}), and the state hash.
 *
 * <p>In come rows; out go views, each in time proportional to the rows that changed. The shape of tables is
 * {@code state.page}'s. Not here: what a command means ({@code fsm}), whether something fits ({@code capacity}),
 * whether a plan still holds ({@code verify}, which reads through {@link dev.steppe.state.VerifyView}).
 */
@NullMarked
package dev.steppe.state;

import org.jspecify.annotations.NullMarked;
