package dev.steppe.raft.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steppe.base.OperatingFault;
import dev.steppe.raft.api.ProposeVerdict;
import dev.steppe.raft.log.layout.EntryChain;
import dev.steppe.raft.log.layout.RecordLayout;
import dev.steppe.raft.message.RaftMessage.AppendAsk;
import dev.steppe.raft.message.RaftMessageEncoder;
import dev.steppe.raft.node.InvokedGroup.Server;
import dev.steppe.raft.node.Ledger.Outcome;
import dev.steppe.raft.node.mail.NodeMail;
import dev.steppe.raft.storage.memory.PageFate;
import dev.steppe.runtime.HaltSwitch;
import dev.steppe.transport.Link;
import dev.steppe.transport.LinkDown;
import dev.steppe.transport.LinkListener;
import dev.steppe.transport.OfferVerdict;
import dev.steppe.transport.PeerIdentity;
import dev.steppe.transport.PeerPolicy;
import dev.steppe.transport.PeerRole;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

/** Bytes that are not what a leader wrote, at the border where they leave and at the one where they arrive. */
class RunCheckTest {
    private static final int LIAR = 3;

    private final List<Link> links = new ArrayList<>();
    private final ByteBuffer frame = ByteBuffer.allocateDirect(1 << 20).order(ByteOrder.LITTLE_ENDIAN);
    private final EntryChain chain = new EntryChain(InvokedGroup.CLUSTER_ID);
    private int offset;
    private int crc = EntryChain.ORIGIN;

    /** A raw peer in the place of member 3, which says what it is told. */
    private final class Liar implements LinkListener {
        @Override
        public void onUp(Link link) {
            links.add(link);
        }

        @Override
        public boolean onFrame(Link link, DirectBuffer buffer, int frameOffset, int frameBytes) {
            return true;
        }

        @Override
        public void onDown(Link link, LinkDown reason) {}

        @Override
        public void onRefused(String address, String sentence) {}
    }

    private Server aloneWithALiar() throws OperatingFault {
        InvokedGroup group = new InvokedGroup(3, 41);
        group.servers.get(1).crash(PageFate.LOSE_ALL);
        group.servers.get(2).crash(PageFate.LOSE_ALL);
        group.network
                .join(new PeerIdentity(InvokedGroup.CLUSTER_ID, "north", PeerRole.SERVER, LIAR, 99))
                .listen("server-3", PeerPolicy.sameRegionServers(), new Liar());
        group.until(() -> !links.isEmpty(), "no link");
        deliver = () -> {
            for (int i = 0; i < 5; i++) {
                group.round();
            }
        };
        return group.servers.get(0);
    }

    private Runnable deliver = () -> {};

    /** Puts one record of term 1 as entry {@code index} behind those that are there. */
    private void add(long index, int payloadBytes) {
        RecordLayout.putHeader(frame, offset, RecordLayout.lengthAndKind(payloadBytes, NodeMail.KIND_COMMAND), 0, 1, 0);
        crc = chain.crcOf(crc, index, frame, offset);
        RecordLayout.putChainCrc(frame, offset, crc);
        offset += RecordLayout.recordBytes(payloadBytes);
    }

    private void say(AppendAsk ask, int count) {
        int headBytes = RaftMessageEncoder.HEAD_MAX_BYTES;
        UnsafeBuffer bytes = new UnsafeBuffer(ByteBuffer.allocateDirect(headBytes + offset));
        ask.entries(1, count, offset);
        int length = new RaftMessageEncoder(InvokedGroup.CLUSTER_ID).encode(ask, bytes, 0);
        bytes.putBytes(length, frame, 0, offset);
        assertEquals(OfferVerdict.SENT, links.get(0).offer(bytes, 0, length + offset));
        deliver.run();
        offset = 0;
    }

    @Test
    void losesRunsThatDoNotContinueTheLogAndTakesThoseThatDo() throws OperatingFault {
        Server server = aloneWithALiar();
        add(1, 8);
        frame.put(RecordLayout.HEADER_BYTES, (byte) 1);
        say(new AppendAsk().from(LIAR, 0, 99, 1).after(0, 0, 0), 1);
        assertEquals(1, server.node.droppedFrameCount());
        assertEquals(0, server.node.status().indexes().lastIndex());
        crc = EntryChain.ORIGIN;
        frame.put(RecordLayout.HEADER_BYTES, (byte) 0);
        add(1, 8);
        add(2, 8);
        say(new AppendAsk().from(LIAR, 0, 99, 1).after(0, 0, 0), 2);
        assertEquals(2, server.node.status().indexes().lastIndex());
        crc ^= 1;
        add(3, 8);
        say(new AppendAsk().from(LIAR, 0, 99, 1).after(2, 1, 0), 1);
        assertEquals(2, server.node.droppedFrameCount());
        assertEquals(2, server.node.status().indexes().forcedIndex());
        assertEquals(List.of(), server.halts.halts());
    }

    @Test
    void losesARunThatIsLongerThanItsBatches() throws OperatingFault {
        Server server = aloneWithALiar();
        add(1, 400_000);
        say(new AppendAsk().from(LIAR, 0, 99, 1).after(0, 0, 0), 1);
        assertEquals(1, server.node.droppedFrameCount());
        assertEquals(0, server.node.status().indexes().lastIndex());
        assertEquals(List.of(), server.halts.halts());
    }

    @Test
    void stopsTheLeaderWhoseDiskHasRottenAndNoneOfThoseThatItFeeds() {
        InvokedGroup group = new InvokedGroup(3, 42);
        Server leader = group.leader();
        Server away = group.servers.stream()
                .filter(server -> server != leader)
                .findFirst()
                .orElseThrow();
        away.crash(PageFate.LOSE_ALL);
        for (int i = 0; i < 100; i++) {
            assertEquals(ProposeVerdict.ACCEPTED, group.ledger.propose(leader.node, 100));
        }
        group.until(() -> group.ledger.count(Outcome.APPLIED) == 100, "not everything was applied");
        leader.disk.flipBit("segments/segment-0000000000000001", 4_096 + 5_000, 3);
        away.start();
        for (int round = 0; round < 5_000 && leader.halts.halts().isEmpty(); round++) {
            group.servers.forEach(server -> server.node.doWork());
            group.network.deliverAll(10_000);
            group.clock.advanceNs(1_000_000);
        }
        assertEquals(HaltSwitch.FAULT, leader.halts.halts().get(0).exitCode());
        leader.crash(PageFate.KEEP_ALL);
        group.until(() -> away.machine.commands.size() == 100, "the follower is not fed");
        assertEquals(List.of(), away.halts.halts());
        assertTrue(group.leader() != leader);
        leader.start();
        assertTrue(leader.node.status().group().isQuarantined());
        assertTrue(leader.disk.names().contains("damaged-1/segment-0000000000000001"), leader.disk.names()::toString);
        group.agree();
        group.until(() -> !leader.node.status().group().isQuarantined(), "it is not healed");
    }
}
