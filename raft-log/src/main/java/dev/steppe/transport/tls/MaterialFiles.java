package dev.steppe.transport.tls;

import dev.steppe.base.OperatingFault;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.CRL;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Set;

/**
 * The files of one {@link TlsConfig}, read once and held against each other: authorities are authorities, the key is
 * the certificate's, and lists of revoked certificates are signed by an authority. A list that is past its next update
 * still counts: what it revokes stays revoked, and a late list stops nobody else.
 */
record MaterialFiles(
        List<X509Certificate> authorities, List<X509Certificate> chain, PrivateKey key, List<X509CRL> revocations) {
    private static final long FILE_MAX_BYTES = 1 << 20;
    private static final String KEY_BEGIN = "-----BEGIN PRIVATE KEY-----";
    private static final String KEY_END = "-----END PRIVATE KEY-----";

    static MaterialFiles read(TlsConfig config) throws OperatingFault {
        try {
            MaterialFiles files =
                    config instanceof TlsConfig.Pem pem ? fromPem(pem) : fromKeyStores((TlsConfig.KeyStores) config);
            files.check();
            return files;
        } catch (IOException | GeneralSecurityException | IllegalArgumentException e) {
            throw new OperatingFault("the TLS material of " + config + " cannot be read: " + e.getMessage(), e);
        }
    }

    X509Certificate[] chainArray() {
        return chain.toArray(new X509Certificate[0]);
    }

    private static MaterialFiles fromPem(TlsConfig.Pem pem)
            throws OperatingFault, IOException, GeneralSecurityException {
        List<X509Certificate> chain = certificates(pem.chain());
        PrivateKey key = pemKey(pem.key(), chain.get(0).getPublicKey().getAlgorithm());
        return new MaterialFiles(certificates(pem.authorities()), chain, key, lists(pem));
    }

    private static MaterialFiles fromKeyStores(TlsConfig.KeyStores stores)
            throws OperatingFault, IOException, GeneralSecurityException {
        char[] password = password(stores.password());
        try {
            KeyStore trust = keyStore(stores.trustStore(), password);
            List<X509Certificate> authorities = new ArrayList<>();
            for (String alias : sortedAliases(trust)) {
                if (trust.isCertificateEntry(alias) && trust.getCertificate(alias) instanceof X509Certificate one) {
                    authorities.add(one);
                }
            }
            KeyStore own = keyStore(stores.keyStore(), password);
            List<String> keyed = new ArrayList<>();
            for (String alias : sortedAliases(own)) {
                if (own.isKeyEntry(alias)) {
                    keyed.add(alias);
                }
            }
            if (keyed.size() != 1) {
                throw new OperatingFault(
                        "key store " + stores.keyStore() + " must hold one key, and holds " + keyed.size() + ".");
            }
            PrivateKey key = (PrivateKey) own.getKey(keyed.get(0), password);
            return new MaterialFiles(
                    authorities, x509(List.of(own.getCertificateChain(keyed.get(0)))), key, lists(stores));
        } finally {
            Arrays.fill(password, '\0');
        }
    }

    private void check() throws OperatingFault, GeneralSecurityException {
        if (authorities.isEmpty() || chain.isEmpty()) {
            throw new OperatingFault("a cluster has an authority and a server a certificate: found "
                    + authorities.size() + ", " + chain.size());
        }
        for (X509Certificate authority : authorities) {
            if (authority.getBasicConstraints() < 0) {
                throw new OperatingFault("certificate " + CertificateCheck.fingerprint(authority)
                        + " is among the authorities, and is none.");
            }
        }
        if (!keyFits()) {
            throw new OperatingFault(
                    "the private key is not that of certificate " + CertificateCheck.fingerprint(chain.get(0)) + ".");
        }
        for (X509CRL list : revocations) {
            if (authorities.stream().noneMatch(authority -> isSignedBy(list, authority))) {
                throw new OperatingFault("the list of revoked certificates by " + list.getIssuerX500Principal()
                        + " is not signed by an authority of this cluster.");
            }
        }
    }

    private boolean keyFits() throws GeneralSecurityException {
        String algorithm = switch (key.getAlgorithm()) {
            case "RSA" -> "SHA256withRSA";
            case "EC" -> "SHA256withECDSA";
            default -> key.getAlgorithm();
        };
        byte[] words = "is this one pair?".getBytes(StandardCharsets.US_ASCII);
        Signature signer = Signature.getInstance(algorithm);
        signer.initSign(key);
        signer.update(words);
        byte[] signature = signer.sign();
        Signature verifier = Signature.getInstance(algorithm);
        verifier.initVerify(chain.get(0).getPublicKey());
        verifier.update(words);
        return verifier.verify(signature);
    }

    private static boolean isSignedBy(X509CRL list, X509Certificate authority) {
        if (!list.getIssuerX500Principal().equals(authority.getSubjectX500Principal())) {
            return false;
        }
        try {
            list.verify(authority.getPublicKey());
            return true;
        } catch (GeneralSecurityException e) {
            return false; // Signed by somebody else of the same name.
        }
    }

    private static List<X509Certificate> certificates(Path file)
            throws OperatingFault, IOException, GeneralSecurityException {
        List<X509Certificate> found = x509(
                CertificateFactory.getInstance("X.509").generateCertificates(new ByteArrayInputStream(bytes(file))));
        if (found.isEmpty()) {
            throw new OperatingFault("file " + file + " holds no certificate.");
        }
        return found;
    }

    private static List<X509Certificate> x509(Collection<? extends Certificate> certificates) throws OperatingFault {
        List<X509Certificate> found = new ArrayList<>();
        for (Certificate certificate : certificates) {
            if (!(certificate instanceof X509Certificate one)) {
                throw new OperatingFault("a certificate is of another kind than X.509: " + certificate.getType());
            }
            found.add(one);
        }
        return List.copyOf(found);
    }

    private static List<X509CRL> lists(TlsConfig config) throws OperatingFault, IOException, GeneralSecurityException {
        if (config.revocations().isEmpty()) {
            return List.of();
        }
        List<X509CRL> found = new ArrayList<>();
        byte[] bytes = bytes(config.revocations().get());
        for (CRL list : CertificateFactory.getInstance("X.509").generateCRLs(new ByteArrayInputStream(bytes))) {
            if (list instanceof X509CRL one) {
                found.add(one);
            }
        }
        return List.copyOf(found);
    }

    private static PrivateKey pemKey(Path file, String algorithm)
            throws OperatingFault, IOException, GeneralSecurityException {
        checkPrivate(file);
        String text = new String(bytes(file), StandardCharsets.US_ASCII);
        int begin = text.indexOf(KEY_BEGIN);
        int end = text.indexOf(KEY_END);
        if (begin < 0 || end < begin) {
            throw new OperatingFault("file " + file + " holds no private key of PKCS #8 in PEM.");
        }
        byte[] encoded = Base64.getMimeDecoder().decode(text.substring(begin + KEY_BEGIN.length(), end));
        try {
            return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(encoded));
        } catch (GeneralSecurityException e) {
            // The platform's message could carry bytes of the key.
            throw new OperatingFault("file " + file + " holds no private key of kind " + algorithm + ".");
        }
    }

    private static char[] password(Path file) throws OperatingFault, IOException {
        checkPrivate(file);
        String text = new String(bytes(file), StandardCharsets.UTF_8);
        int end = text.indexOf('\n');
        return (end < 0 ? text : text.substring(0, end)).strip().toCharArray();
    }

    private static KeyStore keyStore(Path file, char[] password)
            throws OperatingFault, IOException, GeneralSecurityException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(new ByteArrayInputStream(bytes(file)), password);
        return store;
    }

    private static List<String> sortedAliases(KeyStore store) throws GeneralSecurityException {
        List<String> aliases = Collections.list(store.aliases());
        Collections.sort(aliases);
        return aliases;
    }

    private static byte[] bytes(Path file) throws OperatingFault, IOException {
        long fileBytes = Files.size(file);
        if (fileBytes > FILE_MAX_BYTES) {
            throw new OperatingFault("file " + file + " has " + fileBytes + " bytes, and no TLS material has that.");
        }
        return Files.readAllBytes(file);
    }

    /** Where the file system knows owners, a secret is for its owner, and at most for its group to read. */
    private static void checkPrivate(Path file) throws OperatingFault, IOException {
        if (!Files.getFileStore(file).supportsFileAttributeView("posix")) {
            return;
        }
        Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(file);
        if (permissions.contains(PosixFilePermission.OTHERS_READ)
                || permissions.contains(PosixFilePermission.OTHERS_WRITE)) {
            throw new OperatingFault("file " + file + " is a secret, and everybody may read or write it.");
        }
    }
}
