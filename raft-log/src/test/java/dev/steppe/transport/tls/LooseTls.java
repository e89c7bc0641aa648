package dev.steppe.transport.tls;

import dev.steppe.transport.tls.CertificateMint.Minted;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedKeyManager;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/** TLS of a peer that trusts everybody and shows whatever it has: what an intruder runs. */
public final class LooseTls {
    /** How often the own certificate was shown; a resumed session shows none. */
    public final AtomicInteger shownCount = new AtomicInteger();

    private final @Nullable Minted holder;
    private final SSLContext context;

    /** A peer that shows {@code holder}'s certificate, or none. */
    public LooseTls(@Nullable Minted holder) throws GeneralSecurityException {
        this.holder = holder;
        context = SSLContext.getInstance("TLS");
        context.init(new KeyManager[] {new Shown()}, new TrustManager[] {new TrustAll()}, null);
    }

    public SSLContext context() {
        return context;
    }

    private final class Shown extends X509ExtendedKeyManager {
        private @Nullable String alias() {
            return holder == null ? null : "own";
        }

        @Override
        public String @Nullable [] getClientAliases(String keyType, Principal[] issuers) {
            return holder == null ? null : new String[] {"own"};
        }

        @Override
        public String @Nullable [] getServerAliases(String keyType, Principal[] issuers) {
            return holder == null ? null : new String[] {"own"};
        }

        @Override
        public @Nullable String chooseClientAlias(String[] keyTypes, Principal[] issuers, Socket socket) {
            return List.of(keyTypes).contains("EC") ? alias() : null;
        }

        @Override
        public @Nullable String chooseServerAlias(String keyType, Principal[] issuers, Socket socket) {
            return keyType.equals("EC") || keyType.equals("EC_EC") ? alias() : null;
        }

        @Override
        public @Nullable String chooseEngineClientAlias(String[] keyTypes, Principal[] issuers, SSLEngine engine) {
            return List.of(keyTypes).contains("EC") ? alias() : null;
        }

        @Override
        public @Nullable String chooseEngineServerAlias(String keyType, Principal[] issuers, SSLEngine engine) {
            return keyType.equals("EC") ? alias() : null;
        }

        @Override
        public X509Certificate @Nullable [] getCertificateChain(String alias) {
            if (holder == null) {
                return null;
            }
            shownCount.incrementAndGet();
            List<X509Certificate> all = new ArrayList<>(List.of(holder.certificate()));
            all.addAll(holder.above());
            return all.toArray(new X509Certificate[0]);
        }

        @Override
        public @Nullable PrivateKey getPrivateKey(String alias) {
            return holder == null ? null : holder.keys().getPrivate();
        }
    }

    private static final class TrustAll extends X509ExtendedTrustManager {
        @Override
        public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket) {}

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine) {}

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String authType) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String authType) {}

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
