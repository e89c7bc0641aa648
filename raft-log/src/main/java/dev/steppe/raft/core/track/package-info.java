/**
 * MACHINE: what the core keeps account of, one subject per type; each is told what happened and answers what follows.
 *
 * <p>In come numbers: indexes, offsets, rounds, lives, times. Out come answers about them: the membership in force, how
 * far a follower is, which piece of a snapshot is next, until when a lease lasts, whether a quarantined member may be
 * healed. Everything can be copied and folded into a hash. Not here: terms, roles, votes, messages; the rules that need
 * those stand in {@code raft.core}. May enter {@code raft.quorum}. All state belongs to the consensus agent.
 */
@NullMarked
package dev.steppe.raft.core.track;

import org.jspecify.annotations.NullMarked;
