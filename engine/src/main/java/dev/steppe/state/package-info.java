/**
 * MACHINE: tables and their secondary indexes, one writer ({@code StateTx}, owned by the apply agent), immutable views
 * with their journal ({@link dev.steppe.state.StateView}), and the state hash.
 *
 * <p>In come rows; out go views, each in time proportional to the rows that changed. Not here: what a command means
 * ({@code fsm}), whether something fits ({@code capacity}).
 */
@NullMarked
package dev.steppe.state;

import org.jspecify.annotations.NullMarked;
