/**
 * MACHINE: at-most-once. Whether a command of a client's session has been applied before (Ongaro thesis §6.3).
 *
 * <p>In come session openings and commands, in the order of the log; out come verdicts, and the table as bytes for
 * snapshots. Not here: what a command does, who waits for it. The state belongs to the apply agent and is equal on
 * every replica at the same index.
 */
@NullMarked
package dev.steppe.raft.session;

import org.jspecify.annotations.NullMarked;
