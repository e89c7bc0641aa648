package dev.steppe.transport.tcp;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steppe.runtime.HaltSwitch;
import dev.steppe.runtime.clock.ManualClock;
import dev.steppe.runtime.clock.SeededEntropy;
import dev.steppe.runtime.clock.SystemClocks;
import dev.steppe.transport.Link;
import dev.steppe.transport.LinkDown.Cause;
import dev.steppe.transport.OfferVerdict;
import dev.steppe.transport.PeerIdentity;
import dev.steppe.transport.PeerPolicy;
import dev.steppe.transport.PeerRole;
import dev.steppe.transport.frame.FrameLayout;
import dev.steppe.transport.frame.Greeting;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.agrona.concurrent.NanoClock;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

@Tag("portable")
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class TcpDefenceTest {
    private static final PeerPolicy RAFT = PeerPolicy.sameRegionServers();
    private static final String ANY_PORT = "127.0.0.1:0";
    private static final PeerIdentity ACCEPTOR = new PeerIdentity(7, "eu", PeerRole.SERVER, 1, 0);
    private static final PeerIdentity DIALLER = new PeerIdentity(7, "eu", PeerRole.SERVER, 2, 0);
    private static final PeerIdentity RAW = new PeerIdentity(7, "eu", PeerRole.SERVER, 3, 0);

    private final HaltSwitch.Recorder halts = new HaltSwitch.Recorder();
    private final List<AutoCloseable> toClose = new ArrayList<>();
    private final Witness there = new Witness();
    private final Witness here = new Witness();

    @AfterEach
    void endEverything() throws Exception {
        for (int i = toClose.size() - 1; i >= 0; i--) {
            toClose.get(i).close();
        }
    }

    static Stream<Arguments> badFirstWords() {
        byte[] hello = new Greeting(RAW, "raft", 77, 0).encode();
        byte[] longer = Arrays.copyOf(hello, hello.length + 1);
        byte[] version = hello.clone();
        version[4] = 9;
        byte[] nobody = hello.clone();
        Arrays.fill(nobody, 16, 24, (byte) 0);
        byte[] role = hello.clone();
        role[56] = 2;
        byte[] region = hello.clone();
        region[59] = '/';
        return Stream.of(
                Arguments.of("GET / HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(StandardCharsets.US_ASCII), "a frame claims"),
                Arguments.of(header(-1, FrameLayout.HELLO), "a frame claims -1 bytes, and 0 to 16372 are allowed."),
                Arguments.of(header(Integer.MIN_VALUE, FrameLayout.HELLO), "a frame claims -2147483648 bytes"),
                Arguments.of(header(16_373, FrameLayout.HELLO), "a frame claims 16373 bytes"),
                Arguments.of(header(Integer.MAX_VALUE, FrameLayout.HELLO), "a frame claims 2147483647 bytes"),
                Arguments.of(header(10, (byte) 0), "a frame is of no known kind: 0."),
                Arguments.of(header(10, (byte) 7), "a frame is of no known kind: 7."),
                Arguments.of(flipped(RawPeer.frame(FrameLayout.HELLO, hello), 30), "a frame's checksum is wrong."),
                Arguments.of(RawPeer.frame(FrameLayout.HELLO, new byte[0]), "the peer does not speak this protocol."),
                Arguments.of(RawPeer.frame(FrameLayout.HELLO, longer), "the peer's greeting has a wrong length."),
                Arguments.of(RawPeer.frame(FrameLayout.HELLO, version), "the peer speaks version 9"),
                Arguments.of(RawPeer.frame(FrameLayout.HELLO, nobody), "the peer's greeting names nobody."),
                Arguments.of(RawPeer.frame(FrameLayout.HELLO, role), "the peer's greeting names nobody."),
                Arguments.of(RawPeer.frame(FrameLayout.HELLO, region), "the peer's greeting names nobody."),
                Arguments.of(RawPeer.frame(FrameLayout.DATA, new byte[9]), "a frame of kind 5 came in the handshake."),
                Arguments.of(RawPeer.frame(FrameLayout.WELCOME, hello), "a frame of kind 2 came in the handshake."));
    }

    @ParameterizedTest
    @MethodSource("badFirstWords")
    void endsAConnectionThatDoesNotGreetAndLetsOthersLive(byte[] words, String sentence) throws Exception {
        String address = listen(TcpTransportTest.quick("raft"), SystemClocks.nano());
        Link living = connect(address);
        try (RawPeer raw = new RawPeer(address)) {
            raw.say(words);
            raw.awaitEnd();
        }
        String told = there.refused();
        assertTrue(told.startsWith(sentence), told);
        assertPasses(living);
    }

    static Stream<Arguments> badFrames() {
        byte[] data = RawPeer.frame(FrameLayout.DATA, new byte[] {1, 2, 3});
        return Stream.of(
                Arguments.of(flipped(data, 12), "a frame's checksum is wrong."),
                Arguments.of(flipped(data, 0), "a frame's checksum is wrong."),
                Arguments.of(
                        header((8 << 20) + 1, FrameLayout.DATA), "a frame claims 8388609 bytes, and 0 to 8388608 are"),
                Arguments.of(header(-5, FrameLayout.DATA), "a frame claims -5 bytes"),
                Arguments.of(flipped(data, 9), "a frame is of no known kind"),
                Arguments.of(RawPeer.frame(FrameLayout.DATA, new byte[0]), "a frame of kind 5 with 0 bytes"),
                Arguments.of(RawPeer.frame(FrameLayout.HEARTBEAT, new byte[1]), "a frame of kind 6 with 1 bytes"),
                Arguments.of(RawPeer.frame(FrameLayout.HELLO, new byte[60]), "a frame of kind 1 with 60 bytes"));
    }

    @ParameterizedTest
    @MethodSource("badFrames")
    void endsALinkThatGoesBadAndLetsOthersLive(byte[] words, String sentence) throws Exception {
        String address = listen(TcpTransportTest.quick("raft"), SystemClocks.nano());
        Link living = connect(address);
        try (RawPeer raw = new RawPeer(address)) {
            raw.shakeHands(RAW, "raft");
            assertEquals(RAW, there.up().peer());
            raw.say(RawPeer.frame(FrameLayout.DATA, new byte[] {7}));
            assertArrayEquals(new byte[] {7}, there.frame());
            raw.say(words);
            raw.awaitEnd();
        }
        var down = there.down();
        assertEquals(Cause.BAD_FRAME, down.cause());
        assertTrue(down.sentence().startsWith(sentence), down.sentence());
        assertPasses(living);
    }

    @Test
    void takesAFrameThatComesByteByByte() throws Exception {
        String address = listen(TcpTransportTest.quick("raft"), SystemClocks.nano());
        try (RawPeer raw = new RawPeer(address)) {
            raw.shakeHands(RAW, "raft");
            there.up();
            for (byte b : RawPeer.frame(FrameLayout.DATA, new byte[] {1, 2, 3, 4})) {
                raw.say(new byte[] {b});
            }
            assertArrayEquals(new byte[] {1, 2, 3, 4}, there.frame());
        }
        assertEquals(Cause.CLOSED_BY_PEER, there.down().cause());
    }

    @Test
    void refusesAReadyThatBelongsToAnotherConnection() throws Exception {
        String address = listen(TcpTransportTest.quick("raft"), SystemClocks.nano());
        try (RawPeer raw = new RawPeer(address)) {
            raw.say(RawPeer.frame(FrameLayout.HELLO, new Greeting(RAW, "raft", 77, 0).encode()));
            long nonce = Greeting.decode(new UnsafeBuffer(raw.hear().body()), 0).nonce();
            raw.say(RawPeer.frame(FrameLayout.READY, new Greeting(RAW, "raft", 77, nonce + 1).encode()));
            raw.awaitEnd();
        }
        assertEquals("the peer answers another connection's greeting.", there.refused());
    }

    @Test
    void endsAConnectionThatDoesNotFinishTheHandshakeInTimeButForgivesSilenceWhileItStoodStillItself()
            throws Exception {
        ManualClock clock = new ManualClock(0);
        String address = listen(TcpTransportTest.quick("raft"), clock);
        Link living = connect(address);
        try (RawPeer silent = new RawPeer(address);
                RawPeer slow = new RawPeer(address)) {
            slow.say(RawPeer.frame(FrameLayout.HELLO, new Greeting(RAW, "raft", 77, 0).encode()));
            slow.hear();
            awaitEndWhileTimePasses(silent, clock);
            awaitEndWhileTimePasses(slow, clock);
        }
        assertEquals("the first frame did not come in time.", there.refused());
        assertEquals("the handshake was not done in time.", there.refused());
        assertPasses(living);
    }

    @Test
    void endsALinkThatFallsSilentAndKeepsOneThatOnlyHasNothingToSay() throws Exception {
        TcpConfig usual = TcpTransportTest.quick("raft");
        TcpConfig.Times times = usual.times();
        TcpConfig impatient = usual.withTimes(new TcpConfig.Times(
                times.handshakeMaxNs(),
                times.firstFrameMaxNs(),
                TimeUnit.MILLISECONDS.toNanos(250),
                times.redialMinNs(),
                times.redialMaxNs()));
        String address = listen(impatient, SystemClocks.nano());
        TcpTransport dialler = new TcpTransport(loops(SystemClocks.nano()), DIALLER, impatient);
        toClose.add(dialler);
        dialler.dial(address, PeerPolicy.server(1), here);
        Link idle = here.up();
        there.up();
        try (RawPeer raw = new RawPeer(address)) {
            raw.shakeHands(RAW, "raft");
            there.up();
            assertEquals(FrameLayout.HEARTBEAT, raw.hear().kind());
            raw.awaitEnd();
        }
        var down = there.down();
        assertEquals(Cause.SILENT, down.cause());
        assertEquals("nothing was heard from member 3 for two heartbeats.", down.sentence());
        assertPasses(idle);
    }

    @Test
    void pushesBackWhenThePeerDoesNotReadAndLosesNothing() throws Exception {
        TcpConfig usual = TcpTransportTest.quick("raft");
        TcpConfig narrow = usual.withBounds(new TcpConfig.Bounds(8 << 20, 1 << 20, 1_024, 256, 256));
        String address = listen(narrow, SystemClocks.nano());
        Link living = connect(address);
        try (RawPeer raw = new RawPeer(address)) {
            raw.shakeHands(RAW, "raft");
            Link link = there.up();
            UnsafeBuffer frame = new UnsafeBuffer(new byte[32 << 10]);
            int sentCount = 0;
            int refusedCount = 0;
            // Nothing bounds what the kernel takes but its own buffers; the end is a long row of refusals.
            while (refusedCount < 200_000) {
                frame.putInt(0, sentCount);
                if (link.offer(frame, 0, frame.capacity()) == OfferVerdict.SENT) {
                    sentCount++;
                    refusedCount = 0;
                } else {
                    refusedCount++;
                }
            }
            assertTrue(sentCount > 32, "sent " + sentCount);
            assertTrue(sentCount < 512, "more than 1 MiB of ours and what a kernel buffers: sent " + sentCount);
            assertPasses(living);
            for (int i = 0; i < sentCount; i++) {
                byte[] body = raw.hear().body();
                assertEquals(frame.capacity(), body.length);
                assertEquals(i, new UnsafeBuffer(body).getInt(0));
            }
            assertEquals(OfferVerdict.SENT, link.offer(frame, 0, frame.capacity()));
            assertEquals(frame.capacity(), raw.hear().body().length);
        }
    }

    @Test
    void closesConnectionsBeyondTheBoundUnread() throws Exception {
        TcpConfig usual = TcpTransportTest.quick("raft");
        TcpConfig few = usual.withBounds(new TcpConfig.Bounds(8 << 20, 16 << 20, 1_024, 1, 1));
        TcpTransport acceptor = new TcpTransport(loops(SystemClocks.nano()), ACCEPTOR, few);
        toClose.add(acceptor);
        String address = acceptor.listen(ANY_PORT, RAFT, there).address();
        Link living = connect(address);
        try (RawPeer raw = new RawPeer(address)) {
            raw.awaitEnd();
        }
        assertEquals(1, acceptor.counters().floodCount());
        assertPasses(living);
    }

    @Test
    void pressesTheHaltSwitchWhenAListenerThrows() throws Exception {
        String address = listen(TcpTransportTest.quick("raft"), SystemClocks.nano());
        TcpTransport dialler = new TcpTransport(loops(SystemClocks.nano()), DIALLER, TcpTransportTest.quick("raft"));
        toClose.add(dialler);
        dialler.dial(
                address,
                (self, peer) -> {
                    throw new IllegalStateException("a broken policy");
                },
                here);
        for (int i = 0; halts.halts().isEmpty() && i < 1_000_000_000; i++) {
            Thread.onSpinWait();
        }
        assertEquals(HaltSwitch.BROKEN, halts.halts().get(0).exitCode());
        assertEquals("a broken policy", halts.halts().get(0).cause().getMessage());
    }

    private String listen(TcpConfig config, NanoClock clock) throws Exception {
        TcpTransport acceptor = new TcpTransport(loops(clock), ACCEPTOR, config);
        toClose.add(acceptor);
        return acceptor.listen(ANY_PORT, RAFT, there).address();
    }

    private Link connect(String address) throws Exception {
        TcpTransport dialler = new TcpTransport(loops(SystemClocks.nano()), DIALLER, TcpTransportTest.quick("raft"));
        toClose.add(dialler);
        dialler.dial(address, PeerPolicy.server(1), here);
        there.up();
        return here.up();
    }

    private TcpLoops loops(NanoClock clock) {
        TcpLoops loops = new TcpLoops("tcp-defence", clock, new SeededEntropy(6), halts);
        toClose.add(loops);
        return loops;
    }

    private void assertPasses(Link link) throws InterruptedException {
        assertEquals(OfferVerdict.SENT, link.offer(new UnsafeBuffer(new byte[] {5, 6}), 0, 2));
        assertArrayEquals(new byte[] {5, 6}, there.frame());
    }

    private static void awaitEndWhileTimePasses(RawPeer raw, ManualClock clock) throws Exception {
        raw.socket().setSoTimeout(5);
        int earlyCount = 0; // Reads that gave up because the loop had not looked at its clock yet.
        while (earlyCount < 10_000) {
            clock.advanceNs(TimeUnit.HOURS.toNanos(1));
            try {
                raw.awaitEnd();
                return;
            } catch (SocketTimeoutException e) {
                earlyCount++;
            }
        }
        throw new AssertionError("the connection never ended");
    }

    private static byte[] header(int length, byte kind) {
        UnsafeBuffer header = new UnsafeBuffer(new byte[FrameLayout.HEADER_BYTES]);
        header.putInt(FrameLayout.LENGTH_OFFSET, length);
        header.putByte(FrameLayout.KIND_OFFSET, kind);
        return header.byteArray();
    }

    private static byte[] flipped(byte[] frame, int at) {
        byte[] copy = frame.clone();
        copy[at] ^= 0x40;
        return copy;
    }
}
