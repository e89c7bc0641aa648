package dev.steppe.transport.tcp;

import dev.steppe.transport.LinkAudit;
import dev.steppe.transport.PeerIdentity;
import dev.steppe.transport.PeerName;
import dev.steppe.transport.PeerPolicy;
import dev.steppe.transport.tls.CertificateVerdict;
import dev.steppe.transport.tls.ChainRefused;
import dev.steppe.transport.tls.TlsCredentials;
import dev.steppe.transport.tls.TlsMaterial;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.jspecify.annotations.Nullable;

/**
 * TLS of one connection, and what its peer's certificate is good for. The chain is judged within the handshake, again
 * after every handshake, and again when the material was renewed or the certificate expired.
 *
 * <p>The judgement after the handshake is not idle: a resumed session has no certificates on the wire, and the platform
 * asks nobody about it. Our diallers never resume. An acceptor cannot forbid the platform to hand out tickets, so
 * whoever comes back with one is judged by the chain that the session remembers, as of now. Tickets of earlier material
 * open nothing, since each material has a context of its own.
 *
 * <p>Owned by the event loop.
 */
final class TlsDoor {
    private static final int SENTENCE_MAX_COUNT = 200;
    private static final long FAREWELL_MAX_MS = 500;

    private final TlsCredentials credentials;
    private final SslHandler handler;
    private X509Certificate[] chain = {};
    private long notAfterMs;
    private String fingerprint = "";

    /** What came of a TLS handshake. */
    sealed interface Verdict {
        /** The holder of {@code name} may greet. */
        record Open(PeerName name) implements Verdict {}

        /** The connection ends here. */
        record Refused(LinkAudit.Cause cause, String sentence) implements Verdict {}
    }

    /**
     * The TLS of a new connection.
     *
     * @param slow where keys are agreed and signatures made, so that a handshake holds up no frame
     */
    TlsDoor(TlsCredentials credentials, boolean dials, Executor slow) {
        this.credentials = credentials;
        handler = new SslHandler(credentials.current().engine(dials), false, slow);
        handler.setHandshakeTimeout(0, TimeUnit.MILLISECONDS); // The connection's own deadline holds.
        handler.setWrapDataSize(LoopBuffers.BATCH_BYTES);
        handler.setCloseNotifyFlushTimeout(FAREWELL_MAX_MS, TimeUnit.MILLISECONDS);
    }

    /** Puts TLS in front of whatever else handles the channel. */
    void install(ChannelPipeline pipeline) {
        pipeline.addLast(new TlsRecords(), handler);
    }

    /** SHA-256 of the peer's certificate in hexadecimal digits; empty as long as none was seen. */
    String fingerprint() {
        return fingerprint;
    }

    /** Judges a handshake that is done, for better or worse, and then the name that it proved. */
    Verdict judge(SslHandshakeCompletionEvent done, PeerIdentity self, PeerPolicy policy) {
        if (!done.isSuccess()) {
            return failed(done.cause());
        }
        TlsMaterial material = credentials.current();
        chain = peerChain();
        CertificateVerdict verdict = material.check().judge(chain, credentials.nowMs());
        fingerprint = verdict.fingerprint();
        if (verdict instanceof CertificateVerdict.Refused refused) {
            return new Verdict.Refused(LinkAudit.Cause.CERTIFICATE, refused.sentence());
        }
        CertificateVerdict.Proved proved = (CertificateVerdict.Proved) verdict;
        notAfterMs = proved.notAfterMs();
        Optional<String> refusal = nameRefusal(material.ownName(), proved.name(), self, policy);
        return refusal.isPresent()
                ? new Verdict.Refused(LinkAudit.Cause.NAME, refusal.get())
                : new Verdict.Open(proved.name());
    }

    /** Why the peer is no longer trusted; asks the whole check only when the material is new or time is up. */
    Optional<String> refusalNow(boolean renewed) {
        long nowMs = credentials.nowMs();
        if (!renewed && nowMs <= notAfterMs) {
            return Optional.empty();
        }
        CertificateVerdict verdict = credentials.current().check().judge(chain, nowMs);
        if (verdict instanceof CertificateVerdict.Proved proved) {
            notAfterMs = proved.notAfterMs();
            return Optional.empty();
        }
        return Optional.of(((CertificateVerdict.Refused) verdict).sentence());
    }

    private static Optional<String> nameRefusal(PeerName own, PeerName peer, PeerIdentity self, PeerPolicy policy) {
        if (!peer.cluster().equals(own.cluster())) {
            return Optional.of("this is cluster " + own.cluster() + ", and the peer's certificate is for cluster "
                    + peer.cluster() + ".");
        }
        return policy.nameRefusal(self, peer);
    }

    private Verdict failed(Throwable cause) {
        for (Throwable next = cause; next != null; next = next.getCause()) {
            if (next instanceof ChainRefused refused) {
                fingerprint = refused.verdict().fingerprint();
                return new Verdict.Refused(
                        LinkAudit.Cause.CERTIFICATE, refused.verdict().sentence());
            }
        }
        return new Verdict.Refused(LinkAudit.Cause.TLS, "no TLS session came about: " + printable(cause) + ".");
    }

    private X509Certificate[] peerChain() {
        try {
            Certificate[] shown = handler.engine().getSession().getPeerCertificates();
            X509Certificate[] found = new X509Certificate[shown.length];
            for (int i = 0; i < shown.length; i++) {
                found[i] = (X509Certificate) shown[i];
            }
            return found;
        } catch (SSLPeerUnverifiedException e) {
            return new X509Certificate[0]; // Nobody was shown; the check says so.
        }
    }

    private static String printable(@Nullable Throwable cause) {
        String said = cause == null ? "" : cause.getMessage();
        String message = cause != null && said == null ? cause.getClass().getSimpleName() : String.valueOf(said);
        String plain = message.replaceAll("[^ -~]", "?");
        return plain.length() <= SENTENCE_MAX_COUNT ? plain : plain.substring(0, SENTENCE_MAX_COUNT);
    }
}
