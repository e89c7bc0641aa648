package dev.steppe.raft.snapshot;

import static dev.steppe.raft.snapshot.SnapshotFixture.CLUSTER_ID;
import static dev.steppe.raft.snapshot.SnapshotFixture.FORCE_EVERY_BYTES;
import static dev.steppe.raft.snapshot.SnapshotFixture.content;
import static dev.steppe.raft.snapshot.SnapshotFixture.header;
import static dev.steppe.raft.snapshot.SnapshotFixture.newestContent;
import static dev.steppe.raft.snapshot.SnapshotFixture.newestIndex;
import static dev.steppe.raft.snapshot.SnapshotFixture.provenShelf;
import static dev.steppe.raft.snapshot.SnapshotFixture.write;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steppe.base.InvariantBroken;
import dev.steppe.base.OperatingFault;
import dev.steppe.raft.snapshot.SnapshotReceiver.Chunk;
import dev.steppe.raft.storage.StorageDirectory;
import dev.steppe.raft.storage.memory.MemoryDisk;
import dev.steppe.raft.storage.memory.PageFate;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

/** Chunks of a snapshot come over a bad network, on a bad disk, from changing leaders. */
final class SnapshotReceiverTest {
    private static final int BYTES = 300_000;
    private static final int CHUNK_BYTES = 20_000;

    private final MemoryDisk disk = new MemoryDisk();
    private StorageDirectory directory;
    private SnapshotReceiver receiver;

    SnapshotReceiverTest() throws OperatingFault {
        restart();
    }

    @Test
    void takesChunksInTheirOrderOnly() throws OperatingFault {
        byte[] file = fileOf(7);
        assertEquals(ChunkVerdict.NOT_NEXT, take(file, 3, 7, CHUNK_BYTES));
        assertEquals(ChunkVerdict.STORED, take(file, 3, 7, 0));
        assertEquals(ChunkVerdict.NOT_NEXT, take(file, 3, 7, 0));
        assertEquals(ChunkVerdict.NOT_NEXT, take(file, 3, 7, 2 * CHUNK_BYTES));
        assertEquals(ChunkVerdict.STORED, take(file, 3, 7, CHUNK_BYTES));
        assertEquals(2 * CHUNK_BYTES, receiver.nextOffsetBytes(chunk(file, 3, 7, 0)));
        assertEquals(0, receiver.nextOffsetBytes(chunk(file, 3, 8, 0)));
        assertFalse(receiver.isWhole());
        assertThrows(InvariantBroken.class, receiver::step);
        takeRest(file, 3, 7);
        assertTrue(receiver.isWhole());
        assertEquals(List.of(), directory.names());
        assertEquals(SnapshotProgress.DONE, finish());
        SnapshotHeader received = receiver.received();
        assertNotNull(received);
        assertEquals(header(7).position(), received.position());
        assertEquals(ChunkVerdict.RECEIVED, take(file, 3, 7, 0));
        disk.losePower(PageFate.LOSE_ALL);
        assertArrayEquals(content(7, BYTES), newestContent(provenShelf(disk.hold())));
    }

    @Test
    void goesOnWithAnotherSenderOfTheSameFile() throws OperatingFault {
        byte[] file = fileOf(7);
        assertEquals(ChunkVerdict.STORED, take(file, 3, 7, 0));
        assertEquals(ChunkVerdict.STORED, take(file, 3, 7, CHUNK_BYTES));
        takeRest(file, 4, 7);
        assertEquals(SnapshotProgress.DONE, finish());
    }

