package dev.steppe.transport.tcp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steppe.runtime.HaltSwitch;
import dev.steppe.runtime.clock.SeededEntropy;
import dev.steppe.runtime.clock.SystemClocks;
import dev.steppe.transport.LinkAudit;
import dev.steppe.transport.PeerIdentity;
import dev.steppe.transport.PeerPolicy;
import dev.steppe.transport.PeerRole;
import dev.steppe.transport.frame.FrameLayout;
import dev.steppe.transport.frame.Greeting;
import dev.steppe.transport.tls.CertificateMint;
import dev.steppe.transport.tls.CertificateMint.Minted;
import dev.steppe.transport.tls.CertificateMint.Request;
import dev.steppe.transport.tls.LooseTls;
import dev.steppe.transport.tls.TlsConfig;
import dev.steppe.transport.tls.TlsCredentials;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Everybody who must not get in (reliability §4, test matrix), on every lane, from both ends. */
@Tag("portable")
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class TlsMatrixTest {
    private static final String ANY_PORT = "127.0.0.1:0";
    private static final PeerIdentity SELF = new PeerIdentity(7, "eu", PeerRole.SERVER, 1, 0);
    private static final byte[] NO_FRAME = "GET / HTTP/1.1\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
    private static final HaltSwitch.Recorder HALTS = new HaltSwitch.Recorder();
    private static final Minted ROOT = CertificateMint.authority("root");
    private static final Minted STRANGER = CertificateMint.authority("root");

    @TempDir
    static Path directory;

    private static TcpLoops loops;
    private static TlsCredentials credentials;

    private final List<AutoCloseable> toClose = new ArrayList<>();
    private final AuditRecord audit = new AuditRecord();
    private final Witness witness = new Witness();

    private enum Lane {
        RAFT,
        REGION,
        CLIENT;

        private PeerPolicy policy() {
            return switch (this) {
                case RAFT -> PeerPolicy.sameRegionServers();
                case REGION -> PeerPolicy.regionServers();
                case CLIENT -> PeerPolicy.sameRegion();
            };
        }

        private String laneName() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    private enum Case {
        NO_CERTIFICATE,
        SELF_SIGNED,
        OTHER_AUTHORITY,
        EXPIRED,
        NOT_YET_VALID,
        CLIENT_ROLE,
        SERVER_OF_REGION_B,
        WRONG_CLUSTER,
        NO_NAME,
        WILDCARD,
        NO_USE,
        GOOD_SERVER
    }

    /** Who comes, and why it is refused on the lanes on which it is not welcome. */
    private record Visitor(@Nullable Minted holder, LinkAudit.Cause cause, List<Lane> welcome, PeerIdentity identity) {}

    private static final Map<Case, Visitor> VISITORS = new EnumMap<>(Case.class);

    private static void visitor(Case who, @Nullable Minted holder, LinkAudit.Cause cause, Lane... welcome) {
        PeerIdentity identity = switch (who) {
            case CLIENT_ROLE -> new PeerIdentity(7, "eu", PeerRole.CLIENT, 9, 0);
            case SERVER_OF_REGION_B -> new PeerIdentity(7, "us", PeerRole.SERVER, 2, 0);
            default -> new PeerIdentity(7, "eu", PeerRole.SERVER, 2, 0);
        };
        VISITORS.put(who, new Visitor(holder, cause, List.of(welcome), identity));
    }

    @BeforeAll
    static void mintVisitors() {
        Instant now = Instant.now();
        Request old = server().valid(now.minus(2, ChronoUnit.HOURS), now.minus(1, ChronoUnit.MINUTES));
        Request early = server().valid(now.plus(10, ChronoUnit.MINUTES), now.plus(1, ChronoUnit.HOURS));
        LinkAudit.Cause bad = LinkAudit.Cause.CERTIFICATE;
        LinkAudit.Cause misplaced = LinkAudit.Cause.NAME;
        visitor(Case.NO_CERTIFICATE, null, LinkAudit.Cause.TLS);
        visitor(Case.SELF_SIGNED, CertificateMint.selfSigned(server()), bad);
        visitor(Case.OTHER_AUTHORITY, CertificateMint.issue(STRANGER, server()), bad);
        visitor(Case.EXPIRED, CertificateMint.issue(ROOT, old), bad);
        visitor(Case.NOT_YET_VALID, CertificateMint.issue(ROOT, early), bad);
        visitor(Case.CLIENT_ROLE, named("sched://prod/eu/client/9"), misplaced, Lane.CLIENT);
        visitor(Case.SERVER_OF_REGION_B, named("sched://prod/us/server/2"), misplaced, Lane.REGION);
        visitor(Case.WRONG_CLUSTER, named("sched://test/eu/server/2"), misplaced);
        visitor(Case.NO_NAME, CertificateMint.issue(ROOT, CertificateMint.request()), bad);
        visitor(Case.WILDCARD, named("sched://prod/eu/*"), bad);
        visitor(Case.NO_USE, CertificateMint.issue(ROOT, server().uses()), bad);
        visitor(Case.GOOD_SERVER, named("sched://prod/eu/server/2"), misplaced, Lane.values());
    }

    private static Request server() {
        return CertificateMint.request().uris("sched://prod/eu/server/2");
    }

    private static Minted named(String uri) {
        return CertificateMint.issue(ROOT, CertificateMint.request().uris(uri));
    }

    @BeforeAll
    static void openCredentials() throws Exception {
        loops = new TcpLoops("tls-matrix", SystemClocks.nano(), new SeededEntropy(8), HALTS);
        TlsConfig config = CertificateMint.write(directory.resolve("one"), named("sched://prod/eu/server/1"), ROOT);
        credentials = TlsCredentials.open(config, SystemClocks.epoch());
    }

    @AfterAll
    static void closeLoops() {
        loops.close();
        assertEquals(List.of(), HALTS.halts());
    }

    @AfterEach
    void endEverything() throws Exception {
        for (int i = toClose.size() - 1; i >= 0; i--) {
            toClose.get(i).close();
        }
    }

    static Stream<Arguments> everyCaseOnEveryLane() {
        return Stream.of(Case.values()).flatMap(one -> Stream.of(Lane.values()).map(lane -> Arguments.of(one, lane)));
    }

    @ParameterizedTest
    @MethodSource("everyCaseOnEveryLane")
    void letsInWhoeverBelongsOnTheLaneAndReadsNoFrameOfAnybodyElse(Case name, Lane lane) throws Exception {
        Visitor who = visitor(name);
        String address = listen(lane);
        try (RawPeer peer = new RawPeer(address, new LooseTls(who.holder()), "TLSv1.3")) {
            if (who.welcome().contains(lane)) {
                peer.shakeHands(who.identity(), lane.laneName());
                assertEquals(who.identity(), witness.up().peer());
                assertTrue(audit.isEmpty());
                return;
            }
            peer.sayInVain(NO_FRAME); // Would be a bad frame, and told as one, if anybody read it.
            assertEquals(0, peer.awaitEnd(), "nothing may be said to a stranger");
        }
        LinkAudit.Refusal refusal = audit.next();
        assertEquals(who.cause(), refusal.cause(), refusal.line());
        assertEquals(fingerprint(who.holder()), refusal.fingerprint());
        assertEquals(refusal.sentence(), witness.refused());
        assertTrue(refusal.line().startsWith("link refused: lane "), refusal.line());
    }

    @ParameterizedTest
    @MethodSource("everyCaseOnEveryLane")
    void linksToWhoeverMayAnswerOnTheLaneAndTellsNobodyElseAWord(Case name, Lane lane) throws Exception {
        Visitor who = visitor(name);
        if (name == Case.NO_CERTIFICATE) {
            return; // There is no such server in TLS 1.3.
        }
        try (LooseServer server = new LooseServer(new LooseTls(who.holder()), "TLSv1.3")) {
            transport(lane).dial(server.address(), lane.policy(), witness);
            byte[] heard = server.firstBytes();
            if (who.welcome().contains(lane)) {
                Greeting hello = Greeting.decode(new UnsafeBuffer(heard), FrameLayout.HEADER_BYTES);
                assertEquals(SELF, hello.identity());
                return;
            }
            assertEquals(0, heard.length, "nothing may be said to a stranger");
        }
        LinkAudit.Refusal refusal = audit.next();
        assertEquals(who.cause(), refusal.cause(), refusal.line());
        assertEquals(fingerprint(who.holder()), refusal.fingerprint());
        assertEquals(refusal.sentence(), witness.refused());
    }

    @ParameterizedTest
    @EnumSource
    void speaksNoOlderTlsThanOnePointThree(Lane lane) throws Exception {
        String address = listen(lane);
        try (RawPeer peer =
                new RawPeer(address, new LooseTls(visitor(Case.GOOD_SERVER).holder()), "TLSv1.2")) {
            peer.sayInVain(NO_FRAME);
            peer.awaitEnd();
        }
        assertEquals(LinkAudit.Cause.TLS, audit.next().cause());
        try (RawPeer peer = new RawPeer(address)) {
            peer.say(helloOfTls11());
            peer.awaitEnd();
        }
        assertEquals(LinkAudit.Cause.TLS, audit.next().cause());
        try (LooseServer server =
                new LooseServer(new LooseTls(visitor(Case.GOOD_SERVER).holder()), "TLSv1.2")) {
            transport(lane).dial(server.address(), lane.policy(), witness);
            assertEquals(LinkAudit.Cause.TLS, audit.next().cause());
        }
    }

    @ParameterizedTest
    @EnumSource
    void takesNoPlaintextForTlsAndNoTlsForPlaintext(Lane lane) throws Exception {
        String name = lane.laneName();
        String address = listen(lane);
        try (RawPeer peer = new RawPeer(address)) {
            peer.say(RawPeer.frame(
                    FrameLayout.HELLO, new Greeting(visitor(Case.GOOD_SERVER).identity(), name, 7, 0).encode()));
            peer.awaitEnd();
        }
        LinkAudit.Refusal plain = audit.next();
        assertEquals(LinkAudit.Cause.TLS, plain.cause());
        assertEquals("", plain.fingerprint());
        AuditRecord other = new AuditRecord();
        TcpTransport open = new TcpTransport(loops, SELF, TcpTransportTest.quick(name), null, other);
        toClose.add(open);
        String plaintextAddress =
                open.listen(ANY_PORT, lane.policy(), new Witness()).address();
        transport(lane).dial(plaintextAddress, lane.policy(), witness);
        assertEquals(LinkAudit.Cause.BAD_FRAME, other.next().cause());
        LinkAudit.Refusal dialled = audit.next();
        assertEquals(LinkAudit.Cause.TLS, dialled.cause());
    }

    static Stream<Arguments> lies() {
        return Stream.of(
                Arguments.of(Lane.REGION, Case.SERVER_OF_REGION_B, new PeerIdentity(7, "eu", PeerRole.SERVER, 2, 0)),
                Arguments.of(Lane.RAFT, Case.GOOD_SERVER, new PeerIdentity(7, "eu", PeerRole.SERVER, 3, 0)),
                Arguments.of(Lane.CLIENT, Case.CLIENT_ROLE, new PeerIdentity(7, "eu", PeerRole.SERVER, 9, 0)),
                Arguments.of(Lane.CLIENT, Case.CLIENT_ROLE, new PeerIdentity(7, "eu", PeerRole.CLIENT, 8, 0)),
                Arguments.of(Lane.RAFT, Case.GOOD_SERVER, new PeerIdentity(8, "eu", PeerRole.SERVER, 2, 0)));
    }

    @ParameterizedTest
    @MethodSource("lies")
    void refusesAGreetingThatClaimsMoreThanItsCertificate(Lane lane, Case holder, PeerIdentity claim) throws Exception {
        Visitor who = visitor(holder);
        String address = listen(lane);
        try (RawPeer peer = new RawPeer(address, new LooseTls(who.holder()), "TLSv1.3")) {
            peer.say(RawPeer.frame(FrameLayout.HELLO, new Greeting(claim, lane.laneName(), 7, 0).encode()));
            assertEquals(FrameLayout.REFUSED, peer.hear().kind());
            peer.awaitEnd();
        }
        LinkAudit.Refusal refusal = audit.next();
        assertEquals(LinkAudit.Cause.IDENTITY, refusal.cause(), refusal.line());
        assertEquals(fingerprint(who.holder()), refusal.fingerprint());
        String expected = claim.clusterId() == 8 ? "this is cluster 7" : "the peer's certificate names sched://prod/";
        assertTrue(refusal.sentence().startsWith(expected), refusal.sentence());
    }

    private static Visitor visitor(Case who) {
        return Objects.requireNonNull(VISITORS.get(who));
    }

    private String listen(Lane lane) throws Exception {
        return transport(lane).listen(ANY_PORT, lane.policy(), witness).address();
    }

    private TcpTransport transport(Lane lane) {
        TcpConfig config = TcpTransportTest.quick(lane.laneName());
        TcpTransport transport = new TcpTransport(loops, SELF, config, credentials, audit);
        toClose.add(transport);
        return transport;
    }

    private static byte[] helloOfTls11() {
        ByteBuffer out = ByteBuffer.allocate(52);
        out.put((byte) 22).putShort((short) 0x0301).putShort((short) 47);
        out.put((byte) 1).put((byte) 0).putShort((short) 43);
        out.putShort((short) 0x0302).put(new byte[32]).put((byte) 0);
        out.putShort((short) 4).putShort((short) 0xC013).putShort((short) 0x002F);
        return out.put((byte) 1).put((byte) 0).array();
    }

    private static String fingerprint(@Nullable Minted holder) throws GeneralSecurityException {
        if (holder == null) {
            return "";
        }
        byte[] digest =
                MessageDigest.getInstance("SHA-256").digest(holder.certificate().getEncoded());
        return HexFormat.of().formatHex(digest);
    }

    /** Accepts one connection with whatever certificate, and listens for what the dialler says. */
    private static final class LooseServer implements AutoCloseable {
        private final ServerSocket listening;
        private final CountDownLatch done = new CountDownLatch(1);
        private byte[] heard = {};

        LooseServer(LooseTls tls, String protocol) throws IOException {
            SSLServerSocket socket = (SSLServerSocket)
                    tls.context().getServerSocketFactory().createServerSocket(0, 1, InetAddress.getLoopbackAddress());
            socket.setEnabledProtocols(new String[] {protocol});
            socket.setNeedClientAuth(true);
            listening = socket;
            Thread thread = new Thread(this::serve, "loose-server");
            thread.setDaemon(true);
            thread.start();
        }

        String address() {
            return "127.0.0.1:" + listening.getLocalPort();
        }

        private void serve() {
            try (Socket accepted = listening.accept()) {
                ((SSLSocket) accepted).startHandshake();
                OutputStream out = accepted.getOutputStream();
                out.write(NO_FRAME);
                out.flush();
                byte[] read = new byte[512];
                int length = accepted.getInputStream().read(read);
                heard = length < 0 ? heard : Arrays.copyOf(read, length);
            } catch (IOException end) {
                heard = new byte[0]; // The dialler did not want to talk.
            } finally {
                done.countDown();
            }
        }

        byte[] firstBytes() throws InterruptedException {
            done.await();
            return heard;
        }

        @Override
        public void close() throws IOException {
            listening.close();
        }
    }
}
