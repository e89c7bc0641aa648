package dev.steppe.transport.tls;

import dev.steppe.transport.PeerName;

/** What a chain of certificates proves. */
public sealed interface CertificateVerdict {
    /** SHA-256 of the holder's certificate, 64 hexadecimal digits; empty when none was shown. For the audit. */
    String fingerprint();

    /**
     * The holder is {@code name}, until {@code notAfterMs}.
     *
     * @param notAfterMs wall-clock milliseconds since 1970 at which the first certificate of the path expires
     */
    record Proved(PeerName name, long notAfterMs, String fingerprint) implements CertificateVerdict {}

    /** It proves nothing; one plain sentence says why. */
    record Refused(String sentence, String fingerprint) implements CertificateVerdict {}
}
