package dev.steppe.transport.tls;

import java.nio.file.Path;
import java.util.Optional;

/** Where the material of TLS lies. Only paths: what the files hold is never kept here. */
public sealed interface TlsConfig {
    /** Lists of revoked certificates in PEM or DER, each signed by an authority; none if empty. */
    Optional<Path> revocations();

    /** The same with lists of revoked certificates. */
    TlsConfig withRevocations(Path lists);

    /**
     * Files in PEM.
     *
     * @param authorities the cluster's authorities; a peer's chain must end at one of them
     * @param chain own certificate first, then what leads to an authority
     * @param key own private key, PKCS #8, not encrypted; others than owner and group may not read the file
     */
    record Pem(Path authorities, Path chain, Path key, Optional<Path> revocations) implements TlsConfig {
        /** Without lists of revoked certificates. */
        public Pem(Path authorities, Path chain, Path key) {
            this(authorities, chain, key, Optional.empty());
        }

        @Override
        public TlsConfig withRevocations(Path lists) {
            return new Pem(authorities, chain, key, Optional.of(lists));
        }
    }

    /**
     * Key stores of PKCS #12.
     *
     * @param trustStore its trusted certificates are the cluster's authorities
     * @param keyStore its one entry with a key is the own key and chain
     * @param password a file whose first line opens both stores and the key; others than owner and group may not read
     *     it
     */
    record KeyStores(Path trustStore, Path keyStore, Path password, Optional<Path> revocations) implements TlsConfig {
        /** Without lists of revoked certificates. */
        public KeyStores(Path trustStore, Path keyStore, Path password) {
            this(trustStore, keyStore, password, Optional.empty());
        }

        @Override
        public TlsConfig withRevocations(Path lists) {
            return new KeyStores(trustStore, keyStore, password, Optional.of(lists));
        }
    }
}
