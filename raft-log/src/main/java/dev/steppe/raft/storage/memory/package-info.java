/**
 * SHELL: a disk in memory that can lose power, for tests and the deterministic world. Each file has a volatile image,
 * which is what programs see, and a durable one, which is what a power loss leaves.
 *
 * <p>In come the calls of {@code raft.storage}, and faults on demand: a failed or lying force, a full disk, a power
 * loss with a fate for each dirty page, a flipped bit. Nothing happens by chance here: who wants chance draws it and
 * passes the result. Owned by one thread. Not here: what the bytes mean. May enter: {@code raft.storage}, {@code base}.
 */
@NullMarked
package dev.steppe.raft.storage.memory;

import org.jspecify.annotations.NullMarked;
