package dev.steppe.transport.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import dev.steppe.base.InvariantBroken;
import dev.steppe.base.OperatingFault;
import dev.steppe.runtime.clock.SeededEntropy;
import dev.steppe.transport.Link;
import dev.steppe.transport.LinkDown;
import dev.steppe.transport.LinkListener;
import dev.steppe.transport.OfferVerdict;
import dev.steppe.transport.PeerIdentity;
import dev.steppe.transport.PeerPolicy;
import dev.steppe.transport.PeerRole;
import dev.steppe.transport.Transport;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntConsumer;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

class MemoryNetworkTest {
    private static final int LIMIT_COUNT = 10_000;
    private static final PeerPolicy RAFT = PeerPolicy.sameRegionServers();

    private final List<String> trace = new ArrayList<>();
    private final MemoryNetwork network = new MemoryNetwork(64, 128);

    @Test
    void carriesFramesInOrderBothWays() throws OperatingFault {
        Party one = new Party(1);
        Party two = new Party(2);
        connect(one, two);
        one.send("a");
        one.send("b");
        two.send("x");
        network.deliverAll(LIMIT_COUNT);
        assertEquals(
                List.of("1 up 2", "1<2 x", "2 up 1", "2<1 a", "2<1 b"),
                trace.stream().sorted().toList());
        assertTrue(trace.indexOf("2<1 a") < trace.indexOf("2<1 b"));
        assertEquals(0, network.readyCount());
        assertFalse(network.deliverOne(0));
    }

    @Test
    void losesAndCountsAFrameForWhichTheReceiverHasNoRoom() throws OperatingFault {
        Party one = new Party(1);
        Party two = new Party(2);
        connect(one, two);
        two.full = true;
        one.send("a");
        network.deliverAll(LIMIT_COUNT);
        assertEquals(1, network.untakenCount());
        two.full = false;
        one.send("b");
        network.deliverAll(LIMIT_COUNT);
        assertEquals(1, network.untakenCount());
        assertTrue(trace.contains("2<1 b"));
    }

    @Test
    void givesTheSameTraceForTheSameChoices() throws OperatingFault {
        List<String> first = play(11);
        assertEquals(first, play(11));
        assertNotEquals(first, play(12));
        assertTrue(first.size() > 200, "events " + first.size());
    }

    @Test
    void holdsWhatIsCutInOneDirectionUntilItHeals() throws OperatingFault {
        Party one = new Party(1);
        Party two = new Party(2);
        connect(one, two);
        trace.clear();
        network.cut(one.self, two.self);
        one.send("held");
        two.send("passes");
        network.deliverAll(LIMIT_COUNT);
        assertEquals(List.of("1<2 passes"), trace);
        network.heal(one.self, two.self);
        network.deliverAll(LIMIT_COUNT);
        assertEquals(List.of("1<2 passes", "2<1 held"), trace);
    }

    @Test
    void doesNotConnectAcrossACutButDoesAfterHealing() throws OperatingFault {
        Party one = new Party(1);
        Party two = new Party(2);
        network.cut(two.self, one.self);
        two.transport.listen("two", RAFT, two);
        one.transport.dial("two", PeerPolicy.server(2), one);
        network.deliverAll(LIMIT_COUNT);
        assertEquals(List.of("1 refused by two: two did not answer."), trace);
        network.heal(two.self, one.self);
        network.deliverAll(LIMIT_COUNT);
        assertEquals(List.of("2 up 1", "1 up 2"), trace.subList(1, 3));
    }

    @Test
    void losesWhatIsUnderWayWhenSeveredAndDialsAgain() throws OperatingFault {
        Party one = new Party(1);
        Party two = new Party(2);
        connect(one, two);
        trace.clear();
        one.send("lost");
        Link old = one.link;
        network.sever(two.self, one.self);
        assertEquals(OfferVerdict.CLOSED, old.offer(new UnsafeBuffer(new byte[1]), 0, 1));
        network.deliverAll(LIMIT_COUNT);
        assertEquals(
                List.of("1 down FAULT", "1 up 2", "2 down FAULT", "2 up 1"),
                trace.stream().sorted().toList());
        one.send("again");
        network.deliverAll(LIMIT_COUNT);
        assertEquals("2<1 again", trace.get(4));
    }

    @Test
    void deliversWhatWasSentBeforeAnOrderlyClose() throws OperatingFault {
        Party one = new Party(1);
        Party two = new Party(2);
        connect(one, two);
        trace.clear();
        one.send("last words");
        one.link.close();
        one.link.close();
        assertEquals(OfferVerdict.CLOSED, one.link.offer(new UnsafeBuffer(new byte[1]), 0, 1));
        two.send("to nobody");
        network.deliverAll(4);
        assertTrue(trace.indexOf("2<1 last words") < trace.indexOf("2 down CLOSED_BY_PEER"), trace.toString());
        assertTrue(trace.contains("1 down CLOSED_HERE"));
        assertFalse(trace.contains("1<2 to nobody"));
    }

