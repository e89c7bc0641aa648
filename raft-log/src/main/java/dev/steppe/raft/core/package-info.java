/**
 * MACHINE: Raft itself, as one pure step: {@code step(input, nowNs, output)} and {@code nextDeadlineNs()}.
 *
 * <p>In come messages, proposals, notices of what has become durable, and time. Out come wishes in a lawful order: term
 * and vote, the log's cut and append, messages with what must be durable before they leave, what may be applied,
 * answers. It sees terms, indexes and lengths, never payload bytes. Same state, input and time give the same output;
 * chance is a seed given at the start. Not here: threads, disks, sockets, clocks, snapshots, changes of membership. May
 * enter {@code raft.message} and {@code raft.quorum}. All state belongs to the consensus agent.
 */
@NullMarked
package dev.steppe.raft.core;

import org.jspecify.annotations.NullMarked;
