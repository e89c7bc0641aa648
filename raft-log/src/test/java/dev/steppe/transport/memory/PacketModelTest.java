package dev.steppe.transport.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steppe.base.OperatingFault;
import dev.steppe.runtime.clock.ManualClock;
import dev.steppe.runtime.clock.SeededEntropy;
import dev.steppe.transport.Link;
import dev.steppe.transport.LinkDown;
import dev.steppe.transport.LinkListener;
import dev.steppe.transport.PeerIdentity;
import dev.steppe.transport.PeerPolicy;
import dev.steppe.transport.PeerRole;
import dev.steppe.transport.Transport;
import dev.steppe.transport.memory.PacketModel.Nature;
import java.util.ArrayList;
import java.util.List;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

class PacketModelTest {
    private static final PeerPolicy RAFT = PeerPolicy.sameRegionServers();

    /** Two members, the first of which sends numbered frames to the second. */
    private static final class Pair implements LinkListener {
        final ManualClock clock = new ManualClock(0);
        final PacketModel packets;
        final MemoryNetwork network;
        final PeerIdentity two = identity(2, 1);
        final List<Integer> received = new ArrayList<>();
        final List<Long> receivedNs = new ArrayList<>();
        PeerIdentity one = identity(1, 1);
        Transport sender;
        Link link;

        Pair(long seed, Nature nature) throws OperatingFault {
            packets = new PacketModel(clock, new SeededEntropy(seed), nature);
            network = new MemoryNetwork(64, 1 << 20, packets);
            network.join(two).listen("two", RAFT, this);
            join();
        }

        private void join() throws OperatingFault {
            sender = network.join(one);
            sender.dial("two", PeerPolicy.server(2), new LinkListener() {
                @Override
                public void onUp(Link up) {
                    link = up;
                }

                @Override
                public boolean onFrame(Link up, DirectBuffer buffer, int offset, int length) {
                    return true;
                }

                @Override
                public void onDown(Link up, LinkDown reason) {}

                @Override
                public void onRefused(String address, String sentence) {}
            });
            network.deliverAll(10);
        }

        void restartSender() throws OperatingFault {
            sender.close();
            one = identity(1, one.incarnation() + 1);
            join();
        }

        void send(int first, int count) {
            UnsafeBuffer frame = new UnsafeBuffer(new byte[4]);
            for (int number = first; number < first + count; number++) {
                frame.putInt(0, number);
                link.offer(frame, 0, 4);
            }
        }

        void run(long forNs) {
            long endNs = clock.nanoTime() + forNs;
            while (clock.nanoTime() < endNs) {
                network.deliverAll(1_000);
                long nextNs = Math.min(endNs, network.nextArrivalNs());
                clock.advanceNs(Math.max(0, nextNs - clock.nanoTime()));
                network.timePassed();
            }
            network.deliverAll(1_000);
        }

        @Override
        public void onUp(Link up) {}

        @Override
        public boolean onFrame(Link up, DirectBuffer buffer, int offset, int length) {
            received.add(buffer.getInt(offset));
            receivedNs.add(clock.nanoTime());
            return true;
        }

        @Override
        public void onDown(Link up, LinkDown reason) {}

        @Override
        public void onRefused(String address, String sentence) {}

        private static PeerIdentity identity(long member, long incarnation) {
            return new PeerIdentity(7, "north", PeerRole.SERVER, member, incarnation);
        }
    }

    private static Nature nature(int loss, int copies, int replays, boolean keepsOrder) {
        return new Nature(loss, copies, replays, 1_000, 1_000_000, keepsOrder, 1 << 20);
    }

    private static List<Integer> play(long seed) throws OperatingFault {
        Pair pair = new Pair(seed, nature(300, 500, 100, false));
        pair.send(0, 200);
        pair.run(1_000_000_000);
        return pair.received;
    }

    @Test
    void givesOneHistoryForOneSeed() throws OperatingFault {
        assertEquals(play(1), play(1));
        assertNotEquals(play(1), play(2));
    }

    @Test
    void losesAndCopiesAboutAsOftenAsTold() throws OperatingFault {
        Pair pair = new Pair(3, nature(300, 500, 0, false));
        pair.send(0, 1_000);
        pair.run(1_000_000_000);
        assertEquals(1_000 - pair.packets.lostCount() + pair.packets.copiedCount(), pair.received.size());
        assertTrue(pair.packets.lostCount() > 200 && pair.packets.lostCount() < 400);
        assertTrue(pair.packets.copiedCount() > 250);
    }

    @Test
    void keepsOrOvertakesAsTold() throws OperatingFault {
        Pair ordered = new Pair(4, nature(0, 0, 0, true));
        Pair unordered = new Pair(4, nature(0, 0, 0, false));
        ordered.send(0, 100);
        unordered.send(0, 100);
        ordered.run(1_000_000_000);
        unordered.run(1_000_000_000);
        List<Integer> sorted = unordered.received.stream().sorted().toList();
        assertEquals(sorted, ordered.received);
        assertNotEquals(sorted, unordered.received);
    }

    @Test
    void holdsWhatIsSentIntoAClogUntilItEnds() throws OperatingFault {
        Pair pair = new Pair(5, Nature.healthy(1_000));
        pair.packets.clog(pair.one, pair.two, 5_000_000_000L);
        pair.send(0, 3);
        pair.run(4_999_999_999L);
        assertEquals(List.of(), pair.received);
        pair.run(1_000_000);
        assertEquals(List.of(0, 1, 2), pair.received);
        pair.send(3, 1);
        pair.run(1_000_000);
        assertTrue(pair.receivedNs.get(3) - pair.receivedNs.get(2) < 2_000_000);
    }

    @Test
    void losesWhatGoesBeyondItsCapacity() throws OperatingFault {
        Pair pair = new Pair(6, new Nature(0, 0, 0, 1_000, 1_000, true, 40));
        pair.send(0, 25);
        pair.run(1_000_000);
        assertEquals(10, pair.received.size());
        assertEquals(15, pair.packets.overflowCount());
    }

    @Test
    void replaysFramesOfAFormerLife() throws OperatingFault {
        Pair pair = new Pair(7, nature(0, 0, 1_000, true));
        pair.send(0, 50);
        pair.run(1_000_000_000);
        pair.restartSender();
        pair.received.clear();
        pair.send(1_000, 50);
        pair.run(1_000_000_000);
        assertTrue(pair.received.stream().anyMatch(number -> number < 50), "nothing of the first life came again");
        assertTrue(pair.packets.replayedCount() > 50);
    }

    @Test
    void isHealthyForGoodOnceCalm() throws OperatingFault {
        Pair pair = new Pair(8, nature(1_000, 0, 0, false));
        pair.packets.calm(1_000);
        pair.send(0, 20);
        pair.run(10_000_000);
        assertEquals(20, pair.received.size());
    }

    @Test
    void showsWhatIsLostToTheTap() throws OperatingFault {
        Pair pair = new Pair(9, nature(1_000, 0, 0, false));
        List<Integer> seen = new ArrayList<>();
        pair.network.tapBy((from, to, buffer, offset, length) -> seen.add(buffer.getInt(offset)));
        pair.send(0, 5);
        pair.run(1_000_000_000);
        assertEquals(List.of(0, 1, 2, 3, 4), seen);
        assertEquals(List.of(), pair.received);
    }
}
