package dev.steppe.transport.tcp;

import dev.steppe.transport.LinkAudit;
import dev.steppe.transport.PeerIdentity;
import dev.steppe.transport.PeerName;
import dev.steppe.transport.PeerPolicy;
import dev.steppe.transport.tls.CertificateVerdict;
import dev.steppe.transport.tls.ChainRefused;
import dev.steppe.transport.tls.TlsCredentials;
import dev.steppe.transport.tls.TlsMaterial;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
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
 * <p>Owned by the event loop; only whether the connection is over is read by the thread of handshakes as well.
 */
final class TlsDoor {
    private static final int SENTENCE_MAX_COUNT = 200;
    private static final long FAREWELL_MAX_MS = 500;

    private final TlsCredentials credentials;
    private final SslHandler handler;
    private volatile boolean abandoned;
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
        Executor unlessOver = task -> slow.execute(() -> {
            if (!abandoned) {
                task.run();
            }
        });
        handler = new SslHandler(credentials.current().engine(dials), false, unlessOver);
        handler.setHandshakeTimeout(0, TimeUnit.MILLISECONDS); // The connection's own deadline holds.
        handler.setWrapDataSize(LoopBuffers.BATCH_BYTES);
        handler.setCloseNotifyFlushTimeout(FAREWELL_MAX_MS, TimeUnit.MILLISECONDS);
    }

    /** Puts TLS in front of whatever else handles the channel. */
    void install(ChannelPipeline pipeline) {
        pipeline.addLast(new Records(), handler);
    }

    /** The connection is over: what its handshake has yet to reckon is not worth the time. */
    void abandon() {
        abandoned = true;
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

    /**
     * Copies what the socket read to the heap, where the platform's AES-GCM deciphers in place (from direct memory it
     * allocates 2 KB more for each record), and hands TLS whole records only, so that nothing behind it has to piece
     * them together in buffers of its own. What is no record of TLS is handed on as it came: TLS says what is wrong
     * with it.
     *
     * <p>Holds back less than one record. Owned by the event loop; one for each connection.
     */
    static final class Records extends ChannelInboundHandlerAdapter {
        /** Type u8, version u16, length u16 (RFC 8446 §5.1). */
        static final int HEADER_BYTES = 5;

        private static final int LENGTH_OFFSET = 3;
        private static final int TYPE_FIRST = 20;
        private static final int TYPE_LAST = 24;
        private static final int VERSION_MAJOR = 3;
        /** RFC 8446 §5.2. */
        private static final int CIPHERTEXT_MAX_BYTES = (16 << 10) + 256;

        private static final int LEAST_BYTES = 4 << 10;

        private ByteBuf held = Unpooled.EMPTY_BUFFER;

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            if (!(message instanceof ByteBuf read)) {
                context.fireChannelRead(message);
                return;
            }
            ByteBuf room = roomFor(read.readableBytes());
            room.writeBytes(read);
            read.release();
            int wholeBytes = wholeBytes(room);
            if (wholeBytes > 0) {
                context.fireChannelRead(room.readRetainedSlice(wholeBytes));
            }
        }

        @Override
        public void handlerRemoved(ChannelHandlerContext context) {
            held.release();
            held = Unpooled.EMPTY_BUFFER;
        }

        /** A buffer that begins with what is held back and has room for {@code moreBytes}. */
        private ByteBuf roomFor(int moreBytes) {
            boolean isStillRead = held.refCnt() > 1;
            if (!isStillRead) {
                held.discardReadBytes();
            }
            if (isStillRead || held.writableBytes() < moreBytes) {
                int neededBytes = held.readableBytes() + moreBytes;
                ByteBuf larger = Unpooled.buffer(Math.max(LEAST_BYTES, Integer.highestOneBit(neededBytes) << 1));
                larger.writeBytes(held);
                held.release();
                held = larger;
            }
            return held;
        }

        /** How many bytes from the reader index on are whole records, or not records at all. */
        private static int wholeBytes(ByteBuf in) {
            int start = in.readerIndex();
            int next = start;
            int end = in.writerIndex();
            while (end - next >= HEADER_BYTES) {
                int type = in.getUnsignedByte(next);
                int lengthBytes = in.getUnsignedShort(next + LENGTH_OFFSET);
                boolean isRecord = type >= TYPE_FIRST
                        && type <= TYPE_LAST
                        && in.getByte(next + 1) == VERSION_MAJOR
                        && lengthBytes <= CIPHERTEXT_MAX_BYTES;
                if (!isRecord) {
                    return end - start;
                }
                if (end - next < HEADER_BYTES + lengthBytes) {
                    break;
                }
                next += HEADER_BYTES + lengthBytes;
            }
            return next - start;
        }
    }
}
