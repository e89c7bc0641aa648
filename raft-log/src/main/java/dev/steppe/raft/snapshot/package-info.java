/**
 * MACHINE: snapshot files and their transfer. Which ones does this server have, which can be believed, which may go;
 * how is one written a piece at a time, and how does one come over from another server.
 *
 * <p>In come an image of the state ({@code raft.api}), a disk ({@code raft.storage}), chunks of a peer; out go a file
 * that is whole under its name, its header, the bytes for a restore, or a sentence why not. Membership and session
 * table are opaque here. Everything belongs to the snapshot agent, but for the reader of a restore, which belongs to
 * the apply agent. Each call does bounded work.
 *
 * <p>Not here: what the bytes of an image mean, when to take one, when the log's prefix goes, messages
 * ({@code raft.core}). May enter: {@code raft.api}, {@code raft.storage}, {@code base}.
 */
@NullMarked
package dev.steppe.raft.snapshot;

import org.jspecify.annotations.NullMarked;
