/**
 * PORT: what log and snapshots may ask of a disk. A server's directory, locked for this process, and files in it: of
 * fixed length, mapped, for the log; written once from front to back for snapshots.
 *
 * <p>In come names, offsets and direct buffers; out go mappings to read from, verdicts ("no space") and faults. Every
 * file has its blocks written and forced before it gets its name, so that no mapped page is ever a hole; bytes of the
 * log are stored by positional writes or a mapping, and read through one.
 * {@link dev.steppe.raft.storage.LatchedDirectory} makes the first fault final.
 *
 * <p>Not here: what the bytes mean ({@code raft.log}, {@code raft.snapshot}), real files ({@code raft.storage.file}),
 * the deterministic disk ({@code raft.storage.memory}). May enter: {@code base}.
 */
@NullMarked
package dev.steppe.raft.storage;

import org.jspecify.annotations.NullMarked;
