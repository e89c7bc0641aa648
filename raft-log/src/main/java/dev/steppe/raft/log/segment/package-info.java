/**
 * MACHINE: the segments of one log: which there are, where each entry lies in them, what is written at their tails, and
 * who still reads one that the log has given up.
 *
 * <p>In come frames and their offsets; out go entries' places, and what lies behind the tail. The table belongs to the
 * owner of the log; a reader takes a segment from it and pins it ({@link dev.steppe.raft.log.segment.SegmentPins}). Not
 * here: building batches, forcing, recovery's verdicts ({@code raft.log}). May enter: {@code raft.storage},
 * {@code raft.log.layout}, {@code base}.
 */
@NullMarked
package dev.steppe.raft.log.segment;

import org.jspecify.annotations.NullMarked;