    @Test
    void findsAPeerAgainAfterItsRestart() throws OperatingFault {
        Party one = new Party(1);
        Party two = new Party(2);
        connect(one, two);
        trace.clear();
        two.transport.close();
        assertEquals(List.of("2 down CLOSED_HERE"), trace);
        network.deliverAll(LIMIT_COUNT);
        assertEquals(List.of("1 down CLOSED_BY_PEER", "1 refused by two: nobody listens at two."), trace.subList(1, 3));
        assertEquals(0, network.readyCount());
        Party reborn = new Party(2);
        reborn.transport.listen("two", RAFT, reborn);
        network.deliverAll(LIMIT_COUNT);
        assertEquals(List.of("2 up 1", "1 up 2"), trace.subList(3, 5));
        assertThrows(OperatingFault.class, () -> two.transport.listen("elsewhere", RAFT, two));
    }

    @Test
    void dropsAndDuplicatesAsTheJudgeSays() throws OperatingFault {
        Party one = new Party(1);
        Party two = new Party(2);
        connect(one, two);
        trace.clear();
        network.judgeBy((from, to, buffer, offset, length) -> switch (buffer.getByte(offset)) {
            case 'd' -> FrameFate.DROP;
            case 't' -> FrameFate.DUPLICATE;
            default -> FrameFate.DELIVER;
        });
        one.send("drop");
        one.send("twice");
        one.send("once");
        network.deliverAll(LIMIT_COUNT);
        assertEquals(List.of("2<1 twice", "2<1 once", "2<1 twice"), trace);
    }

    @Test
    void pushesBackWhenTooMuchIsUnderWay() throws OperatingFault {
        Party one = new Party(1);
        Party two = new Party(2);
        connect(one, two);
        UnsafeBuffer frame = new UnsafeBuffer(new byte[64]);
        assertEquals(OfferVerdict.SENT, one.link.offer(frame, 0, 64));
        assertEquals(OfferVerdict.SENT, one.link.offer(frame, 0, 64));
        assertEquals(OfferVerdict.BACK_PRESSURED, one.link.offer(frame, 0, 1));
        assertEquals(OfferVerdict.SENT, two.link.offer(frame, 0, 1), "the other direction is not concerned");
        network.deliverAll(LIMIT_COUNT);
        assertEquals(OfferVerdict.SENT, one.link.offer(frame, 0, 64));
    }

    @Test
    void allocatesNothingOnceWarm() throws OperatingFault {
        Party one = new Party(1);
        Party two = new Party(2);
        connect(one, two);
        long[] received = new long[1];
        two.onFrame = length -> received[0] += length;
        UnsafeBuffer frame = new UnsafeBuffer(new byte[64]);
        long allocatedBytes = Long.MAX_VALUE;
        // The smallest of several rounds: the compiler's own doings may fall into some of them.
        for (int round = 0; round < 20; round++) {
            long before = allocatedBytes();
            for (int i = 0; i < 10_000; i++) {
                one.link.offer(frame, 0, 64);
                network.deliverOne(i);
            }
            allocatedBytes = Math.min(allocatedBytes, allocatedBytes() - before);
        }
        assertEquals(20 * 10_000 * 64, received[0]);
        assertTrue(allocatedBytes < 10_000, "bytes in 10000 frames: " + allocatedBytes);
    }

    private static long allocatedBytes() {
        return ((ThreadMXBean) ManagementFactory.getThreadMXBean()).getCurrentThreadAllocatedBytes();
    }

    @Test
    void refusesFramesOutOfRange() throws OperatingFault {
        Party one = new Party(1);
        connect(one, new Party(2));
        UnsafeBuffer frame = new UnsafeBuffer(new byte[65]);
        assertThrows(InvariantBroken.class, () -> one.link.offer(frame, 0, 65));
        assertThrows(InvariantBroken.class, () -> one.link.offer(frame, 0, 0));
    }

    @Test
    void refusesAPeerOfAnotherClusterOrRegionOnBothSides() throws OperatingFault {
        Party one = new Party(1);
        Party foreign = new Party(new PeerIdentity(8, "eu", PeerRole.SERVER, 2, 0));
        Party remote = new Party(new PeerIdentity(7, "us", PeerRole.SERVER, 3, 0));
        one.transport.listen("one", RAFT, one);
        foreign.transport.dial("one", PeerPolicy.server(1), foreign);
        remote.transport.dial("one", PeerPolicy.server(1), remote);
        network.deliverAll(LIMIT_COUNT);
        assertEquals(
                List.of(
                        "1 refused by member 2: this is cluster 7, and member 2 is of cluster 8.",
                        "1 refused by member 3: this lane is for servers of region eu, and the peer is of region us.",
                        "2 refused by one: this is cluster 7, and member 2 is of cluster 8.",
                        "3 refused by one: this lane is for servers of region eu, and the peer is of region us."),
                trace.stream().sorted().toList());
    }

