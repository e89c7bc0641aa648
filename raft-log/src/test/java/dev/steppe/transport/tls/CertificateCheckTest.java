package dev.steppe.transport.tls;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steppe.transport.PeerName;
import dev.steppe.transport.PeerRole;
import dev.steppe.transport.tls.CertificateMint.Minted;
import dev.steppe.transport.tls.CertificateMint.Request;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertificateFactory;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

@Tag("portable")
@SuppressWarnings("JavaUtilDate") // As the certificates of the platform speak.
class CertificateCheckTest {
    private static final String SERVER = "sched://prod/eu/server/1";
    private static final String NO_NAME = "the peer's certificate does not name its holder by exactly one URI"
            + " sched://CLUSTER/REGION/ROLE[/NODE]; of this kind it has ";
    private static final Minted ROOT = CertificateMint.authority("root");
    private static final Minted BETWEEN = CertificateMint.below(ROOT, "between");
    private static final long NOW_MS = System.currentTimeMillis();
    private static final Instant NOW = Instant.ofEpochMilli(NOW_MS);
    private static final CertificateCheck CHECK = new CertificateCheck(List.of(ROOT.certificate()), List.of());

    @Test
    void provesTheNameInAGoodCertificateUntilTheFirstOfItsPathExpires() {
        Minted holder = CertificateMint.issue(BETWEEN, CertificateMint.request().uris(SERVER));
        CertificateVerdict verdict = CHECK.judge(chain(holder), NOW_MS);
        PeerName name = new PeerName("prod", "eu", PeerRole.SERVER, 1);
        long notAfterMs = Math.min(
                holder.certificate().getNotAfter().getTime(),
                BETWEEN.certificate().getNotAfter().getTime());
        assertEquals(new CertificateVerdict.Proved(name, notAfterMs, verdict.fingerprint()), verdict);
        assertTrue(verdict.fingerprint().matches("[0-9a-f]{64}"), verdict.fingerprint());
        assertEquals(verdict, CHECK.judge(withRoot(holder), NOW_MS), "showing the authority too changes nothing");
    }

    static Stream<Arguments> badOnes() {
        Request usual = CertificateMint.request().uris(SERVER);
        Minted stranger = CertificateMint.authority("root"); // The same name, another key.
        return Stream.of(
                Arguments.of("self-signed", CertificateMint.selfSigned(usual), "is not signed by an authority of"),
                Arguments.of("other CA", CertificateMint.issue(stranger, usual), "is not signed by an authority of"),
                Arguments.of(
                        "a chain through a holder",
                        CertificateMint.issue(CertificateMint.issue(ROOT, usual), usual),
                        "does not lead to an authority of"),
                Arguments.of(
                        "expired",
                        issue(usual().valid(NOW.minus(2, ChronoUnit.HOURS), NOW.minus(1, ChronoUnit.MINUTES))),
                        "has expired"),
                Arguments.of(
                        "not yet valid",
                        issue(usual().valid(NOW.plus(1, ChronoUnit.MINUTES), NOW.plus(1, ChronoUnit.HOURS))),
                        "is not valid yet"),
                Arguments.of("no use", issue(usual().uses()), "is not for both ends of a link"),
                Arguments.of("server only", issue(usual().uses("1.3.6.1.5.5.7.3.1")), "is not for both ends of a link"),
                Arguments.of("client only", issue(usual().uses("1.3.6.1.5.5.7.3.2")), "is not for both ends of a link"),
                Arguments.of("any use", issue(usual().uses("2.5.29.37.0")), "is not for both ends of a link"),
                Arguments.of("no name", issue(CertificateMint.request()), "does not name its holder by exactly one"),
                Arguments.of("the authority", ROOT, "is an authority's own"),
                Arguments.of(
                        "an authority between",
                        new Minted(BETWEEN.certificate(), BETWEEN.keys(), List.of()),
                        "is an authority's own"));
    }

    private static Request usual() {
        return CertificateMint.request().uris(SERVER);
    }

