/**
 * TOOL: what the log costs, one entry at a time, beside the least that a file could cost ({@code baseline}).
 *
 * <p>Not here: replication ({@code raft}).
 */
@NullMarked
package dev.steppe.benchmarks.log;

import org.jspecify.annotations.NullMarked;
