package dev.steppe.transport.tls;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;

/**
 * Makes certificates for tests, good ones and bad ones, with the JDK alone: writes their DER and signs it. Milliseconds
 * each, which {@code keytool} is not.
 */
public final class CertificateMint {
    private static final String[] ECDSA_SHA256 = {"1.2.840.10045.4.3.2"};
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyyMMddHHmmss'Z'", Locale.ROOT).withZone(ZoneOffset.UTC);
    private static long lastSerial = 1;

    private CertificateMint() {}

    /** A certificate with its key, and what is above it, nearest first, without the authority. */
    public record Minted(X509Certificate certificate, KeyPair keys, List<X509Certificate> above) {
        /** Own certificate and those above, in PEM. */
        public String chainPem() {
            StringBuilder out = new StringBuilder(pem("CERTIFICATE", der(certificate)));
            above.forEach(one -> out.append(pem("CERTIFICATE", der(one))));
            return out.toString();
        }

        public String keyPem() {
            return pem("PRIVATE KEY", keys.getPrivate().getEncoded());
        }
    }

    /** What a certificate says; the usual is a server's that is good for one hour. */
    public static final class Request {
        private String subject = "CN=member";
        private Instant notBefore = Instant.now().minus(1, ChronoUnit.HOURS);
        private Instant notAfter = Instant.now().plus(1, ChronoUnit.HOURS);
        private List<String> uris = List.of();
        private List<String> uses = List.of("1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2");
        private boolean authority;

        public Request uris(String... names) {
            uris = List.of(names);
            return this;
        }

        public Request uses(String... oids) {
            uses = List.of(oids);
            return this;
        }

        public Request valid(Instant from, Instant to) {
            notBefore = from;
            notAfter = to;
            return this;
        }

        Request authority(String name) {
            subject = name;
            authority = true;
            uses = List.of();
            return this;
        }
    }

    public static Request request() {
        return new Request();
    }

    /** A new root authority. */
    public static Minted authority(String name) {
        KeyPair keys = keys();
        Request request = request().authority("CN=" + name);
        return new Minted(sign(request, keys, request.subject, keys), keys, List.of());
    }

    /** An authority below another. */
    public static Minted below(Minted authority, String name) {
        KeyPair keys = keys();
        X509Certificate made = sign(request().authority("CN=" + name), keys, subject(authority), authority.keys);
        return new Minted(made, keys, List.of());
    }

    /** A certificate signed by an authority; what is above it, if that is not a root, is part of its chain. */
    public static Minted issue(Minted authority, Request request) {
        KeyPair keys = keys();
        X509Certificate made = sign(request, keys, subject(authority), authority.keys);
        boolean isRoot =
                authority.certificate.getIssuerX500Principal().equals(authority.certificate.getSubjectX500Principal());
        return new Minted(made, keys, isRoot ? List.of() : List.of(authority.certificate));
    }

    public static Minted selfSigned(Request request) {
        KeyPair keys = keys();
        return new Minted(sign(request, keys, request.subject, keys), keys, List.of());
    }

    /** A list of revoked certificates, in PEM. */
    public static String revocationsPem(Minted authority, X509Certificate... revoked) {
        List<byte[]> entries = new ArrayList<>();
        for (X509Certificate one : revoked) {
            entries.add(sequence(integer(one.getSerialNumber().toByteArray()), time(Instant.now())));
        }
        byte[] body = sequence(
                integer(new byte[] {1}),
                algorithm(),
                authority.certificate.getSubjectX500Principal().getEncoded(),
                time(Instant.now().minus(1, ChronoUnit.HOURS)),
                time(Instant.now().plus(1, ChronoUnit.HOURS)),
                sequence(entries.toArray(new byte[0][])));
        return pem("X509 CRL", signed(body, authority.keys));
    }

    /** Writes a file that others may not read. */
    public static Path write(Path file, String text) throws IOException {
        Files.deleteIfExists(file);
        Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        return Files.writeString(file, text);
    }

    /** The files of one party: {@code authorities.pem}, {@code chain.pem}, {@code key.pem}. */
    public static TlsConfig.Pem write(Path directory, Minted holder, Minted... authorities) throws IOException {
        Files.createDirectories(directory);
        StringBuilder bundle = new StringBuilder();
        for (Minted authority : authorities) {
            bundle.append(pem("CERTIFICATE", der(authority.certificate)));
        }
        return new TlsConfig.Pem(
                write(directory.resolve("authorities.pem"), bundle.toString()),
                write(directory.resolve("chain.pem"), holder.chainPem()),
                write(directory.resolve("key.pem"), holder.keyPem()));
    }