    @Test
    void refusesAnAddressInUse() throws OperatingFault {
        Party one = new Party(1);
        Party two = new Party(2);
        Transport.Listening listening = one.transport.listen("here", RAFT, one);
        assertThrows(OperatingFault.class, () -> two.transport.listen("here", RAFT, two));
        listening.close();
        assertEquals("here", two.transport.listen("here", RAFT, two).address());
    }

    @Test
    void stopsDiallingWhenClosed() throws OperatingFault {
        Party one = new Party(1);
        Party two = new Party(2);
        two.transport.listen("two", RAFT, two);
        Transport.Dialling dialling = one.transport.dial("two", PeerPolicy.server(2), one);
        network.deliverAll(LIMIT_COUNT);
        trace.clear();
        dialling.close();
        dialling.close();
        network.deliverAll(LIMIT_COUNT);
        assertEquals(
                List.of("1 down CLOSED_HERE", "2 down CLOSED_BY_PEER"),
                trace.stream().sorted().toList());
        network.retryDialling();
        assertEquals(0, network.readyCount());
    }

    private void connect(Party dialler, Party listener) throws OperatingFault {
        listener.transport.listen("two", RAFT, listener);
        dialler.transport.dial("two", PeerPolicy.server(listener.self.memberId()), dialler);
        network.deliverAll(LIMIT_COUNT);
    }

    /** Five parties, each linked to each, that gossip until their frames are used up; every choice from the seed. */
    private static List<String> play(long seed) throws OperatingFault {
        MemoryNetworkTest world = new MemoryNetworkTest();
        SeededEntropy entropy = new SeededEntropy(seed);
        world.network.judgeBy((from, to, buffer, offset, length) -> switch ((int) entropy.nextBelow(10)) {
            case 0 -> FrameFate.DROP;
            case 1 -> FrameFate.DUPLICATE;
            default -> FrameFate.DELIVER;
        });
        List<Party> parties = new ArrayList<>();
        for (int i = 1; i <= 5; i++) {
            Party party = world.new Party(i);
            party.transport.listen("m" + i, RAFT, party);
            for (Party earlier : parties) {
                party.transport.dial("m" + earlier.self.memberId(), PeerPolicy.server(earlier.self.memberId()), party);
            }
            parties.add(party);
        }
        for (int step = 0; step < 1_000; step++) {
            world.network.deliverOne((int) entropy.nextLong());
            Party party = parties.get((int) entropy.nextBelow(5));
            Party other = parties.get((int) entropy.nextBelow(5));
            switch ((int) entropy.nextBelow(40)) {
                case 0 -> world.network.cut(party.self, other.self);
                case 1 -> world.network.heal(party.self, other.self);
                case 2 -> world.network.sever(party.self, other.self);
                default -> party.sendIfUp("s" + step);
            }
        }
        return world.trace;
    }

    private final class Party implements LinkListener {
        private final PeerIdentity self;
        private final Transport transport;
        private Link link;
        private IntConsumer onFrame;
        private boolean full;

        Party(long memberId) {
            this(new PeerIdentity(7, "eu", PeerRole.SERVER, memberId, 0));
        }

        Party(PeerIdentity self) {
            this.self = self;
            transport = network.join(self);
        }

        void send(String text) {
            assertEquals(OfferVerdict.SENT, offer(text));
        }

        void sendIfUp(String text) {
            if (link != null) {
                trace.add(self.memberId() + " offers " + offer(text));
            }
        }

        private OfferVerdict offer(String text) {
            UnsafeBuffer buffer = new UnsafeBuffer(new byte[64]);
            int length = buffer.putStringWithoutLengthAscii(1, text);
            return link.offer(buffer, 1, length);
        }

        @Override
        public void onUp(Link up) {
            link = up;
            trace.add(self.memberId() + " up " + up.peer().memberId());
        }

        @Override
        public boolean onFrame(Link from, DirectBuffer buffer, int offset, int length) {
            if (onFrame != null) {
                onFrame.accept(length);
                return true;
            }
            trace.add(self.memberId() + "<" + from.peer().memberId() + " "
                    + buffer.getStringWithoutLengthAscii(offset, length));
            return !full;
        }

        @Override
        public void onDown(Link down, LinkDown reason) {
            trace.add(self.memberId() + " down " + reason.cause());
        }

        @Override
        public void onRefused(String address, String sentence) {
            trace.add(self.memberId() + " refused by " + address + ": " + sentence);
        }
    }
}
