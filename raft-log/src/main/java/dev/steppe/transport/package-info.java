/**
 * PORT: framed, ordered links between two parties that know each other's identity.
 *
 * <p>In come frames of bytes and addresses to listen on or to dial; out go the peers' frames and one plain sentence
 * whenever a link is refused or ends. A frame arrives whole and once or not at all, in the order in which one thread
 * offered it; a link that ends may lose what was under way, and nobody is told which frames.
 *
 * <p>Not here: what a frame means ({@code raft.message}), sockets ({@code transport.tcp}), the deterministic network
 * ({@code transport.memory}). One transport serves one lane: Raft never shares a transport with other traffic.
 *
 * <p>Holds no state; may enter {@code base} only.
 */
@NullMarked
package dev.steppe.transport;

import org.jspecify.annotations.NullMarked;
