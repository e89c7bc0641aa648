/**
 * MACHINE: Raft itself, as one pure step: {@code step(input, nowNs, output)} and {@code nextDeadlineNs()}.
 *
 * <p>In come messages, proposals, other memberships and leaders that are wanted, notices of what has become durable,
 * and time. Out come wishes in a lawful order: term, vote and quarantine, the log's cut and append, pieces of snapshots
 * to store and a snapshot to install, messages with what must be durable before they leave, what may be applied,
 * answers. It sees terms, indexes, lengths and memberships, never payload bytes. Same state, input and time give the
 * same output; chance is a seed given at the start. Not here: threads, disks, sockets, clocks, the bytes of snapshots.
 * May enter {@code raft.message}, {@code raft.quorum} and {@code raft.core.track}. All state belongs to the consensus
 * agent.
 */
@NullMarked
package dev.steppe.raft.core;

import org.jspecify.annotations.NullMarked;
