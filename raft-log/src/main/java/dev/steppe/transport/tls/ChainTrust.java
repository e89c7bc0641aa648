package dev.steppe.transport.tls;

import java.net.Socket;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedTrustManager;
import org.agrona.concurrent.EpochClock;

/**
 * Asks {@link CertificateCheck} within the handshake, so that a peer without a good chain gets an alert and never an
 * established session. Names no authorities to the peer: who has a certificate of ours knows which to show.
 */
final class ChainTrust extends X509ExtendedTrustManager {
    private final CertificateCheck check;
    private final EpochClock wallClock;

    ChainTrust(CertificateCheck check, EpochClock wallClock) {
        this.check = check;
        this.wallClock = wallClock;
    }

    private void judge(X509Certificate[] chain) throws ChainRefused {
        if (check.judge(chain, wallClock.time()) instanceof CertificateVerdict.Refused refused) {
            throw new ChainRefused(refused);
        }
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine) throws ChainRefused {
        judge(chain);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine) throws ChainRefused {
        judge(chain);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket) throws ChainRefused {
        judge(chain);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket) throws ChainRefused {
        judge(chain);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType) throws ChainRefused {
        judge(chain);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType) throws ChainRefused {
        judge(chain);
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return new X509Certificate[0];
    }
}
