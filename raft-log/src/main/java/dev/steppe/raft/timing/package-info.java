/**
 * MACHINE: whether broadcast time is far below the election time-out, and the election time-out far below the time
 * between failures (Raft paper §5.6).
 *
 * <p>In come moments: appended, committed, leader lost. Out go percentiles, counts and one verdict. Not here: what is
 * done about it. State belongs to the consensus agent.
 */
@NullMarked
package dev.steppe.raft.timing;

import org.jspecify.annotations.NullMarked;
