package dev.steppe.transport.tls;

import dev.steppe.transport.PeerName;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.cert.CertPathValidator;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertPathValidatorException.BasicReason;
import java.security.cert.CertificateEncodingException;
import java.security.cert.CertificateFactory;
import java.security.cert.CertificateParsingException;
import java.security.cert.PKIXCertPathValidatorResult;
import java.security.cert.PKIXParameters;
import java.security.cert.PKIXReason;
import java.security.cert.TrustAnchor;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Date;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * The one question that is asked of every chain, at every handshake, resumed or not, and again after new material: does
 * it lead to an authority of this cluster, is every certificate valid now and not revoked, may its holder be client and
 * server, and does it carry exactly one name of ours?
 *
 * <p>A name of the peer's host is of no interest: an address says where a member is, the certificate who it is.
 *
 * <p>Immutable; any thread.
 */
@SuppressWarnings("JavaUtilDate") // The platform's certificates speak of time in these words only.
public final class CertificateCheck {
    private static final String SERVER_AUTH = "1.3.6.1.5.5.7.3.1";
    private static final String CLIENT_AUTH = "1.3.6.1.5.5.7.3.2";
    private static final int SAN_URI = 6;
    private static final String ANY_SPELLING_OF_SCHEME = "sched:";

    private final Set<X509Certificate> authorities;
    private final Set<TrustAnchor> anchors = new LinkedHashSet<>();
    private final List<X509CRL> revocations;

    /** A check against these authorities and lists of revoked certificates, whose signatures were checked. */
    CertificateCheck(Collection<X509Certificate> authorities, List<X509CRL> revocations) {
        this.authorities = new LinkedHashSet<>(authorities);
        this.revocations = List.copyOf(revocations);
        authorities.forEach(authority -> anchors.add(new TrustAnchor(authority, null)));
    }

    /**
     * What {@code chain} proves.
     *
     * @param chain the holder's certificate first, as the peer showed it
     * @param nowMs wall-clock milliseconds since 1970
     */
    public CertificateVerdict judge(X509Certificate[] chain, long nowMs) {
        if (chain.length == 0) {
            return new CertificateVerdict.Refused("the peer showed no certificate.", "");
        }
        String fingerprint = fingerprint(chain[0]);
        try {
            long notAfterMs = checkPath(chain, nowMs);
            checkUse(chain[0]);
            return new CertificateVerdict.Proved(nameOf(chain[0]), notAfterMs, fingerprint);
        } catch (NotProved reason) {
            return new CertificateVerdict.Refused("the peer's certificate " + reason.getMessage() + ".", fingerprint);
        }
    }

    /** Follows the path to an authority; returns when its first certificate expires. */
    private long checkPath(X509Certificate[] chain, long nowMs) throws NotProved {
        List<X509Certificate> path = new ArrayList<>();
        for (X509Certificate certificate : chain) {
            if (!authorities.contains(certificate)) {
                path.add(certificate);
            } else if (path.isEmpty()) {
                throw new NotProved("is an authority's own");
            }
        }
        X509Certificate authority = authorityOf(path, nowMs);
        long notAfterMs = authority.getNotAfter().getTime();
        if (nowMs < authority.getNotBefore().getTime() || nowMs > notAfterMs) {
            throw new NotProved("is signed by an authority that is not valid now");
        }
        for (X509Certificate certificate : path) {
            notAfterMs = Math.min(notAfterMs, certificate.getNotAfter().getTime());
            checkNotRevoked(certificate);
        }
        return notAfterMs;
    }

    private X509Certificate authorityOf(List<X509Certificate> path, long nowMs) throws NotProved {
        try {
            PKIXParameters parameters = new PKIXParameters(anchors);
            parameters.setRevocationEnabled(false); // Our own lists are asked below; nothing is fetched.
            parameters.setDate(new Date(nowMs));
            PKIXCertPathValidatorResult result = (PKIXCertPathValidatorResult) CertPathValidator.getInstance("PKIX")
                    .validate(CertificateFactory.getInstance("X.509").generateCertPath(path), parameters);
            return result.getTrustAnchor().getTrustedCert();
        } catch (CertPathValidatorException e) {
            throw new NotProved(sentence(e.getReason()), e);
        } catch (GeneralSecurityException e) {
            throw new NotProved("cannot be checked", e);
        }
    }

    private static String sentence(CertPathValidatorException.Reason reason) {
        if (reason == BasicReason.EXPIRED) {
            return "has expired, or one that it is signed with";
        }
        if (reason == BasicReason.NOT_YET_VALID) {
            return "is not valid yet";
        }
        if (reason == PKIXReason.NO_TRUST_ANCHOR || reason == BasicReason.INVALID_SIGNATURE) {
            return "is not signed by an authority of this cluster";
        }
        return "does not lead to an authority of this cluster: " + reason;
    }

    private void checkNotRevoked(X509Certificate certificate) throws NotProved {
        for (X509CRL list : revocations) {
            boolean revoked = list.getIssuerX500Principal().equals(certificate.getIssuerX500Principal())
                    && list.isRevoked(certificate);
            if (revoked) {
                throw new NotProved("has been revoked");
            }
        }
    }

    private static void checkUse(X509Certificate holder) throws NotProved {
        if (holder.getBasicConstraints() >= 0) {
            throw new NotProved("is an authority's own");
        }
        boolean[] keyUsage = holder.getKeyUsage();
        if (keyUsage != null && !keyUsage[0]) {
            throw new NotProved("is not for signatures");
        }
        try {
            List<String> uses = holder.getExtendedKeyUsage();
            if (uses == null || !uses.contains(SERVER_AUTH) || !uses.contains(CLIENT_AUTH)) {
                throw new NotProved("is not for both ends of a link (extended key usage serverAuth and clientAuth)");
            }
        } catch (CertificateParsingException e) {
            throw new NotProved("has uses that cannot be read", e);
        }
    }

    /** The one name of ours among the alternative names; two of them are as bad as none. */
    private static PeerName nameOf(X509Certificate holder) throws NotProved {
        List<String> found = new ArrayList<>();
        try {
            Collection<List<?>> names = holder.getSubjectAlternativeNames();
            for (List<?> name : names == null ? List.<List<?>>of() : names) {
                if (name.get(0) instanceof Integer kind && kind == SAN_URI && name.get(1) instanceof String uri) {
                    addIfOurs(uri, found);
                }
            }
        } catch (CertificateParsingException e) {
            throw new NotProved("has names that cannot be read", e);
        }
        Optional<PeerName> name = found.size() == 1 ? PeerName.parse(found.get(0)) : Optional.empty();
        return name.orElseThrow(() -> new NotProved("does not name its holder by exactly one URI " + PeerName.SCHEME
                + "CLUSTER/REGION/ROLE[/NODE]; of this kind it has " + found.size()));
    }

    private static void addIfOurs(String uri, List<String> found) {
        if (uri.toLowerCase(Locale.ROOT).startsWith(ANY_SPELLING_OF_SCHEME)) {
            found.add(uri);
        }
    }

    static String fingerprint(X509Certificate certificate) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(certificate.getEncoded());
            return HexFormat.of().formatHex(digest);
        } catch (CertificateEncodingException e) {
            return "unreadable"; // It came as bytes a moment ago; the path check refuses what has none.
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every platform has SHA-256", e);
        }
    }

    /** Half a sentence: what is wrong with the certificate. Stays within this class. */
    private static final class NotProved extends Exception {
        private static final long serialVersionUID = 1L;

        NotProved(String what) {
            super(what);
        }

        NotProved(String what, Throwable cause) {
            super(what, cause);
        }
    }
}
