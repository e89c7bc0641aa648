/**
 * SHELL: links over TCP, with Netty.
 *
 * <p>In come frames offered by any thread; out go whole, checked frames, called on the one event loop of the lane. A
 * frame's length is judged before anything is allocated for it and its checksum before anything is decoded; a
 * connection becomes a link only after both sides said who they are within a deadline. A link that is silent for two
 * heartbeats ends, and a dialling tries again with full jitter.
 *
 * <p>Not here: encryption, so that anything but loopback is refused, and loopback too unless a flag asks for it. No
 * name is looked up.
 *
 * <p>All state belongs to the event loop but each link's outbox, which any thread fills. May enter {@code base},
 * {@code transport} and {@code runtime}.
 */
@NullMarked
package dev.steppe.transport.tcp;

import org.jspecify.annotations.NullMarked;
