/**
 * MACHINE: the few values that are replaced as a whole. Identity and incarnation, term and vote, each in two slots of
 * one file so that a crash or one rotten slot costs nothing; and the watermark, in one slot that may be lost.
 *
 * <p>In come values and files of {@code raft.storage}; out go the values that survived, or "damaged". Owner: whoever
 * opened the log; the hard state belongs to the thread that runs Raft, the watermark to the one that writes the log.
 * Not here: entries, recovery of the log. May enter: {@code raft.storage}, {@code raft.log.layout}, {@code base}.
 */
@NullMarked
package dev.steppe.raft.log.vault;

import org.jspecify.annotations.NullMarked;
