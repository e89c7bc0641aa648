/**
 * SHELL: links over TCP, with Netty, under TLS 1.3 with mutual authentication.
 *
 * <p>In come frames offered by any thread; out go whole, checked frames, called on the one event loop of the lane. A
 * connection becomes a link only after its certificate named a peer that may be on this lane and both sides said who
 * they are, within a deadline; what is refused is told to the audit. A link that is silent for two heartbeats ends, one
 * whose receiver has no room is not read, and a dialling tries again with full jitter.
 *
 * <p>Not here: what bytes mean ({@code transport.frame}), what certificates prove ({@code transport.tls}). Without TLS
 * every address but loopback is refused, and loopback too unless a flag asks for it.
 *
 * <p>All state belongs to the event loop but each link's outbox, which any thread fills. May enter {@code base},
 * {@code transport}, {@code transport.frame}, {@code transport.tls} and {@code runtime}.
 */
@NullMarked
package dev.steppe.transport.tcp;

import org.jspecify.annotations.NullMarked;
