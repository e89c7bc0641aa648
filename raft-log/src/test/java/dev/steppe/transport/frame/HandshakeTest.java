package dev.steppe.transport.frame;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steppe.base.InvariantBroken;
import dev.steppe.transport.PeerIdentity;
import dev.steppe.transport.PeerName;
import dev.steppe.transport.PeerPolicy;
import dev.steppe.transport.PeerRole;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.SplittableRandom;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class HandshakeTest {
    private static final PeerIdentity ONE = new PeerIdentity(7, "eu", PeerRole.SERVER, 1, 11, 5);
    private static final PeerIdentity TWO = new PeerIdentity(7, "eu", PeerRole.SERVER, 2, 22, 9);

    private static Handshake handshake(PeerIdentity self, boolean dials, @Nullable PeerName certified) {
        Handshake.Terms terms = new Handshake.Terms(self, "raft", PeerPolicy.sameRegionServers());
        return new Handshake(terms, dials, self.memberId() * 100, certified);
    }

    private static Handshake.Step hear(Handshake side, ByteBuffer frame) {
        UnsafeBuffer bytes = new UnsafeBuffer(frame.duplicate().slice());
        byte kind = bytes.getByte(FrameLayout.KIND_OFFSET);
        return side.onFrame(kind, bytes, FrameLayout.HEADER_BYTES, bytes.capacity() - FrameLayout.HEADER_BYTES);
    }

    @Test
    void tellsBothSidesWhoTheOtherIsInThreeWords() {
        Handshake dialler = handshake(TWO, true, null);
        Handshake acceptor = handshake(ONE, false, null);
        var welcome = assertInstanceOf(Handshake.Step.Say.class, hear(acceptor, dialler.firstFrame()));
        assertTrue(acceptor.hasHeard());
        var ready = assertInstanceOf(Handshake.Step.Up.class, hear(dialler, welcome.frame()));
        assertEquals(ONE, ready.peer());
        var done = assertInstanceOf(Handshake.Step.Up.class, hear(acceptor, ready.frame()));
        assertEquals(TWO, done.peer());
        assertEquals(0, done.frame().remaining());
    }

    @Test
    void holdsAGreetingAgainstTheCertificate() {
        PeerName named = new PeerName("prod", "eu", PeerRole.SERVER, 3);
        Handshake acceptor = handshake(ONE, false, named);
        var refusal = assertInstanceOf(
                Handshake.Step.Refuse.class,
                hear(acceptor, handshake(TWO, true, null).firstFrame()));
        assertEquals(
                "the peer's certificate names sched://prod/eu/server/3, and it claims to be SERVER 2 of region eu.",
                refusal.sentence());
    }

    @Test
    void letsNobodyChangeItsMindBetweenItsWords() {
        Handshake acceptor = handshake(ONE, false, null);
        var welcome = assertInstanceOf(
                Handshake.Step.Say.class,
                hear(acceptor, handshake(TWO, true, null).firstFrame()));
        // Draws the same nonce, as both are member 2.
        PeerIdentity other = new PeerIdentity(7, "eu", PeerRole.SERVER, 2, 23, 9);
        var ready = assertInstanceOf(Handshake.Step.Up.class, hear(handshake(other, true, null), welcome.frame()));
        var refusal = assertInstanceOf(Handshake.Step.Refuse.class, hear(acceptor, ready.frame()));
        assertEquals("the peer changed its identity during the handshake.", refusal.sentence());
    }

    @Test
    void hasOneFirstWordOnly() {
        assertThrows(InvariantBroken.class, () -> handshake(ONE, false, null).firstFrame());
    }

    @Test
    void printsARefusalFromOutsideInPlainCharactersOnly() {
        byte[] nasty = "no\r\n\u001b[31mERROR \u202e\u2028%s${x}".getBytes(StandardCharsets.UTF_8);
        ByteBuffer frame = ByteBuffer.wrap(FrameLayout.frame(FrameLayout.REFUSED, nasty));
        var refused = assertInstanceOf(Handshake.Step.Refused.class, hear(handshake(TWO, true, null), frame));
        assertTrue(refused.sentence().matches("refused by the peer: [ -~]*"), refused.sentence());
        byte[] endless = new byte[16_000];
        Arrays.fill(endless, (byte) 'x');
        frame = ByteBuffer.wrap(FrameLayout.frame(FrameLayout.REFUSED, endless));
        refused = assertInstanceOf(Handshake.Step.Refused.class, hear(handshake(TWO, true, null), frame));
        assertTrue(refused.sentence().length() < 600, "cut to length");
    }

    /** 10^5 greetings with bytes changed, of any length: an answer, never an exception, and never another identity. */
    @Test
    void survivesAnyGreeting() {
        SplittableRandom random = new SplittableRandom(20_261_125);
        byte[] good = new Greeting(TWO, "raft", 200, 0).encode();
        int welcomeCount = 0;
        for (int input = 0; input < 100_000; input++) {
            byte[] bytes = Arrays.copyOf(good, random.nextInt(3) == 0 ? random.nextInt(200) : good.length);
            for (int i = random.nextInt(4); i > 0 && bytes.length > 0; i--) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
            }
            Handshake.Step step = handshake(ONE, false, new PeerName("prod", "eu", PeerRole.SERVER, 2))
                    .onFrame(FrameLayout.HELLO, new UnsafeBuffer(bytes), 0, bytes.length);
            if (step instanceof Handshake.Step.Say) {
                welcomeCount++;
                PeerIdentity claimed =
                        Greeting.decode(new UnsafeBuffer(bytes), 0).identity();
                assertTrue(claimed.isSameMember(TWO), claimed.toString());
            } else {
                assertTrue(step instanceof Handshake.Step.Bad || step instanceof Handshake.Step.Refuse);
            }
        }
        assertTrue(welcomeCount > 10_000, "the good ones among them were welcome: " + welcomeCount);
    }

    /** Magic and version stand in front whatever the version is; what comes behind is not looked at. */
    @Test
    void tellsAPeerOfAnotherVersionWhyItIsRefused() {
        byte[] later = Arrays.copyOf(new Greeting(TWO, "raft", 200, 0).encode(), 12);
        later[4] = 1;
        var refuse = assertInstanceOf(
                Handshake.Step.Refuse.class,
                handshake(ONE, false, null).onFrame(FrameLayout.HELLO, new UnsafeBuffer(later), 0, later.length));
        assertEquals("the peer speaks version 1 and this side version 0.", refuse.sentence());
        var refused = assertInstanceOf(Handshake.Step.Refused.class, hear(handshake(TWO, true, null), refuse.frame()));
        assertTrue(refused.sentence().contains("speaks version 1"), refused.sentence());
    }

    /** As versions to come will have to find it. */
    @Test
    void standsInBytesAsItAlwaysDid() {
        assertEquals(
                "5354455000000000" + "0700000000000000" + "0200000000000000" + "1600000000000000" + "0900000000000000"
                        + "c800000000000000" + "0a00000000000000" + "000204" + "6575" + "72616674",
                HexFormat.of().formatHex(new Greeting(TWO, "raft", 200, 10).encode()));
    }

    @Test
    void readsBackWhatItWrites() {
        SplittableRandom random = new SplittableRandom(7);
        for (int i = 0; i < 1_000; i++) {
            PeerIdentity identity = new PeerIdentity(
                    random.nextLong(),
                    "r".repeat(1 + random.nextInt(64)),
                    random.nextBoolean() ? PeerRole.SERVER : PeerRole.CLIENT,
                    1 + random.nextLong(Long.MAX_VALUE),
                    random.nextLong(),
                    random.nextLong(Long.MAX_VALUE));
            Greeting greeting =
                    new Greeting(identity, "l".repeat(1 + random.nextInt(32)), random.nextLong(), random.nextLong());
            byte[] bytes = greeting.encode();
            assertTrue(
                    Greeting.refusal(new UnsafeBuffer(bytes), 0, bytes.length).isEmpty());
            assertEquals(greeting, Greeting.decode(new UnsafeBuffer(bytes), 0));
        }
    }
}
