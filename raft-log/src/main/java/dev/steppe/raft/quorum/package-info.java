/**
 * MACHINE: who belongs to a group, who votes, and what a majority has acknowledged; arithmetic only.
 *
 * <p>In come servers, ballots and acknowledged indexes; out go memberships, the steps between them, verdicts and quorum
 * values. A server is addressed by its ordinal: voters first, then learners, each by ascending ids. Not here: terms,
 * logs, time. State belongs to whoever made the object, in practice the consensus agent; memberships are immutable.
 */
@NullMarked
package dev.steppe.raft.quorum;

import org.jspecify.annotations.NullMarked;
