/**
 * MACHINE: what two ends of a link say to each other, byte for byte, before and around the user's frames.
 *
 * <p>In come stretches of a byte stream, cut anywhere; out go whole frames whose length and checksum were judged, and
 * the steps of the handshake: what to say, who the peer is, or one sentence why it ends here. Nothing is reserved on
 * the word of a length, and nothing is decoded before its checksum held.
 *
 * <p>Not here: sockets, threads and deadlines ({@code transport.tcp}), certificates ({@code transport.tls}), what the
 * user's frames mean ({@code raft.message}). The layouts are drawn in {@code FORMAT.md}, "Frames on a link".
 *
 * <p>State belongs to the connection that made it. May enter {@code base} and {@code transport}.
 */
@NullMarked
package dev.steppe.transport.frame;

import org.jspecify.annotations.NullMarked;
