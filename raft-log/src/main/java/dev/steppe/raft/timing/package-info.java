/**
 * MACHINE: whether broadcast time is far below the election time-out, and the election time-out far below the time
 * between failures (Raft paper §5.6).
 *
 * <p>In come moments: appended, committed, asked, answered, leader lost. Out go percentiles, ratios, verdicts, and an
 * election time-out to choose. Not here: clocks, and what is done about it. State belongs to whoever made the object,
 * in practice the consensus agent.
 */
@NullMarked
package dev.steppe.raft.timing;

import org.jspecify.annotations.NullMarked;
