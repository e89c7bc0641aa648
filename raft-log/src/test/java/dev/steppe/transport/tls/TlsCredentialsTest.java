package dev.steppe.transport.tls;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steppe.base.OperatingFault;
import dev.steppe.runtime.clock.SystemClocks;
import dev.steppe.transport.PeerName;
import dev.steppe.transport.PeerRole;
import dev.steppe.transport.tls.CertificateMint.Minted;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.util.List;
import javax.net.ssl.SSLEngine;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class TlsCredentialsTest {
    private static final Minted ROOT = CertificateMint.authority("root");
    private static final String NAME = "sched://prod/eu/server/1";

    @TempDir
    private Path directory;

    private final Minted holder =
            CertificateMint.issue(ROOT, CertificateMint.request().uris(NAME));

    private TlsConfig.Pem files() throws IOException {
        return CertificateMint.write(directory, holder, ROOT);
    }

    private static TlsCredentials open(TlsConfig config) throws OperatingFault {
        return TlsCredentials.open(config, SystemClocks.epoch());
    }

    @Test
    void makesEnginesThatSpeakTls13WithCertificatesOnBothSides() throws Exception {
        TlsMaterial material = open(files()).current();
        assertEquals(new PeerName("prod", "eu", PeerRole.SERVER, 1), material.ownName());
        SSLEngine acceptor = material.engine(false);
        assertEquals(List.of("TLSv1.3"), List.of(acceptor.getEnabledProtocols()));
        assertTrue(acceptor.getNeedClientAuth());
        assertTrue(material.engine(true).getUseClientMode());
        assertEquals(
                List.of("TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384"),
                List.of(acceptor.getEnabledCipherSuites()));
    }

    @Test
    void readsKeyStoresToo() throws Exception {
        char[] password = "a password".toCharArray();
        KeyStore trust = KeyStore.getInstance("PKCS12");
        trust.load(null, password);
        trust.setCertificateEntry("root", ROOT.certificate());
        KeyStore own = KeyStore.getInstance("PKCS12");
        own.load(null, password);
        own.setKeyEntry("own", holder.keys().getPrivate(), password, new Certificate[] {holder.certificate()});
        store(trust, "trust.p12", password);
        store(own, "own.p12", password);
        TlsConfig config = new TlsConfig.KeyStores(
                directory.resolve("trust.p12"),
                directory.resolve("own.p12"),
                CertificateMint.write(directory.resolve("password"), "a password\n"));
        assertEquals(NAME, open(config).current().ownName().uri());
        CertificateMint.write(directory.resolve("password"), "another\n");
        OperatingFault fault = assertThrows(OperatingFault.class, () -> open(config));
        assertFalse(fault.getMessage().contains("another"), fault.getMessage());
    }

    private void store(KeyStore store, String name, char[] password) throws Exception {
        try (var out = Files.newOutputStream(directory.resolve(name))) {
            store.store(out, password);
        }
    }

    /** Each makes the files of a party useless in one way. */
    private enum Damage {
        KEY_OF_ANOTHER,
        KEY_FOR_EVERYBODY,
        KEY_CUT,
        KEY_MISSING,
        CHAIN_EMPTY,
        CHAIN_OF_STRANGER,
        CHAIN_WITHOUT_NAME,
        AUTHORITY_THAT_IS_NONE,
        AUTHORITIES_ENDLESS,
        REVOCATIONS_OF_STRANGER,
        REVOKED_ITSELF
    }

    private TlsConfig damaged(Damage damage) throws IOException {
        TlsConfig.Pem files = files();
        Minted other = CertificateMint.issue(ROOT, CertificateMint.request().uris(NAME));
        Minted stranger = CertificateMint.authority("stranger");
        Path lists = directory.resolve("revoked.pem");
        switch (damage) {
            case KEY_OF_ANOTHER -> CertificateMint.write(files.key(), other.keyPem());
            case KEY_FOR_EVERYBODY ->
                Files.setPosixFilePermissions(files.key(), PosixFilePermissions.fromString("rw-r--r--"));
            case KEY_CUT -> CertificateMint.write(files.key(), holder.keyPem().replaceFirst("\n.{60}", "\n"));
            case KEY_MISSING -> Files.delete(files.key());
            case CHAIN_EMPTY -> CertificateMint.write(files.chain(), "");
            case CHAIN_OF_STRANGER -> {
                Minted his = CertificateMint.issue(
                        stranger, CertificateMint.request().uris(NAME));
                CertificateMint.write(files.chain(), his.chainPem());
                CertificateMint.write(files.key(), his.keyPem());
            }
            case CHAIN_WITHOUT_NAME -> {
                Minted nobody = CertificateMint.issue(ROOT, CertificateMint.request());
                CertificateMint.write(files.chain(), nobody.chainPem());
                CertificateMint.write(files.key(), nobody.keyPem());
            }
            case AUTHORITY_THAT_IS_NONE -> CertificateMint.write(files.authorities(), holder.chainPem());
            case AUTHORITIES_ENDLESS -> CertificateMint.write(files.authorities(), "x".repeat((1 << 20) + 1));
            case REVOCATIONS_OF_STRANGER -> {
                CertificateMint.write(lists, CertificateMint.revocationsPem(stranger, holder.certificate()));
                return files.withRevocations(lists);
            }
            case REVOKED_ITSELF -> {
                CertificateMint.write(lists, CertificateMint.revocationsPem(ROOT, holder.certificate()));
                return files.withRevocations(lists);
            }
        }
        return files;
    }

    @ParameterizedTest
    @EnumSource
    void opensNothingThatAPeerWouldRefuseAndTellsNoSecret(Damage damage) throws Exception {
        TlsConfig config = damaged(damage);
        OperatingFault fault = assertThrows(OperatingFault.class, () -> open(config));
        String key = holder.keyPem().lines().skip(1).findFirst().orElseThrow();
        for (Throwable one = fault; one != null; one = one.getCause()) {
            String said = String.valueOf(one);
            for (int i = 0; i + 8 <= key.length(); i++) {
                assertFalse(said.contains(key.substring(i, i + 8)), said);
            }
        }
    }

    @Test
    void givesNewMaterialAfterAReloadAndTheOldAfterABadOne() throws Exception {
        TlsCredentials credentials = open(files());
        TlsMaterial first = credentials.current();
        credentials.reload();
        TlsMaterial second = credentials.current();
        assertNotSame(first, second);
        damaged(Damage.KEY_OF_ANOTHER);
        assertThrows(OperatingFault.class, credentials::reload);
        assertSame(second, credentials.current());
    }
}