    private static String subject(Minted authority) {
        return authority.certificate.getSubjectX500Principal().getName();
    }

    private static KeyPair keys() {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"));
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static synchronized long nextSerial() {
        return ++lastSerial;
    }

    private static X509Certificate sign(Request request, KeyPair holder, String issuer, KeyPair signer) {
        byte[] body = sequence(
                tagged(0xA0, integer(new byte[] {2})),
                integer(java.math.BigInteger.valueOf(nextSerial()).toByteArray()),
                algorithm(),
                name(issuer),
                sequence(time(request.notBefore), time(request.notAfter)),
                name(request.subject),
                holder.getPublic().getEncoded(),
                tagged(0xA3, sequence(extensions(request))));
        try {
            return (X509Certificate) CertificateFactory.getInstance("X.509")
                    .generateCertificate(new ByteArrayInputStream(signed(body, signer)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static byte[][] extensions(Request request) {
        List<byte[]> found = new ArrayList<>();
        if (request.authority) {
            found.add(extension("2.5.29.19", true, sequence(tagged(0x01, new byte[] {(byte) 0xFF}))));
            found.add(extension("2.5.29.15", true, tagged(0x03, new byte[] {1, 0x06}))); // Signs certificates, lists.
        } else {
            found.add(extension("2.5.29.15", true, tagged(0x03, new byte[] {7, (byte) 0x80}))); // Signatures.
        }
        if (!request.uses.isEmpty()) {
            byte[][] oids = request.uses.stream().map(CertificateMint::oid).toArray(byte[][]::new);
            found.add(extension("2.5.29.37", false, sequence(oids)));
        }
        if (!request.uris.isEmpty()) {
            byte[][] names = request.uris.stream()
                    .map(uri -> tagged(0x86, uri.getBytes(StandardCharsets.US_ASCII)))
                    .toArray(byte[][]::new);
            found.add(extension("2.5.29.17", false, sequence(names)));
        }
        return found.toArray(new byte[0][]);
    }

    private static byte[] extension(String oid, boolean critical, byte[] value) {
        byte[] wrapped = tagged(0x04, value);
        return critical
                ? sequence(oid(oid), tagged(0x01, new byte[] {(byte) 0xFF}), wrapped)
                : sequence(oid(oid), wrapped);
    }

    private static byte[] signed(byte[] body, KeyPair signer) {
        try {
            Signature signature = Signature.getInstance("SHA256withECDSA");
            signature.initSign(signer.getPrivate());
            signature.update(body);
            return sequence(body, algorithm(), tagged(0x03, concat(new byte[] {0}, signature.sign())));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static byte[] algorithm() {
        return sequence(oid(ECDSA_SHA256[0]));
    }

    private static byte[] name(String principal) {
        return new javax.security.auth.x500.X500Principal(principal).getEncoded();
    }

    private static byte[] time(Instant instant) {
        return tagged(0x18, TIME.format(instant).getBytes(StandardCharsets.US_ASCII));
    }

    private static byte[] integer(byte[] value) {
        return tagged(0x02, value);
    }

    private static byte[] oid(String dotted) {
        String[] parts = dotted.split("\\.", -1);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(40 * Integer.parseInt(parts[0]) + Integer.parseInt(parts[1]));
        for (int i = 2; i < parts.length; i++) {
            int value = Integer.parseInt(parts[i]);
            for (int shift = 28; shift >= 7; shift -= 7) {
                if (value >>> shift != 0) {
                    out.write(0x80 | (value >>> shift & 0x7F));
                }
            }
            out.write(value & 0x7F);
        }
        return tagged(0x06, out.toByteArray());
    }

    private static byte[] sequence(byte[]... parts) {
        return tagged(0x30, concat(parts));
    }

    private static byte[] tagged(int tag, byte[] content) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(tag);
        if (content.length < 0x80) {
            out.write(content.length);
        } else if (content.length < 0x100) {
            out.write(0x81);
            out.write(content.length);
        } else {
            out.write(0x82);
            out.write(content.length >>> 8);
            out.write(content.length);
        }
        out.writeBytes(content);
        return out.toByteArray();
    }

    private static byte[] concat(byte[]... parts) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            out.writeBytes(part);
        }
        return out.toByteArray();
    }

    private static byte[] der(X509Certificate certificate) {
        try {
            return certificate.getEncoded();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String pem(String kind, byte[] bytes) {
        return "-----BEGIN " + kind + "-----\n"
                + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(bytes) + "\n-----END " + kind + "-----\n";
    }
}
