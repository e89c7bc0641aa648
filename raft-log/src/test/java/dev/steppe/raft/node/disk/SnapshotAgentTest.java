package dev.steppe.raft.node.disk;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steppe.base.OperatingFault;
import dev.steppe.raft.api.RaftConfig;
import dev.steppe.raft.core.RaftInput;
import dev.steppe.raft.log.layout.RecordLayout;
import dev.steppe.raft.message.MembershipCodec;
import dev.steppe.raft.message.RaftMessage.Sender;
import dev.steppe.raft.message.RaftMessage.SnapshotAsk;
import dev.steppe.raft.message.RaftMessageEncoder;
import dev.steppe.raft.node.NodeSizes;
import dev.steppe.raft.node.flight.FlightNotes;
import dev.steppe.raft.node.mail.NodeMail;
import dev.steppe.raft.node.mail.SnapshotNews;
import dev.steppe.raft.quorum.Membership;
import dev.steppe.raft.snapshot.SnapshotHeader;
import dev.steppe.raft.snapshot.SnapshotPosition;
import dev.steppe.raft.snapshot.SnapshotProgress;
import dev.steppe.raft.snapshot.SnapshotSender;
import dev.steppe.raft.snapshot.SnapshotShelf;
import dev.steppe.raft.snapshot.SnapshotWriter;
import dev.steppe.raft.storage.StorageDirectory;
import dev.steppe.raft.storage.memory.MemoryDisk;
import dev.steppe.runtime.clock.ManualClock;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

/** A follower's files while a leader sends it a snapshot, one piece here. */
class SnapshotAgentTest {
    private static final long CLUSTER_ID = 7;
    private static final long INDEX = 40;

    private final MemoryDisk disk = new MemoryDisk();
    private final ManualClock clock = new ManualClock(0);
    private final List<RaftInput> told = new ArrayList<>();
    private final NodeMail mail;
    private final SnapshotAgent agent;

    SnapshotAgentTest() throws OperatingFault {
        NodeSizes sizes = NodeSizes.of(RaftConfig.Limits.TINY);
        mail = new NodeMail(sizes.frameMaxBytes(), sizes.chunkFrameMaxBytes(), sizes.seatCount());
        StorageDirectory directory = disk.hold();
        SnapshotShelf shelf = SnapshotShelf.open(directory, CLUSTER_ID);
        agent = new SnapshotAgent(
                new SnapshotAgent.Files(directory, shelf, CLUSTER_ID),
                mail,
                new LogAgent.Watch(clock, new FlightNotes(1)),
                RecordLayout.HEADER_BYTES,
                sizes.chunkFrameMaxBytes());
    }

    /** The bytes of a small snapshot, as another member wrote it. */
    private static byte[] file() throws OperatingFault {
        Membership membership = Membership.of(List.of(new Membership.Server(1, 0, "north-1", 0)), List.of());
        byte[] members = new byte[MembershipCodec.lengthOf(membership)];
        new MembershipCodec().encode(membership, new UnsafeBuffer(members), 0);
        SnapshotPosition position = new SnapshotPosition(INDEX, 3, 5, 1_000);
        SnapshotHeader header = new SnapshotHeader(CLUSTER_ID, position, 9, members, new byte[0]);
        StorageDirectory directory = new MemoryDisk().hold();
        UnsafeBuffer content = new UnsafeBuffer(new byte[500]);
        SnapshotWriter writer = new SnapshotWriter(
                directory,
                header,
                sink -> {
                    sink.put(content, 0, content.capacity());
                    return true;
                },
                1 << 20);
        SnapshotProgress progress = writer.step();
        while (progress == SnapshotProgress.GOES_ON) {
            progress = writer.step();
        }
        SnapshotShelf shelf = SnapshotShelf.open(directory, CLUSTER_ID);
        shelf.added(position);
        boolean isMore = true;
        while (isMore) {
            isMore = shelf.proveNext();
        }
        try (SnapshotSender sender = shelf.send()) {
            assertNotNull(sender);
            ByteBuffer bytes = ByteBuffer.allocateDirect((int) sender.totalBytes());
            assertEquals(bytes.capacity(), sender.read(0, bytes));
            byte[] copy = new byte[bytes.capacity()];
            bytes.flip().get(copy);
            return copy;
        }
    }

    /** The leader sends the whole file as one piece. */
    private void send(byte[] file) {
        SnapshotAsk ask = new SnapshotAsk(new Sender(2, 0, 1, 3), INDEX, 3, file.length, 0, file.length);
        UnsafeBuffer frame =
                new UnsafeBuffer(ByteBuffer.allocateDirect(RaftMessageEncoder.HEAD_MAX_BYTES + file.length));
        int headBytes = new RaftMessageEncoder(CLUSTER_ID).encode(ask, frame, 0);
        frame.putBytes(headBytes, file);
        assertTrue(mail.chunks.offer(1, frame, 0, headBytes + file.length));
    }

    private void turn() {
        agent.doWork();
        mail.news.drain(
                news -> {
                    if (news instanceof SnapshotNews.Input input) {
                        told.add(input.input());
                    }
                },
                64);
    }

    private void rest() {
        for (int i = 0; i < 50; i++) {
            turn();
        }
        assertEquals(0, agent.doWork());
    }

    @Test
    void tellsOfAReceivedSnapshotOnceItIsProven() throws OperatingFault {
        send(file());
        rest();
        assertEquals(1, told.size());
        assertInstanceOf(RaftInput.SnapshotReceived.class, told.get(0));
    }

    @Test
    void wantsASnapshotAnewThatRottedBeforeItWasProven() throws OperatingFault {
        byte[] file = file();
        send(file);
        while (disk.names().stream().noneMatch(name -> name.matches("snapshots/snapshot-[0-9a-f-]+"))) {
            turn();
        }
        String name = disk.names().stream()
                .filter(each -> each.startsWith("snapshots/"))
                .findFirst()
                .orElseThrow();
        disk.flipBit(name, file.length / 2, 3);
        rest();
        assertEquals(List.of(new RaftInput.ChunkStored(INDEX, 0)), told);
        send(file);
        rest();
        assertEquals(2, told.size());
        assertInstanceOf(RaftInput.SnapshotReceived.class, told.get(1));
    }

    /** Or it would be sent again as fast as the network can. */
    @Test
    void answersOnlyAfterAWhileWhenThereIsNoRoom() throws OperatingFault {
        disk.limitTo(disk.names().stream().mapToLong(disk::lengthBytes).sum());
        send(file());
        rest();
        assertEquals(List.of(), told);
        clock.advanceNs(agent.nextDeadlineNs() - clock.nanoTime() - 1);
        rest();
        assertEquals(List.of(), told);
        clock.advanceNs(1);
        turn();
        assertEquals(List.of(new RaftInput.ChunkStored(INDEX, 0)), told);
        assertEquals(Long.MAX_VALUE, agent.nextDeadlineNs());
    }

    @Test
    void keepsItsNewsWhileNobodyTakesThem() throws OperatingFault {
        while (mail.news.offer(new SnapshotNews.Prefix(1))) {
            // Until the box is full.
        }
        send(file());
        for (int i = 0; i < 50; i++) {
            agent.doWork();
        }
        turn();
        rest();
        assertEquals(1, told.size());
        assertInstanceOf(RaftInput.SnapshotReceived.class, told.get(0));
    }
}
