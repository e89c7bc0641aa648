/**
 * SHELL: who a certificate makes its holder, and the material with which this side proves itself.
 *
 * <p>In come paths of files (authorities, chain, key, revocations) and the chains that peers show; out go engines for
 * TLS 1.3 with mutual authentication, and one answer for each chain: the {@link dev.steppe.transport.PeerName} that it
 * proves, or one sentence why it proves none. The files can be read again while links are up; what is broken then is
 * refused and the earlier material stays.
 *
 * <p>Not here: sockets ({@code transport.tcp}), which role may speak on which lane
 * ({@link dev.steppe.transport.PeerPolicy}). No secret is printed, logged or put into an exception.
 *
 * <p>The current material is published by one volatile store; everything else is immutable. May enter {@code base} and
 * {@code transport}.
 */
@NullMarked
package dev.steppe.transport.tls;

import org.jspecify.annotations.NullMarked;