    @Test
    void changesToANewerSnapshotAndToANewerLeader() throws OperatingFault {
        byte[] seven = fileOf(7);
        byte[] eight = fileOf(8);
        byte[] nine = fileOf(9);
        assertEquals(ChunkVerdict.STORED, take(eight, 3, 8, 0));
        assertEquals(ChunkVerdict.OLDER, take(seven, 3, 7, 0));
        assertEquals(ChunkVerdict.STORED, take(nine, 3, 9, 0));
        assertEquals(ChunkVerdict.OLDER, take(eight, 3, 8, CHUNK_BYTES));
        assertEquals(ChunkVerdict.STORED, take(seven, 4, 7, 0));
        assertEquals(ChunkVerdict.OLDER, take(nine, 3, 9, CHUNK_BYTES));
        takeRest(seven, 4, 7);
        assertEquals(SnapshotProgress.GOES_ON, receiver.step());
        assertEquals(ChunkVerdict.STORED, take(eight, 4, 8, 0));
        assertFalse(receiver.isWhole());
        takeRest(eight, 4, 8);
        assertEquals(SnapshotProgress.DONE, finish());
        assertEquals(ChunkVerdict.RECEIVED, take(seven, 4, 7, 0));
        assertEquals(List.of(SnapshotLayout.nameOf(8, 3)), directory.names());
    }

    @Test
    void refusesWhatCannotBe() throws OperatingFault {
        byte[] file = fileOf(7);
        UnsafeBuffer buffer = new UnsafeBuffer(file);
        Chunk good = chunk(file, 3, 7, 0);
        List<Chunk> bad = List.of(
                new Chunk(3, 0, 3, file.length, 0),
                new Chunk(3, -1, 3, file.length, 0),
                new Chunk(3, 7, 0, file.length, 0),
                new Chunk(2, 7, 3, file.length, 0),
                new Chunk(3, 7, 3, 50, 0),
                new Chunk(3, 7, 3, -1, 0),
                new Chunk(3, 7, 3, Long.MIN_VALUE, 0),
                new Chunk(3, 7, 3, file.length, -1),
                new Chunk(3, 7, 3, file.length, Long.MAX_VALUE),
                new Chunk(3, 7, 3, file.length, file.length - 50L));
        for (Chunk chunk : bad) {
            assertEquals(ChunkVerdict.REFUSED, receiver.take(chunk, buffer, 0, 100), chunk::toString);
            assertNotNull(receiver.refusal());
        }
        for (int length : new int[] {0, -1, SnapshotLayout.CHUNK_PAYLOAD_MAX_BYTES + 1, 63}) {
            assertEquals(ChunkVerdict.REFUSED, receiver.take(good, buffer, 0, length));
        }
        assertEquals(ChunkVerdict.STORED, receiver.take(good, buffer, 0, 64));
    }

    @Test
    void refusesAnotherClusterOrFormatAtItsFirstChunk() throws OperatingFault {
        for (int offset : new int[] {0, SnapshotLayout.VERSION, SnapshotLayout.CLUSTER_ID}) {
            byte[] file = fileOf(7);
            file[offset] ^= 1;
            assertEquals(ChunkVerdict.REFUSED, take(file, 3, 7, 0));
            assertNotNull(receiver.refusal());
        }
    }

    @Test
    void beginsAnewAfterBytesThatWereChangedOnTheWay() throws OperatingFault {
        byte[] file = fileOf(7);
        for (int offset : new int[] {100, 70_000, file.length - 1}) {
            byte[] changed = file.clone();
            changed[offset] ^= 4;
            takeRest(changed, 3, 7);
            assertEquals(SnapshotProgress.REFUSED, finish());
            assertNotNull(receiver.refusal());
            assertEquals(0, receiver.nextOffsetBytes(chunk(file, 3, 7, 0)));
            assertEquals(List.of(), directory.names());
        }
        takeRest(file, 3, 7);
        assertEquals(SnapshotProgress.DONE, finish());
    }

