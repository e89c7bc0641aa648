package dev.steppe.transport.tls;

import dev.steppe.base.OperatingFault;
import dev.steppe.transport.PeerName;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.TrustManager;
import org.agrona.concurrent.EpochClock;

/**
 * What was read from the files at one time: own key and name, and the check of the peers' chains. Engines made by it
 * resume only sessions of the same material, since each has a context, and so keys of session tickets, of its own.
 *
 * <p>Immutable; any thread.
 */
public final class TlsMaterial {
    private static final String[] PROTOCOLS = {"TLSv1.3"};
    private static final String[] CIPHER_SUITES = {"TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384"};

    private final SSLContext context;
    private final CertificateCheck check;
    private final CertificateVerdict.Proved own;

    private TlsMaterial(SSLContext context, CertificateCheck check, CertificateVerdict.Proved own) {
        this.context = context;
        this.check = check;
        this.own = own;
    }

    /** Judges the own chain as a peer would; fails when a peer would refuse it. */
    static TlsMaterial of(MaterialFiles files, EpochClock wallClock) throws OperatingFault {
        CertificateCheck check = new CertificateCheck(files.authorities(), files.revocations());
        CertificateVerdict verdict = check.judge(files.chainArray(), wallClock.time());
        if (verdict instanceof CertificateVerdict.Refused refused) {
            throw new OperatingFault(
                    "own certificate " + refused.fingerprint() + " would be refused: " + refused.sentence());
        }
        try {
            SSLContext context = SSLContext.getInstance("TLSv1.3");
            KeyManager[] keys = {new OwnKey(files.chainArray(), files.key())};
            TrustManager[] trust = {new ChainTrust(check, wallClock)};
            context.init(keys, trust, new SecureRandom());
            return new TlsMaterial(context, check, (CertificateVerdict.Proved) verdict);
        } catch (GeneralSecurityException e) {
            throw new OperatingFault("this platform cannot speak TLS 1.3: " + e.getMessage(), e);
        }
    }

    /** A new engine for one connection: TLS 1.3 only, and both sides show a certificate. */
    public SSLEngine engine(boolean dials) {
        // Without host and port the platform has no key under which it could resume a session of ours.
        SSLEngine engine = context.createSSLEngine();
        engine.setUseClientMode(dials);
        SSLParameters parameters = engine.getSSLParameters();
        parameters.setProtocols(PROTOCOLS);
        parameters.setCipherSuites(CIPHER_SUITES);
        parameters.setNeedClientAuth(!dials);
        engine.setSSLParameters(parameters);
        return engine;
    }

    /** The check that the peers' chains must pass. */
    public CertificateCheck check() {
        return check;
    }

    /** Whom the own certificate names. */
    public PeerName ownName() {
        return own.name();
    }

    /** SHA-256 of the own certificate, 64 hexadecimal digits. */
    public String ownFingerprint() {
        return own.fingerprint();
    }

    /** Wall-clock milliseconds since 1970 at which the own certificate, or one above it, expires. */
    public long ownNotAfterMs() {
        return own.notAfterMs();
    }
}
