/**
 * SHELL: links in memory, moved by hand and deterministic.
 *
 * <p>In come offers of frames, cuts and choices; out go deliveries, one for each choice: the same calls with the same
 * choices give the same deliveries. There is no thread here. A network without a packet model has no clock and draws
 * nothing; one with a model takes time and entropy of the caller's and delays, loses, copies and replays.
 *
 * <p>Not here: what TCP does by itself (heartbeats, deadlines, back-off, refusal of earlier incarnations); the caller
 * says which links break and when. Frames under way are kept in order on each link; what they mean is not looked at.
 *
 * <p>Everything is owned by the one thread that drives the network. May enter {@code base}, {@code transport} and
 * {@code runtime}.
 */
@NullMarked
package dev.steppe.transport.memory;

import org.jspecify.annotations.NullMarked;