    @Test
    void waitsForRoomOnAFullDisk() throws OperatingFault {
        byte[] file = fileOf(7);
        disk.limitTo(CHUNK_BYTES + 10);
        assertEquals(ChunkVerdict.STORED, take(file, 3, 7, 0));
        assertEquals(ChunkVerdict.NO_SPACE, take(file, 3, 7, CHUNK_BYTES));
        assertEquals(CHUNK_BYTES, receiver.nextOffsetBytes(chunk(file, 3, 7, 0)));
        disk.limitTo(Long.MAX_VALUE);
        takeRest(file, 3, 7);
        assertEquals(SnapshotProgress.DONE, finish());
    }

    @Test
    void leavesTheWholeOrNothingWhereverThePowerIsLost() throws OperatingFault {
        byte[] file = fileOf(7);
        long stepCount = Long.MAX_VALUE;
        for (int step = 0; step <= stepCount; step++) {
            disk.become(new MemoryDisk());
            restart();
            long firstStep = disk.stepCount();
            disk.crashAt(firstStep + step);
            boolean isDone = false;
            try {
                takeRest(file, 3, 7);
                isDone = finish() == SnapshotProgress.DONE;
                stepCount = disk.stepCount() - firstStep;
            } catch (OperatingFault crash) {
                assertTrue(disk.stepCount() > firstStep + step);
            }
            disk.losePower(step % 2 == 0 ? PageFate.LOSE_ALL : PageFate.KEEP_ALL);
            SnapshotShelf shelf = provenShelf(disk.hold());
            assertEquals(List.of(), shelf.refusals());
            assertTrue(newestIndex(shelf) == 7 || !isDone, "step " + step);
        }
        assertTrue(stepCount > 15, "steps " + stepCount);
    }

    /**
     * A sender and a receiver with a network in between that loses, copies and reorders, restarts on both sides, full
     * disks, changed bytes and newer snapshots; then quiet. The newest snapshot arrives, and nothing false ever lies
     * under a name.
     */
    @Property(tries = 60)
    void arrivesThroughEverything(@ForAll long seed, @ForAll @IntRange(min = 1, max = 90_000) int chunkMaxBytes)
            throws OperatingFault {
        Random random = new Random(seed);
        SnapshotTransferWorld world = new SnapshotTransferWorld(random, chunkMaxBytes);
        for (int step = 0; step < 120; step++) {
            world.misbehave();
        }
        world.calmDown();
    }

    private void restart() throws OperatingFault {
        disk.killProgram();
        directory = disk.hold();
        receiver = new SnapshotReceiver(directory, CLUSTER_ID, FORCE_EVERY_BYTES / 4);
    }

    private SnapshotProgress finish() throws OperatingFault {
        SnapshotProgress progress = receiver.step();
        while (progress == SnapshotProgress.GOES_ON) {
            progress = receiver.step();
        }
        return progress;
    }

    private void takeRest(byte[] file, long leaderTerm, long index) throws OperatingFault {
        List<ChunkVerdict> verdicts = new ArrayList<>();
        while (verdicts.isEmpty() || verdicts.get(verdicts.size() - 1) == ChunkVerdict.STORED) {
            long offsetBytes = receiver.nextOffsetBytes(chunk(file, leaderTerm, index, 0));
            verdicts.add(take(file, leaderTerm, index, (int) offsetBytes));
        }
        assertEquals(ChunkVerdict.WHOLE, verdicts.get(verdicts.size() - 1));
    }

    private ChunkVerdict take(byte[] file, long leaderTerm, long index, int offset) throws OperatingFault {
        int length = Math.min(CHUNK_BYTES, file.length - offset);
        return receiver.take(chunk(file, leaderTerm, index, offset), new UnsafeBuffer(file), offset, length);
    }

    private static Chunk chunk(byte[] file, long leaderTerm, long index, long offsetBytes) {
        return new Chunk(leaderTerm, index, 3, file.length, offsetBytes);
    }

    static byte[] fileOf(long index) throws OperatingFault {
        MemoryDisk source = new MemoryDisk();
        write(source.hold(), index, content(index, BYTES));
        return source.content(SnapshotLayout.nameOf(index, 3));
    }
}
