package dev.steppe.transport.tcp;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import dev.steppe.base.InvariantBroken;
import dev.steppe.base.OperatingFault;
import dev.steppe.runtime.HaltSwitch;
import dev.steppe.runtime.clock.SeededEntropy;
import dev.steppe.runtime.clock.SystemClocks;
import dev.steppe.transport.Link;
import dev.steppe.transport.LinkDown;
import dev.steppe.transport.LinkDown.Cause;
import dev.steppe.transport.OfferVerdict;
import dev.steppe.transport.PeerIdentity;
import dev.steppe.transport.PeerPolicy;
import dev.steppe.transport.PeerRole;
import dev.steppe.transport.Transport;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.agrona.concurrent.BackoffIdleStrategy;
import org.agrona.concurrent.IdleStrategy;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Tag("portable")
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class TcpTransportTest {
    private static final PeerPolicy RAFT = PeerPolicy.sameRegionServers();
    private static final String ANY_PORT = "127.0.0.1:0";
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private final HaltSwitch.Recorder halts = new HaltSwitch.Recorder();
    private final TcpLoops loops = new TcpLoops("tcp-test", SystemClocks.nano(), new SeededEntropy(5), halts);
    private final List<TcpTransport> transports = new ArrayList<>();

    @AfterEach
    void endEverything() {
        transports.forEach(TcpTransport::close);
        loops.close();
        assertEquals(List.of(), liveThreads());
        assertEquals(List.of(), halts.halts());
    }

    @Test
    void carriesFramesOfEverySizeInOrderBothWays() throws Exception {
        TcpTransport acceptor = transport(server(1));
        TcpTransport dialler = transport(server(2));
        Witness there = new Witness();
        Witness here = new Witness();
        String address = acceptor.listen(ANY_PORT, RAFT, there).address();
        dialler.dial(address, PeerPolicy.server(1), here);
        Link out = here.up();
        Link back = there.up();
        assertEquals(server(1), out.peer());
        assertEquals(server(2), back.peer());
        int[] lengths = {
            1, 2, 3, 7, 8, 11, 12, 13, 500, 4_096, 65_535, 65_536, 65_537, 1 << 20, (8 << 20) - 1, 8 << 20, 1
        };
        Random random = new Random(99);
        List<byte[]> frames = new ArrayList<>();
        for (int length : lengths) {
            byte[] frame = new byte[length];
            random.nextBytes(frame);
            frames.add(frame);
        }
        Thread other = new Thread(() -> frames.forEach(frame -> send(back, frame)));
        other.start();
        frames.forEach(frame -> send(out, frame));
        for (byte[] frame : frames) {
            assertArrayEquals(frame, there.frame());
            assertArrayEquals(frame, here.frame());
        }
        other.join();
    }

    @Test
    void keepsTheOrderOfEachOfSeveralSenders() throws Exception {
        Pair pair = pair();
        int frameCount = 5_000;
        List<Thread> senders = new ArrayList<>();
        for (int sender = 0; sender < 2; sender++) {
            byte id = (byte) sender;
            Thread thread = new Thread(() -> {
                for (int i = 0; i < frameCount; i++) {
                    UnsafeBuffer frame = new UnsafeBuffer(new byte[5 + i % 200]);
                    frame.putByte(0, id);
                    frame.putInt(1, i);
                    send(pair.out, frame.byteArray());
                }
            });
            senders.add(thread);
            thread.start();
        }
        int[] next = new int[2];
        for (int i = 0; i < 2 * frameCount; i++) {
            UnsafeBuffer frame = new UnsafeBuffer(pair.there.frame());
            int expected = next[frame.getByte(0)]++;
            assertEquals(expected, frame.getInt(1));
            assertEquals(5 + expected % 200, frame.capacity());
        }
        for (Thread sender : senders) {
            sender.join();
        }
    }

    @Test
    void dialsAgainAfterThePeerRestarted() throws Exception {
        TcpTransport first = transport(server(1));
        Witness there = new Witness();
        String address = first.listen(ANY_PORT, RAFT, there).address();
        Witness here = new Witness();
        transport(server(2)).dial(address, PeerPolicy.server(1), here);
        Link old = here.up();
        there.up();
        first.close();
        assertEquals(Cause.CLOSED_HERE, there.down().cause());
        assertEquals(Cause.CLOSED_BY_PEER, here.down().cause());
        assertEquals(OfferVerdict.CLOSED, old.offer(new UnsafeBuffer(new byte[1]), 0, 1));
        TcpTransport second = transport(new PeerIdentity(7, "eu", PeerRole.SERVER, 1, 1));
        second.listen(address, RAFT, there);
        Link fresh = here.upAtLast();
        assertEquals(1, fresh.peer().incarnation());
        send(fresh, new byte[] {42});
        there.up();
        assertArrayEquals(new byte[] {42}, there.frame());
    }

    @Test
    void keepsDiallingUntilSomebodyListens() throws Exception {
        TcpTransport acceptor = transport(server(1));
        Transport.Listening listening = acceptor.listen(ANY_PORT, RAFT, new Witness());
        String address = listening.address();
        listening.close();
        Witness here = new Witness();
        transport(server(2)).dial(address, PeerPolicy.server(1), here);
        assertTrue(here.refused().startsWith("cannot connect to " + address));
        assertTrue(here.refused().startsWith("cannot connect to " + address));
        acceptor.listen(address, RAFT, new Witness());
        assertEquals(server(1), here.upAtLast().peer());
    }

    @Test
    void refusesAnotherCluster() throws Exception {
        expectRefusal(
                new PeerIdentity(8, "eu", PeerRole.SERVER, 2, 0), "this is cluster 7, and member 2 is of cluster 8.");
    }

    @Test
    void refusesAnotherRegionOnTheRaftLane() throws Exception {
        expectRefusal(
                new PeerIdentity(7, "us", PeerRole.SERVER, 2, 0),
                "this lane is for servers of region eu, and the peer is of region us.");
    }

    @Test
    void refusesAClientOnTheRaftLane() throws Exception {
        expectRefusal(
                new PeerIdentity(7, "eu", PeerRole.CLIENT, 2, 0),
                "only servers may speak on this lane, and the peer is a CLIENT.");
    }

    @Test
    void refusesAnotherLane() throws Exception {
        Witness there = new Witness();
        Witness here = new Witness();
        String address = transport(server(1)).listen(ANY_PORT, RAFT, there).address();
        TcpTransport forwarding = new TcpTransport(loops, server(2), quick("forward"));
        transports.add(forwarding);
        forwarding.dial(address, PeerPolicy.server(1), here);
        assertEquals("this is lane raft, and the peer means lane forward.", there.refused());
        assertEquals("refused by the peer: this is lane raft, and the peer means lane forward.", here.refused());
    }

    @Test
    void refusesAMemberThatWasNotExpected() throws Exception {
        Witness there = new Witness();
        Witness here = new Witness();
        String address = transport(server(1)).listen(ANY_PORT, RAFT, there).address();
        transport(server(2)).dial(address, PeerPolicy.server(3), here);
        assertEquals("member 3 was expected, and member 1 answered.", here.refused());
        assertEquals("refused by the peer: member 3 was expected, and member 1 answered.", there.refused());
    }

    @Test
    void letsANewerIncarnationReplaceAnEarlierOneAndRefusesTheEarlierFromThenOn() throws Exception {
        TcpTransport acceptor = transport(server(1));
        Witness there = new Witness();
        String address = acceptor.listen(ANY_PORT, RAFT, there).address();
        Witness early = new Witness();
        transport(new PeerIdentity(7, "eu", PeerRole.SERVER, 2, 4)).dial(address, PeerPolicy.server(1), early);
        early.up();
        Link earlyLink = there.up();
        Witness late = new Witness();
        transport(new PeerIdentity(7, "eu", PeerRole.SERVER, 2, 5)).dial(address, PeerPolicy.server(1), late);
        late.up();
        LinkDown down = there.down();
        assertEquals(new LinkDown(Cause.SUPERSEDED, "incarnation 5 of member 2 has come."), down);
        assertEquals(5, there.up().peer().incarnation());
        assertEquals(OfferVerdict.CLOSED, earlyLink.offer(new UnsafeBuffer(new byte[1]), 0, 1));
        early.down();
        assertEquals(
                "refused by the peer: incarnation 4 of member 2 is over: incarnation 5 is linked.", early.refused());
    }

    @Test
    void refusesPlaintextUnlessLoopbackWasAskedFor() {
        TcpTransport plain = new TcpTransport(loops, server(1), TcpConfig.defaults("raft"));
        transports.add(plain);
        OperatingFault unasked = assertThrows(OperatingFault.class, () -> plain.listen(ANY_PORT, RAFT, new Witness()));
        assertEquals(
                "plaintext to 127.0.0.1:0 is refused: it is allowed on loopback addresses only, and only with"
                        + " plaintextLoopback.",
                unasked.getMessage());
        TcpTransport loopback = transport(server(2));
        for (String address : List.of("10.0.0.1:80", "0.0.0.0:80", "example.org:80", "[2001:db8::1]:80")) {
            assertTrue(assertThrows(OperatingFault.class, () -> loopback.dial(address, RAFT, new Witness()))
                    .getMessage()
                    .startsWith("plaintext to " + address + " is refused"));
        }
        for (String address : List.of("127.0.0.1", "127.0.0.1:x", "127.0.0.1:65536", ":80")) {
            assertThrows(OperatingFault.class, () -> loopback.dial(address, RAFT, new Witness()), address);
        }
    }

    @Test
    void saysSoWhenAnAddressIsInUse() throws Exception {
        TcpTransport one = transport(server(1));
        String address = one.listen(ANY_PORT, RAFT, new Witness()).address();
        OperatingFault fault =
                assertThrows(OperatingFault.class, () -> transport(server(2)).listen(address, RAFT, new Witness()));
        assertTrue(fault.getMessage().startsWith("cannot listen at " + address), fault.getMessage());
    }

    @Test
    void refusesFramesOutOfRange() throws Exception {
        Link link = pair().out;
        UnsafeBuffer frame = new UnsafeBuffer(new byte[(8 << 20) + 1]);
        assertThrows(InvariantBroken.class, () -> link.offer(frame, 0, 0));
        assertThrows(InvariantBroken.class, () -> link.offer(frame, 0, frame.capacity()));
    }

    @Test
    void allocatesAlmostNothingForAnOfferOnceWarm() throws Exception {
        Pair pair = pair();
        int frameCount = 2_000;
        UnsafeBuffer frame = new UnsafeBuffer(new byte[1_024]);
        long leastBytes = Long.MAX_VALUE;
        // The smallest of several rounds: the compiler's own doings and a burst beyond the spare slots may fall in one.
        for (int round = 0; round < 20; round++) {
            long offeringBytes = 0;
            for (int i = 0; i < frameCount; i++) {
                long before = allocatedBytes();
                OfferVerdict verdict = pair.out.offer(frame, 0, frame.capacity());
                offeringBytes += allocatedBytes() - before;
                assertEquals(OfferVerdict.SENT, verdict);
                if (i % 100 == 99) {
                    for (int taken = 0; taken < 100; taken++) {
                        pair.there.frame();
                    }
                }
            }
            leastBytes = Math.min(leastBytes, offeringBytes);
        }
        assertTrue(leastBytes < 8L * frameCount, "bytes in " + frameCount + " offers: " + leastBytes);
    }

    private static long allocatedBytes() {
        return THREADS.getCurrentThreadAllocatedBytes();
    }

    @Test
    void servesManyServersOfOneProcessWithOneThread() throws Exception {
        int serverCount = 6;
        List<Witness> witnesses = new ArrayList<>();
        List<String> addresses = new ArrayList<>();
        for (int i = 1; i <= serverCount; i++) {
            TcpTransport server = transport(server(i));
            Witness witness = new Witness();
            addresses.add(server.listen(ANY_PORT, RAFT, witness).address());
            for (int earlier = 1; earlier < i; earlier++) {
                server.dial(addresses.get(earlier - 1), PeerPolicy.server(earlier), witness);
            }
            witnesses.add(witness);
        }
        List<Link> links = new ArrayList<>();
        for (Witness witness : witnesses) {
            for (int i = 1; i < serverCount; i++) {
                links.add(witness.up());
            }
        }
        links.forEach(link -> send(link, new byte[] {(byte) link.peer().memberId()}));
        for (int i = 0; i < serverCount; i++) {
            for (int frame = 1; frame < serverCount; frame++) {
                assertArrayEquals(new byte[] {(byte) (i + 1)}, witnesses.get(i).frame());
            }
        }
        assertEquals(List.of("steppe-tcp-test"), liveThreads());
    }

    @Test
    void tellsNothingMoreAfterItIsClosed() throws Exception {
        Pair pair = pair();
        transports.get(1).close();
        assertEquals(Cause.CLOSED_HERE, pair.here.down().cause());
        assertEquals(Cause.CLOSED_BY_PEER, pair.there.down().cause());
        assertEquals(0, pair.here.waitingCount());
        assertThrows(OperatingFault.class, () -> transports.get(1).dial("127.0.0.1:1", RAFT, pair.here));
        transports.get(1).close();
        assertEquals(0, pair.here.waitingCount());
    }

    @Test
    void endsALinkFromEitherSide() throws Exception {
        Pair pair = pair();
        pair.back.close();
        assertEquals(OfferVerdict.CLOSED, pair.back.offer(new UnsafeBuffer(new byte[1]), 0, 1));
        assertEquals(Cause.CLOSED_HERE, pair.there.down().cause());
        assertEquals(Cause.CLOSED_BY_PEER, pair.here.down().cause());
        assertSame(pair.here.upAtLast().peer().role(), PeerRole.SERVER);
    }

    private void expectRefusal(PeerIdentity dialler, String sentence) throws Exception {
        TcpTransport acceptor = transport(server(1));
        Witness there = new Witness();
        Witness here = new Witness();
        String address = acceptor.listen(ANY_PORT, RAFT, there).address();
        transport(dialler).dial(address, PeerPolicy.server(1), here);
        assertEquals(sentence, there.refused());
        assertEquals("refused by the peer: " + sentence, here.refused());
        assertEquals(0, acceptor.counters().upCount());
        assertTrue(acceptor.counters().refusedCount() > 0);
    }

    private record Pair(Witness there, Witness here, Link back, Link out) {}

    private Pair pair() throws Exception {
        Witness there = new Witness();
        Witness here = new Witness();
        String address = transport(server(1)).listen(ANY_PORT, RAFT, there).address();
        transport(server(2)).dial(address, PeerPolicy.server(1), here);
        return new Pair(there, here, there.up(), here.up());
    }

    private TcpTransport transport(PeerIdentity self) {
        TcpTransport transport = new TcpTransport(loops, self, quick("raft"));
        transports.add(transport);
        return transport;
    }

    private static PeerIdentity server(long memberId) {
        return new PeerIdentity(7, "eu", PeerRole.SERVER, memberId, 0);
    }

    /** The defaults with a short back-off, so that tests that dial again are short too. */
    static TcpConfig quick(String lane) {
        TcpConfig usual = TcpConfig.defaults(lane);
        TcpConfig.Times times = usual.times();
        return usual.withPlaintextLoopback()
                .withTimes(new TcpConfig.Times(
                        times.handshakeMaxNs(),
                        times.firstFrameMaxNs(),
                        TimeUnit.SECONDS.toNanos(10),
                        TimeUnit.MILLISECONDS.toNanos(1),
                        TimeUnit.MILLISECONDS.toNanos(20)));
    }

    static void send(Link link, byte[] frame) {
        UnsafeBuffer buffer = new UnsafeBuffer(frame);
        IdleStrategy idle = new BackoffIdleStrategy();
        OfferVerdict verdict = link.offer(buffer, 0, frame.length);
        while (verdict == OfferVerdict.BACK_PRESSURED) {
            idle.idle();
            verdict = link.offer(buffer, 0, frame.length);
        }
        assertEquals(OfferVerdict.SENT, verdict);
    }

    private static List<String> liveThreads() {
        return Thread.getAllStackTraces().keySet().stream()
                .map(Thread::getName)
                .filter(name -> name.startsWith("steppe-tcp-test"))
                .sorted()
                .toList();
    }
}
