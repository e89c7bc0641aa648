package dev.steppe.transport.tls;

import java.security.cert.CertificateException;

/** Carries a refusal through the handshake of the platform, which knows exceptions only. */
public final class ChainRefused extends CertificateException {
    private static final long serialVersionUID = 1L;

    private final transient CertificateVerdict.Refused verdict;

    ChainRefused(CertificateVerdict.Refused verdict) {
        super(verdict.sentence());
        this.verdict = verdict;
    }

    /** What was said of the chain. */
    public CertificateVerdict.Refused verdict() {
        return verdict;
    }
}
