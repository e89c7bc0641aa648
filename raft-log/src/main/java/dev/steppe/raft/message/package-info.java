/**
 * DATA: every sentence that one server of a group says to another, and how it stands in bytes.
 *
 * <p>In come the core's wishes and a peer's frames; out go frames and checked messages. Messages of elections are
 * records; the two of replication are cells that their owner reuses, so that appending allocates nothing. Frames and
 * their checksum belong to {@code transport}, entry records to {@code raft.log}, snapshot files to
 * {@code raft.snapshot}. May enter {@code raft.quorum}.
 */
@NullMarked
package dev.steppe.raft.message;

import org.jspecify.annotations.NullMarked;
