/**
 * MACHINE: the log of one server. Entries in mapped segments, batches built off the heap, forces, conflict cuts, and a
 * recovery that tells a torn tail from damage.
 *
 * <p>In come records and the wish to force; out go indexes, verdicts and a cursor over mapped bytes. One thread owns
 * {@link dev.steppe.raft.log.RaftLog} and everything that writes; a cursor may belong to another thread, which reads no
 * further than an index that it was told. {@code dev.steppe.raft.log.layout} says where bytes lie,
 * {@code dev.steppe.raft.log.segment} where entries are, {@code dev.steppe.raft.log.vault} keeps term and vote.
 *
 * <p>Not here: who leads, what is committed ({@code raft.core}), files ({@code raft.storage.file}). May enter:
 * {@code raft.storage}, {@code raft.log.layout}, {@code raft.log.vault}, {@code raft.log.segment}, {@code base}.
 */
@NullMarked
package dev.steppe.raft.log;

import org.jspecify.annotations.NullMarked;
