package dev.steppe.transport.tcp;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steppe.base.OperatingFault;
import dev.steppe.runtime.HaltSwitch;
import dev.steppe.runtime.clock.SeededEntropy;
import dev.steppe.runtime.clock.SystemClocks;
import dev.steppe.transport.Link;
import dev.steppe.transport.LinkAudit;
import dev.steppe.transport.LinkDown;
import dev.steppe.transport.PeerIdentity;
import dev.steppe.transport.PeerPolicy;
import dev.steppe.transport.PeerRole;
import dev.steppe.transport.Transport;
import dev.steppe.transport.frame.FrameLayout;
import dev.steppe.transport.frame.Greeting;
import dev.steppe.transport.tls.CertificateMint;
import dev.steppe.transport.tls.CertificateMint.Minted;
import dev.steppe.transport.tls.LooseTls;
import dev.steppe.transport.tls.TlsConfig;
import dev.steppe.transport.tls.TlsCredentials;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Links under TLS while they live: frames, new material, time that passes, sessions that come back. */
@Tag("portable")
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class TlsLinkTest {
    private static final PeerPolicy RAFT = PeerPolicy.sameRegionServers();
    private static final String ANY_PORT = "127.0.0.1:0";
    private static final Minted ROOT = CertificateMint.authority("root");

    private final HaltSwitch.Recorder halts = new HaltSwitch.Recorder();
    private final TcpLoops loops = new TcpLoops("tls-link", SystemClocks.nano(), new SeededEntropy(8), halts);
    private final List<TcpTransport> transports = new ArrayList<>();
    private final AtomicLong wallMs = new AtomicLong(System.currentTimeMillis());
    private final AuditRecord audit = new AuditRecord();
    private final Witness there = new Witness();
    private final Witness here = new Witness();

    @TempDir
    private Path directory;

    @AfterEach
    void endEverything() {
        transports.forEach(TcpTransport::close);
        loops.close();
        assertEquals(List.of(), halts.halts());
    }

    @Test
    void carriesFramesOfEverySizeInOrderBothWays() throws Exception {
        String address = listen(open(1, ROOT));
        dial(2, open(2, ROOT), address);
        Link out = here.up();
        Link back = there.up();
        assertEquals(server(1), out.peer());
        assertEquals(server(2), back.peer());
        Random random = new Random(7);
        List<byte[]> frames = new ArrayList<>();
        for (int length : new int[] {1, 256, 4_095, 16_371, 16_372, 16_373, 65_536, 1 << 20, 3}) {
            byte[] frame = new byte[length];
            random.nextBytes(frame);
            frames.add(frame);
        }
        Thread other = new Thread(() -> frames.forEach(frame -> TcpTransportTest.send(back, frame)));
        other.start();
        frames.forEach(frame -> TcpTransportTest.send(out, frame));
        for (byte[] frame : frames) {
            assertArrayEquals(frame, there.frame());
            assertArrayEquals(frame, here.frame());
        }
        other.join();
        assertTrue(audit.isEmpty());
    }

    @Test
    void keepsLinksThroughNewMaterialThatStillTrustsThem() throws Exception {
        TlsCredentials mine = open(1, ROOT);
        String address = listen(mine);
        dial(2, open(2, ROOT), address);
        Link out = here.up();
        there.up();
        Minted next = CertificateMint.authority("next");
        CertificateMint.write(folder(1), mint(1), ROOT, next);
        mine.reload();
        TlsCredentials third = openFrom(3, CertificateMint.issue(next, named(3)), ROOT, next);
        Witness late = new Witness();
        transport(3, third).dial(address, PeerPolicy.server(1), late);
        late.up(); // The tick that judged the living came before, or this link was judged by it too.
        there.up();
        TcpTransportTest.send(out, new byte[] {9});
        assertArrayEquals(new byte[] {9}, there.frame());
        assertTrue(audit.isEmpty());
    }

    @Test
    void endsLinksOfAnAuthorityThatIsTrustedNoMore() throws Exception {
        TlsCredentials mine = open(1, ROOT);
        String address = listen(mine);
        dial(2, open(2, ROOT), address);
        here.up();
        there.up();
        Minted next = CertificateMint.authority("next");
        CertificateMint.write(folder(1), CertificateMint.issue(next, named(1)), next);
        mine.reload();
        LinkDown down = there.down();
        assertEquals(LinkDown.Cause.UNTRUSTED, down.cause());
        assertEquals("the peer's certificate is not signed by an authority of this cluster.", down.sentence());
        assertEquals(LinkAudit.Cause.CERTIFICATE, audit.next().cause());
        here.down();
        String refused = here.refused();
        assertEquals("the peer's certificate is not signed by an authority of this cluster.", refused);
    }

    @Test
    void endsTheLinkOfWhoWasRevokedAndOfNobodyElse() throws Exception {
        Minted revoked = mint(2);
        TlsConfig config = CertificateMint.write(folder(1), mint(1), ROOT)
                .withRevocations(
                        CertificateMint.write(directory.resolve("none"), CertificateMint.revocationsPem(ROOT)));
        TlsCredentials mine = TlsCredentials.open(config, wallMs::get);
        String address = listen(mine);
        dial(2, openFrom(2, revoked, ROOT), address);
        here.up();
        there.up();
        Witness other = new Witness();
        transport(3, open(3, ROOT)).dial(address, PeerPolicy.server(1), other);
        Link kept = other.up();
        there.up();
        CertificateMint.write(directory.resolve("none"), CertificateMint.revocationsPem(ROOT, revoked.certificate()));
        mine.reload();
        LinkDown down = there.down();
        assertEquals(new LinkDown(LinkDown.Cause.UNTRUSTED, "the peer's certificate has been revoked."), down);
        here.down();
        assertEquals("the peer's certificate has been revoked.", there.refused(), "it dials again, in vain");
        TcpTransportTest.send(kept, new byte[] {5});
        assertArrayEquals(new byte[] {5}, there.frameAtLast());
    }

    @Test
    void endsALinkWhenItsCertificateExpires() throws Exception {
        Instant now = Instant.ofEpochMilli(wallMs.get());
        Minted brief = CertificateMint.issue(
                ROOT, named(2).valid(now.minus(1, ChronoUnit.HOURS), now.plus(5, ChronoUnit.MINUTES)));
        String address = listen(open(1, ROOT));
        dial(2, openFrom(2, brief, ROOT), address);
        here.up();
        there.up();
        wallMs.addAndGet(ChronoUnit.MINUTES.getDuration().toMillis() * 6);
        LinkDown down = there.down();
        assertEquals(LinkDown.Cause.UNTRUSTED, down.cause());
        assertEquals("the peer's certificate has expired, or one that it is signed with.", down.sentence());
    }

    @Test
    void judgesAResumedSessionByTheCertificateThatItRemembers() throws Exception {
        Instant now = Instant.ofEpochMilli(wallMs.get());
        Minted brief = CertificateMint.issue(
                ROOT, named(3).valid(now.minus(1, ChronoUnit.HOURS), now.plus(5, ChronoUnit.MINUTES)));
        String address = listen(open(1, ROOT));
        LooseTls tls = new LooseTls(brief);
        PeerIdentity third = server(3);
        for (int visit = 0; visit < 2; visit++) {
            try (RawPeer peer = new RawPeer(address, tls, "TLSv1.3")) {
                peer.shakeHands(third, "raft");
                assertEquals(third, there.up().peer());
            }
            there.down();
        }
        assertEquals(1, tls.shownCount.get(), "the second session was resumed");
        wallMs.addAndGet(ChronoUnit.MINUTES.getDuration().toMillis() * 6);
        try (RawPeer peer = new RawPeer(address, tls, "TLSv1.3")) {
            peer.sayInVain(RawPeer.frame(FrameLayout.HELLO, new Greeting(third, "raft", 77, 0).encode()));
            assertEquals(0, peer.awaitEnd(), "nobody reads its greeting");
        }
        assertEquals(1, tls.shownCount.get(), "the third session was resumed too");
        LinkAudit.Refusal refusal = audit.next();
        assertEquals(LinkAudit.Cause.CERTIFICATE, refusal.cause(), refusal.line());
        assertEquals("the peer's certificate has expired, or one that it is signed with.", refusal.sentence());
    }

    @Test
    void forgetsSessionsOfEarlierMaterial() throws Exception {
        Minted revoked = mint(3);
        TlsConfig config = CertificateMint.write(folder(1), mint(1), ROOT)
                .withRevocations(
                        CertificateMint.write(directory.resolve("none"), CertificateMint.revocationsPem(ROOT)));
        TlsCredentials mine = TlsCredentials.open(config, wallMs::get);
        String address = listen(mine);
        LooseTls tls = new LooseTls(revoked);
        try (RawPeer peer = new RawPeer(address, tls, "TLSv1.3")) {
            peer.shakeHands(server(3), "raft");
            there.up();
        }
        there.down();
        CertificateMint.write(directory.resolve("none"), CertificateMint.revocationsPem(ROOT, revoked.certificate()));
        mine.reload();
        try (RawPeer peer = new RawPeer(address, tls, "TLSv1.3")) {
            peer.sayInVain(new byte[] {1});
            peer.awaitEnd();
        }
        assertEquals(2, tls.shownCount.get(), "no ticket of the earlier material opens anything");
        assertEquals("the peer's certificate has been revoked.", audit.next().sentence());
    }

    @Test
    void keepsTheOldMaterialWhenTheNewIsBad() throws Exception {
        TlsCredentials mine = open(1, ROOT);
        String address = listen(mine);
        CertificateMint.write(folder(1), CertificateMint.issue(CertificateMint.authority("next"), named(1)), ROOT);
        assertThrows(OperatingFault.class, mine::reload);
        CertificateMint.write(folder(1), mint(2), ROOT);
        OperatingFault other = assertThrows(OperatingFault.class, mine::reload);
        assertEquals(
                "the new certificate names sched://prod/eu/server/2, and until now it was sched://prod/eu/server/1.",
                other.getMessage());
        dial(2, open(2, ROOT), address);
        assertEquals(server(1), here.up().peer());
    }

    @Test
    void doesNotListenOrDialAsSomebodyElseThanItsCertificateNames() throws Exception {
        TcpTransport liar = transport(2, open(1, ROOT));
        String sentence = "every peer would refuse the own certificate, as this side would a peer's: the peer's"
                + " certificate names sched://prod/eu/server/1, and it claims to be SERVER 2 of region eu.";
        assertEquals(
                sentence,
                assertThrows(OperatingFault.class, () -> liar.listen(ANY_PORT, RAFT, there))
                        .getMessage());
        assertEquals(
                sentence,
                assertThrows(OperatingFault.class, () -> liar.dial("127.0.0.1:1", RAFT, here))
                        .getMessage());
    }

    @Test
    void looksUpANameForEachAttempt() throws Exception {
        String address = listen(open(1, ROOT));
        String port = address.substring(address.lastIndexOf(':'));
        Witness nowhere = new Witness();
        transport(2, open(2, ROOT)).dial("no-such-host.invalid" + port, PeerPolicy.server(1), nowhere);
        assertTrue(nowhere.refused().contains("nobody knows no-such-host.invalid"));
        assertTrue(nowhere.refused().contains("nobody knows no-such-host.invalid"));
        dial(2, open(2, ROOT), "LOCALHOST" + port);
        assertEquals(server(1), here.up().peer());
    }

    @Test
    void triesAnAddressThatLeadsNowhereAgainAndTellsTheAuditOnce() throws Exception {
        TcpTransport dialler = transport(2, open(2, ROOT));
        for (String address : List.of("no/such/place:9", "127.0.0.1", "127.0.0.1:99999", "no-such-host.invalid:9")) {
            Witness nowhere = new Witness();
            Transport.Dialling dialling = dialler.dialPatiently(address, PeerPolicy.server(1), nowhere);
            String first = nowhere.refused();
            assertEquals(first, nowhere.refused());
            assertEquals(first, nowhere.refused());
            LinkAudit.Refusal refusal = audit.next();
            assertEquals(LinkAudit.Cause.ADDRESS, refusal.cause());
            assertEquals(address, refusal.address());
            assertTrue(first.endsWith(refusal.sentence()), first);
            assertTrue(audit.isEmpty());
            dialling.close();
        }
        dialler.close();
        dialler.dialPatiently("no/such/place:9", PeerPolicy.server(1), new Witness())
                .close();
        assertTrue(audit.isEmpty());
    }

    private Path folder(int member) {
        return directory.resolve("member-" + member);
    }

    private static CertificateMint.Request named(int member) {
        return CertificateMint.request().uris("sched://prod/eu/server/" + member);
    }

    private static Minted mint(int member) {
        return CertificateMint.issue(ROOT, named(member));
    }

    private TlsCredentials open(int member, Minted... authorities) throws Exception {
        return openFrom(member, mint(member), authorities);
    }

    private TlsCredentials openFrom(int member, Minted holder, Minted... authorities) throws Exception {
        return TlsCredentials.open(CertificateMint.write(folder(member), holder, authorities), wallMs::get);
    }

    private String listen(TlsCredentials credentials) throws Exception {
        return transport(1, credentials).listen(ANY_PORT, RAFT, there).address();
    }

    private void dial(int member, TlsCredentials credentials, String address) throws Exception {
        TcpTransport transport =
                new TcpTransport(loops, server(member), TcpTransportTest.quick("raft"), credentials, LinkAudit.NONE);
        transports.add(transport);
        transport.dial(address, PeerPolicy.server(1), here);
    }

    private TcpTransport transport(int member, TlsCredentials credentials) {
        TcpTransport transport =
                new TcpTransport(loops, server(member), TcpTransportTest.quick("raft"), credentials, audit);
        transports.add(transport);
        return transport;
    }

    private static PeerIdentity server(long memberId) {
        return new PeerIdentity(7, "eu", PeerRole.SERVER, memberId, 0);
    }
}