    private static Minted issue(Request request) {
        return CertificateMint.issue(ROOT, request);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("badOnes")
    void refusesWhatProvesNothing(String what, Minted holder, String sentence) {
        String said = refusal(CHECK, holder);
        assertTrue(said.startsWith("the peer's certificate " + sentence), said);
    }

    static Stream<Arguments> badNames() {
        return Stream.of(
                Arguments.of(List.of("https://eu"), 0),
                Arguments.of(List.of("sched://*/eu/server"), 1),
                Arguments.of(List.of("sched://prod/*/server"), 1),
                Arguments.of(List.of("sched://prod/eu/*"), 1),
                Arguments.of(List.of("sched://prod/eu/server/*"), 1),
                Arguments.of(List.of("sched://prod/eu/client"), 1),
                Arguments.of(List.of(SERVER, "sched://prod/us/server/1"), 2),
                Arguments.of(List.of(SERVER, SERVER), 2),
                Arguments.of(List.of(SERVER, "SCHED://prod/eu/server"), 2));
    }

    @ParameterizedTest
    @MethodSource("badNames")
    void takesExactlyOneExactName(List<String> uris, int foundCount) {
        Minted holder = issue(CertificateMint.request().uris(uris.toArray(new String[0])));
        assertEquals(NO_NAME + foundCount + ".", refusal(CHECK, holder));
    }

    @Test
    void takesNamesOfOtherKindsBesides() {
        Minted holder = issue(CertificateMint.request().uris("https://eu.example", SERVER, "spiffe://prod/eu"));
        assertTrue(CHECK.judge(chain(holder), NOW_MS) instanceof CertificateVerdict.Proved);
    }

    @Test
    void refusesWhoIsRevokedAndNobodyElse() throws Exception {
        Minted revoked = issue(usual());
        Minted other = issue(usual());
        Minted below = CertificateMint.issue(BETWEEN, usual());
        CertificateCheck check = new CertificateCheck(
                List.of(ROOT.certificate()), List.of(list(ROOT, revoked.certificate(), BETWEEN.certificate())));
        assertEquals("the peer's certificate has been revoked.", refusal(check, revoked));
        assertEquals("the peer's certificate has been revoked.", refusal(check, below), "and what it signed");
        assertTrue(check.judge(chain(other), NOW_MS) instanceof CertificateVerdict.Proved);
    }

    @Test
    void refusesAnAuthorityThatIsNotValidNow() {
        Minted holder = issue(usual().valid(NOW, NOW.plus(9, ChronoUnit.HOURS)));
        String said = refusal(CHECK, holder, NOW.plus(2, ChronoUnit.HOURS).toEpochMilli());
        assertEquals("the peer's certificate is signed by an authority that is not valid now.", said);
    }

    @Test
    void refusesAnEmptyChain() {
        assertEquals(
                new CertificateVerdict.Refused("the peer showed no certificate.", ""),
                CHECK.judge(new X509Certificate[0], NOW_MS));
    }

    private static X509CRL list(Minted authority, X509Certificate... revoked) throws Exception {
        byte[] pem = CertificateMint.revocationsPem(authority, revoked).getBytes(StandardCharsets.US_ASCII);
        return (X509CRL) CertificateFactory.getInstance("X.509").generateCRL(new ByteArrayInputStream(pem));
    }

    private static String refusal(CertificateCheck check, Minted holder) {
        return refusal(check, holder, NOW_MS);
    }

    private static String refusal(CertificateCheck check, Minted holder, long nowMs) {
        CertificateVerdict verdict = check.judge(chain(holder), nowMs);
        assertTrue(verdict instanceof CertificateVerdict.Refused, verdict.toString());
        return ((CertificateVerdict.Refused) verdict).sentence();
    }

    private static X509Certificate[] chain(Minted holder) {
        List<X509Certificate> all = new ArrayList<>(List.of(holder.certificate()));
        all.addAll(holder.above());
        return all.toArray(new X509Certificate[0]);
    }

    private static X509Certificate[] withRoot(Minted holder) {
        List<X509Certificate> all = new ArrayList<>(List.of(chain(holder)));
        all.add(ROOT.certificate());
        return all.toArray(new X509Certificate[0]);
    }
}
