/**
 * TOOL: what replication costs: one client keeps a fixed number of commands under way and waits for their commits.
 *
 * <p>In comes a {@link dev.steppe.benchmarks.raft.GroupUnderLoad}; out go commits a second, latencies, processor time,
 * and how much of the machine others took meanwhile. Each group lives in a process of its own, so that heaps, compilers
 * and class paths do not meet; windows of different groups follow each other, so that they meet the same weather.
 *
 * <p>Not here: replicated logs of others ({@code peer}), the log alone ({@code log}).
 */
@NullMarked
package dev.steppe.benchmarks.raft;

import org.jspecify.annotations.NullMarked;
