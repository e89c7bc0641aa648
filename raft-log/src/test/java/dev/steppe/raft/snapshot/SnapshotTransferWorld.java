package dev.steppe.raft.snapshot;

import static dev.steppe.raft.snapshot.SnapshotFixture.CLUSTER_ID;
import static dev.steppe.raft.snapshot.SnapshotFixture.FORCE_EVERY_BYTES;
import static dev.steppe.raft.snapshot.SnapshotFixture.content;
import static dev.steppe.raft.snapshot.SnapshotFixture.newestContent;
import static dev.steppe.raft.snapshot.SnapshotFixture.newestIndex;
import static dev.steppe.raft.snapshot.SnapshotFixture.prove;
import static dev.steppe.raft.snapshot.SnapshotFixture.provenShelf;
import static dev.steppe.raft.snapshot.SnapshotFixture.write;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steppe.base.OperatingFault;
import dev.steppe.raft.snapshot.SnapshotReceiver.Chunk;
import dev.steppe.raft.storage.StorageDirectory;
import dev.steppe.raft.storage.memory.MemoryDisk;
import dev.steppe.raft.storage.memory.PageFate;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.agrona.concurrent.UnsafeBuffer;

/** One leader with snapshots, one follower without, and everything that may happen between them. */
final class SnapshotTransferWorld {
    private static final int BYTES = 400_000;

    private final Random random;
    private final int chunkMaxBytes;
    private final MemoryDisk leaderDisk = new MemoryDisk();
    private final MemoryDisk followerDisk = new MemoryDisk();
    private final List<Mail> mails = new ArrayList<>();
    private StorageDirectory leaderDirectory;
    private StorageDirectory followerDirectory;
    private SnapshotShelf shelf;
    private SnapshotSender sender;
    private SnapshotReceiver receiver;
    private long newestIndex;
    private long leaderTerm = 3;
    private long nextOffsetBytes;

    SnapshotTransferWorld(Random random, int chunkMaxBytes) throws OperatingFault {
        this.random = random;
        this.chunkMaxBytes = Math.max(chunkMaxBytes, SnapshotLayout.HEADER_FIXED_BYTES);
        leaderDirectory = leaderDisk.hold();
        shelf = SnapshotShelf.open(leaderDirectory, CLUSTER_ID);
        writeNewer();
        restartLeader();
        restartFollower(PageFate.KEEP_ALL);
    }

    /** One thing happens, mostly a chunk that comes or goes. */
    void misbehave() throws OperatingFault {
        switch (random.nextInt(40)) {
            case 0 -> writeNewer();
            case 1 -> restartLeader();
            case 2 -> restartFollower(random.nextBoolean() ? PageFate.KEEP_ALL : PageFate.LOSE_ALL);
            case 3 -> followerDisk.limitTo(random.nextInt(3 * BYTES));
            case 4 -> followerDisk.limitTo(Long.MAX_VALUE);
            case 5, 6 -> resend();
            case 7 -> changeSender();
            case 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19 -> ask(random.nextInt(8) == 0);
            case 20, 21 -> lose();
            default -> deliver(random.nextInt(4) > 0);
        }
        if (random.nextBoolean()) {
            step();
        }
    }

    /** Nothing bad happens any more: the newest snapshot arrives. */
    void calmDown() throws OperatingFault {
        followerDisk.limitTo(Long.MAX_VALUE);
        mails.clear();
        changeSender();
        for (int round = 0; !hasNewest(); round++) {
            assertTrue(round < 100_000, () -> "stuck at " + nextOffsetBytes + " of " + newestIndex);
            ask(false);
            deliver(true);
            step();
        }
        followerDisk.losePower(PageFate.LOSE_ALL);
        SnapshotShelf arrived = provenShelf(followerDisk.hold());
        assertEquals(newestIndex, newestIndex(arrived));
        assertArrayEquals(content(newestIndex, BYTES), newestContent(arrived));
    }

    private boolean hasNewest() {
        SnapshotHeader received = receiver.received();
        return received != null && received.position().index() == newestIndex;
    }

    private void writeNewer() throws OperatingFault {
        newestIndex++;
        write(leaderDirectory, newestIndex, content(newestIndex, BYTES));
        shelf.added(SnapshotFixture.header(newestIndex).position());
        prove(shelf);
        while (shelf.removeNext()) {
            assertTrue(newestIndex > 2);
        }
    }

    private void restartLeader() throws OperatingFault {
        leaderDisk.losePower(PageFate.LOSE_ALL);
        leaderDirectory = leaderDisk.hold();
        shelf = provenShelf(leaderDirectory);
        leaderTerm++;
        sender = null;
        changeSender();
    }

    private void changeSender() throws OperatingFault {
        if (sender != null) {
            sender.close();
        }
        sender = shelf.send();
        nextOffsetBytes = 0;
    }

    private void restartFollower(PageFate fate) throws OperatingFault {
        followerDisk.losePower(fate);
        followerDirectory = followerDisk.hold();
        receiver = new SnapshotReceiver(followerDirectory, CLUSTER_ID, FORCE_EVERY_BYTES / 3);
        assertEquals(List.of(), provenShelf(followerDirectory).refusals());
    }

    private void ask(boolean isChangedOnTheWay) throws OperatingFault {
        assertNotNull(sender);
        ByteBuffer bytes = ByteBuffer.allocate(chunkMaxBytes);
        // Who heard nothing after the last chunk says it again.
        long offsetBytes = Math.min(nextOffsetBytes, sender.totalBytes() - 1);
        int length = sender.read(offsetBytes, bytes);
        assertTrue(length > 0);
        if (isChangedOnTheWay) {
            bytes.put(random.nextInt(length), (byte) random.nextInt());
        }
        SnapshotPosition position = sender.position();
        Chunk chunk = new Chunk(leaderTerm, position.index(), position.term(), sender.totalBytes(), offsetBytes);
        mails.add(new Mail(chunk, bytes.flip()));
    }

    private void resend() {
        if (!mails.isEmpty()) {
            mails.add(mails.get(random.nextInt(mails.size())));
        }
    }

    private void lose() {
        if (!mails.isEmpty()) {
            mails.remove(random.nextInt(mails.size()));
        }
    }

    /** Any one of the mails arrives, and its answer or not. */
    private void deliver(boolean isAnswered) throws OperatingFault {
        if (mails.isEmpty()) {
            return;
        }
        Mail mail = mails.remove(random.nextInt(mails.size()));
        ChunkVerdict verdict = receiver.take(mail.chunk, new UnsafeBuffer(mail.bytes), 0, mail.bytes.remaining());
        SnapshotPosition position = sender.position();
        if (isAnswered && verdict != ChunkVerdict.OLDER && mail.chunk.index() == position.index()) {
            nextOffsetBytes = receiver.nextOffsetBytes(mail.chunk);
        }
    }

    private void step() throws OperatingFault {
        if (receiver.isWhole() && receiver.step() == SnapshotProgress.DONE) {
            SnapshotHeader received = receiver.received();
            assertNotNull(received);
            SnapshotShelf shelfThere = provenShelf(followerDirectory);
            assertEquals(List.of(), shelfThere.refusals());
            assertEquals(received.position().index(), newestIndex(shelfThere));
            assertArrayEquals(content(newestIndex(shelfThere), BYTES), newestContent(shelfThere));
        }
    }

    /** One chunk on its way. */
    private record Mail(Chunk chunk, ByteBuffer bytes) {}
}
