/**
 * MACHINE: who votes, and what a majority has acknowledged; arithmetic only.
 *
 * <p>In come member ids, ballots and acknowledged indexes; out go verdicts and quorum values. A voter is addressed by
 * its ordinal: its place in the ascending order of member ids. Not here: terms, logs, time. State belongs to whoever
 * made the object, in practice the consensus agent.
 */
@NullMarked
package dev.steppe.raft.quorum;

import org.jspecify.annotations.NullMarked;
