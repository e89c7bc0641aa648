package dev.steppe.fault;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steppe.fault.FaultProxy.End;
import dev.steppe.fault.FaultProxy.Toll;
import dev.steppe.fault.FaultProxy.Tolls;
import dev.steppe.runtime.HaltSwitch;
import dev.steppe.runtime.clock.SeededEntropy;
import dev.steppe.runtime.clock.SystemClocks;
import dev.steppe.transport.Link;
import dev.steppe.transport.LinkAudit;
import dev.steppe.transport.LinkDown;
import dev.steppe.transport.LinkListener;
import dev.steppe.transport.OfferVerdict;
import dev.steppe.transport.PeerIdentity;
import dev.steppe.transport.PeerPolicy;
import dev.steppe.transport.PeerRole;
import dev.steppe.transport.Transport;
import dev.steppe.transport.tcp.TcpConfig;
import dev.steppe.transport.tcp.TcpLoops;
import dev.steppe.transport.tcp.TcpTransport;
import dev.steppe.transport.tls.TlsConfig;
import dev.steppe.transport.tls.TlsCredentials;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Real links through a proxy that mistreats them (reliability N4, N5, N10): they end, come back, and never lie. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class LinkFaultTest {
    private static final String LANE = "raft";
    private static final int GREETING_FRAME_BYTES = 12 + 59 + "eu".length() + LANE.length();
    private static final int PING_BYTES = 64;
    private static final List<End> ENDS = List.of(End.BLACK_HOLE, End.RESET, End.CLOSE);

    private final HaltSwitch.Recorder halts = new HaltSwitch.Recorder();
    private final TcpLoops loops = new TcpLoops("link-fault", SystemClocks.nano(), new SeededEntropy(4), halts);
    private final List<AutoCloseable> toClose = new ArrayList<>();
    private final Party acceptor = new Party();

    @TempDir
    private Path directory;

    @AfterEach
    void endEverything() throws Exception {
        for (int i = toClose.size() - 1; i >= 0; i--) {
            toClose.get(i).close();
        }
        loops.close();
        assertEquals(List.of(), halts.halts());
        acceptor.checkEnds();
    }

    /** Every byte of the first two frames of each direction is once the last one that passes. */
    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "CLOG")
    void comesUpAtLastWhereverItsConnectionsEnded(End end) throws Exception {
        FaultProxy proxy = proxy(listen(null));
        int pointCount = 2 * GREETING_FRAME_BYTES;
        proxy.plan(ordinal -> {
            Toll toll = Toll.endAfter(ordinal / 2, end);
            if (ordinal >= 2 * pointCount) {
                return Tolls.FREE;
            }
            return ordinal % 2 == 0 ? new Tolls(toll, Toll.FREE) : new Tolls(Toll.FREE, toll);
        });
        // As many diallers as an address may have connections; each takes the points as they come.
        List<Party> diallers = dialEach(proxy.address(), 60, null);
        for (Party dialler : diallers) {
            dialler.awaitAnswers(1);
        }
        for (int round = 0; proxy.acceptedCount() < 2L * pointCount; round++) {
            proxy.cutAll(End.RESET);
            awaitAnswersBeyond(diallers, round);
        }
        for (Party dialler : diallers) {
            dialler.awaitAnswers(dialler.answerCount.get() + 1);
        }
    }

    @Test
    void comesUpAtLastWhereverItsTlsEnded() throws Exception {
        KeytoolStores stores = new KeytoolStores(directory);
        TlsCredentials one = credentials(stores.member(1));
        TlsCredentials two = credentials(stores.member(2));
        FaultProxy proxy = proxy(listen(one));
        int pointCount = 64; // A handshake has about 2 KiB in each direction.
        proxy.plan(ordinal -> {
            Toll toll = Toll.endAfter(37L * (ordinal / 2), ENDS.get(ordinal % 3));
            if (ordinal >= 2 * pointCount) {
                return Tolls.FREE;
            }
            return ordinal % 2 == 0 ? new Tolls(toll, Toll.FREE) : new Tolls(Toll.FREE, toll);
        });
        List<Party> diallers = new ArrayList<>();
        for (int i = 0; i < 16; i++) {
            diallers.add(dial(proxy.address(), 2, two));
        }
        for (Party dialler : diallers) {
            dialler.awaitAnswers(1);
        }
        for (int round = 0; proxy.acceptedCount() < 2L * pointCount; round++) {
            proxy.cutAll(End.RESET);
            awaitAnswersBeyond(diallers, round);
        }
        diallers.get(0).awaitAnswers(diallers.get(0).answerCount.get() + 1);
    }

    @Test
    void livesThroughAStormOfReconnects() throws Exception {
        FaultProxy proxy = proxy(listen(null));
        List<Party> diallers = dialEach(proxy.address(), 50, null);
        for (int round = 1; round <= 10; round++) {
            for (Party dialler : diallers) {
                dialler.awaitAnswers(dialler.answerCount.get() + 1);
            }
            proxy.cutAll(round % 2 == 0 ? End.RESET : End.CLOSE);
        }
        for (Party dialler : diallers) {
            dialler.awaitAnswers(dialler.answerCount.get() + 1);
        }
    }

    @Test
    void neverHandsOnAFrameWithAFlippedBit() throws Exception {
        FaultProxy proxy = proxy(listen(null));
        Toll flipping = new Toll(0, 0, 100L * (PING_BYTES + 12), -1, End.CLOSE); // One frame in a hundred.
        proxy.plan(ordinal -> new Tolls(flipping, ordinal % 2 == 0 ? Toll.FREE : flipping));
        List<Party> diallers = dialEach(proxy.address(), 4, null);
        for (Party dialler : diallers) {
            dialler.awaitAnswers(1_000);
        }
        assertTrue(acceptor.badFrameCount.get() > 0, "bits were flipped, and found");
        // Party checks every frame's content.
    }

    @Test
    void findsAPeerAgainThatCameBackOnAnotherPort() throws Exception {
        Transport first = transport(1, null);
        FaultProxy proxy = proxy(first.listen("127.0.0.1:0", PeerPolicy.sameRegionServers(), acceptor)
                .address());
        Party dialler = dial(proxy.address(), 2, null);
        dialler.awaitAnswers(1);
        first.close();
        Transport impostor = transport(3, null);
        Party other = new Party();
        proxy.retarget(impostor.listen("127.0.0.1:0", PeerPolicy.sameRegionServers(), other)
                .address());
        dialler.awaitRefusal("member 1 was expected, and member 3 answered.");
        Transport again = transport(1, null);
        Transport.Listening elsewhere = again.listen("127.0.0.1:0", PeerPolicy.sameRegionServers(), acceptor);
        proxy.retarget(elsewhere.address());
        dialler.awaitAnswers(dialler.answerCount.get() + 1);
        assertEquals(0, other.upCount.get());
    }

    @Test
    void carriesAFrameLargerThanASlowLinkPassesInTwoHeartbeats() throws Exception {
        FaultProxy proxy = proxy(listen(null));
        Toll slow = new Toll(TimeUnit.MILLISECONDS.toNanos(5), 256 << 10, 0, -1, End.CLOSE);
        proxy.plan(ordinal -> new Tolls(slow, Toll.FREE));
        Party dialler = dial(proxy.address(), 2, null);
        dialler.awaitAnswers(1);
        long downCount = dialler.downCount.get();
        dialler.say(512 << 10);
        dialler.awaitAnswers(dialler.answerCount.get() + 3);
        assertEquals(512 << 10, acceptor.longestBytes.get());
        assertEquals(downCount, dialler.downCount.get(), "bytes are a sign of life too");
    }

    private static void awaitAnswersBeyond(List<Party> diallers, int round) throws InterruptedException {
        Party one = diallers.get(round % diallers.size());
        one.awaitAnswers(one.answerCount.get() + 1);
    }

    private TlsCredentials credentials(TlsConfig config) throws Exception {
        return TlsCredentials.open(config, SystemClocks.epoch());
    }

    private FaultProxy proxy(String target) throws Exception {
        FaultProxy proxy = new FaultProxy(target);
        toClose.add(proxy);
        return proxy;
    }

    private String listen(@Nullable TlsCredentials credentials) throws Exception {
        return transport(1, credentials)
                .listen("127.0.0.1:0", PeerPolicy.sameRegionServers(), acceptor)
                .address();
    }

    private List<Party> dialEach(String address, int count, @Nullable TlsCredentials credentials) throws Exception {
        List<Party> diallers = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            diallers.add(dial(address, 2 + i, credentials));
        }
        return diallers;
    }

    private Party dial(String address, int member, @Nullable TlsCredentials credentials) throws Exception {
        Party party = new Party();
        transport(member, credentials).dial(address, PeerPolicy.server(1), party);
        return party;
    }

    private Transport transport(int member, @Nullable TlsCredentials credentials) {
        TcpConfig config = TcpConfig.defaults(LANE)
                .withPlaintextLoopback()
                .withTimes(new TcpConfig.Times(
                        TimeUnit.MILLISECONDS.toNanos(3_000),
                        TimeUnit.MILLISECONDS.toNanos(500),
                        TimeUnit.MILLISECONDS.toNanos(300),
                        TimeUnit.MILLISECONDS.toNanos(1),
                        TimeUnit.MILLISECONDS.toNanos(40)))
                .withBounds(new TcpConfig.Bounds(8 << 20, 16 << 20, 1_024, 1_000, 1_000));
        PeerIdentity self = new PeerIdentity(7, "eu", PeerRole.SERVER, member, 0);
        TcpTransport transport = new TcpTransport(loops, self, config, credentials, LinkAudit.NONE);
        toClose.add(transport);
        return transport;
    }

    /**
     * Says a ping as soon as a link is up and another after each answer; as an acceptor it answers. Every frame's bytes
     * follow from its length, and each is checked.
     */
    private final class Party implements LinkListener {
        private final Map<Link, Boolean> links = new LinkedHashMap<>();
        private final AtomicLong upCount = new AtomicLong();
        private final AtomicLong downCount = new AtomicLong();
        private final AtomicLong answerCount = new AtomicLong();
        private final AtomicLong badFrameCount = new AtomicLong();
        private final AtomicLong longestBytes = new AtomicLong();
        private final List<String> refusals = new ArrayList<>();
        private final List<Waiting> waiting = new ArrayList<>();
        private final UnsafeBuffer answer = new UnsafeBuffer(pattern(PING_BYTES));
        private @Nullable Link newest;

        private record Waiting(long target, CountDownLatch done) {}

        @Override
        public synchronized void onUp(Link link) {
            links.put(link, true);
            newest = link;
            upCount.incrementAndGet();
            if (this != acceptor) {
                say(PING_BYTES);
            }
        }

        private synchronized void say(int length) {
            if (newest != null) {
                OfferVerdict verdict = newest.offer(new UnsafeBuffer(pattern(length)), 0, length);
                assertTrue(verdict != OfferVerdict.BACK_PRESSURED, "one ping at a time");
            }
        }

        private static byte[] pattern(int length) {
            byte[] bytes = new byte[length];
            for (int i = 0; i < length; i++) {
                bytes[i] = (byte) (i * 31 + length);
            }
            return bytes;
        }

        @Override
        public synchronized boolean onFrame(Link link, DirectBuffer buffer, int offset, int length) {
            UnsafeBuffer expected = new UnsafeBuffer(pattern(length));
            assertEquals(0, expected.compareTo(new UnsafeBuffer(buffer, offset, length)));
            longestBytes.accumulateAndGet(length, Math::max);
            if (this == acceptor) {
                link.offer(answer, 0, PING_BYTES);
            } else {
                answerCount.incrementAndGet();
                waiting.forEach(one -> {
                    if (answerCount.get() >= one.target) {
                        one.done.countDown();
                    }
                });
                say(PING_BYTES);
            }
            return true;
        }

        @Override
        public synchronized void onDown(Link link, LinkDown reason) {
            assertEquals(true, links.remove(link), "one end for each beginning");
            downCount.incrementAndGet();
            badFrameCount.addAndGet(reason.cause() == LinkDown.Cause.BAD_FRAME ? 1 : 0);
            newest = newest == link ? null : newest;
        }

        @Override
        public synchronized void onRefused(String address, String sentence) {
            refusals.add(sentence);
            notifyAll();
        }

        void awaitAnswers(long target) throws InterruptedException {
            Waiting mine = new Waiting(target, new CountDownLatch(1));
            synchronized (this) {
                waiting.add(mine);
                if (answerCount.get() >= target) {
                    return;
                }
            }
            mine.done.await();
        }

        synchronized void awaitRefusal(String sentence) throws InterruptedException {
            while (!refusals.contains(sentence)) {
                wait();
            }
        }

        synchronized void checkEnds() {
            assertEquals(Map.of(), links);
            assertEquals(upCount.get(), downCount.get());
        }
    }
}
