package dev.steppe.raft.snapshot;

import static dev.steppe.raft.snapshot.SnapshotFixture.CLUSTER_ID;
import static dev.steppe.raft.snapshot.SnapshotFixture.header;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import dev.steppe.base.OperatingFault;
import dev.steppe.raft.api.machine.SnapshotImage;
import dev.steppe.raft.snapshot.SnapshotReceiver.Chunk;
import dev.steppe.raft.storage.PrepareVerdict;
import dev.steppe.raft.storage.SequentialFile;
import dev.steppe.raft.storage.StorageDirectory;
import dev.steppe.raft.storage.StorageFile;
import dev.steppe.raft.storage.WriteStrategy;
import java.nio.ByteBuffer;
import java.util.List;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Offsets beyond 2 and 4 GiB, in files that hold nothing. */
final class HugeSnapshotTest {
    private static final long GIB = 1L << 30;
    private static final int PIECE_BYTES = SnapshotLayout.CHUNK_PAYLOAD_MAX_BYTES;

    @Test
    void isSentFromAnyOffset() throws OperatingFault {
        HugeFile file = new HugeFile(SnapshotLayout.nameOf(7, 3));
        file.skip(5 * GIB);
        file.append(ByteBuffer.allocate(3).put(0, (byte) 1).put(2, (byte) 3));
        SnapshotSender sender = new SnapshotSender(file, header(7).position(), name -> {});
        assertEquals(5 * GIB + 3, sender.totalBytes());
        ByteBuffer target = ByteBuffer.allocate(8);
        assertEquals(8, sender.read(5 * GIB - 6, target));
        assertEquals(1, target.get(6));
        target.clear();
        assertEquals(1, sender.read(5 * GIB + 2, target));
        assertEquals(3, target.get(0));
        assertEquals(0, sender.read(5 * GIB + 3, target));
        assertEquals(SnapshotSender.NO_SUCH_OFFSET, sender.read(5 * GIB + 4, target));
    }

    @Test
    void isReceivedBeyondThirtyTwoBits() throws OperatingFault {
        HugeFile file = new HugeFile(SnapshotLayout.nameOf(7, 3));
        SnapshotReceiver receiver = new SnapshotReceiver(new HugeDirectory(file), CLUSTER_ID, Long.MAX_VALUE);
        ByteBuffer head = header(7).encode();
        UnsafeBuffer buffer = new UnsafeBuffer(new byte[PIECE_BYTES]);
        buffer.putBytes(0, head, 0, head.capacity());
        long totalBytes = 5 * GIB + 10;
        assertEquals(ChunkVerdict.STORED, receiver.take(chunk(totalBytes, 0), buffer, 0, 96));
        file.skip(5 * GIB - 96);
        assertEquals(5 * GIB, receiver.nextOffsetBytes(chunk(totalBytes, 0)));
        assertEquals(ChunkVerdict.NOT_NEXT, receiver.take(chunk(totalBytes, GIB), buffer, 0, 5));
        assertEquals(ChunkVerdict.REFUSED, receiver.take(chunk(totalBytes, 5 * GIB), buffer, 0, 11));
        assertEquals(ChunkVerdict.STORED, receiver.take(chunk(totalBytes, 5 * GIB), buffer, 0, 9));
        assertEquals(ChunkVerdict.WHOLE, receiver.take(chunk(totalBytes, 5 * GIB + 9), buffer, 0, 1));
    }

    /** Five gigabytes through writer, proof and reader. */
    @Test
    @Tag("extended")
    void isWrittenAndReadFromEndToEnd() throws OperatingFault {
        HugeFile file = new HugeFile(SnapshotLayout.nameOf(7, 3));
        UnsafeBuffer zeros = new UnsafeBuffer(new byte[PIECE_BYTES]);
        long pieceCount = 5 * GIB / PIECE_BYTES;
        long[] putCount = {0};
        SnapshotImage image = sink -> {
            sink.put(zeros, 0, PIECE_BYTES);
            return ++putCount[0] == pieceCount;
        };
        SnapshotWriter writer = new SnapshotWriter(new HugeDirectory(file), header(7), image, GIB);
        assertEquals(SnapshotProgress.DONE, SnapshotFixture.finish(writer));
        assertEquals(96 + pieceCount * (PIECE_BYTES + 8) + 24, file.lengthBytes());
        SnapshotProof proof = new SnapshotProof(file, CLUSTER_ID);
        boolean isMore = true;
        while (isMore) {
            isMore = proof.step();
        }
        assertNull(proof.refusal());
        assertNotNull(proof.header());
    }

    private static Chunk chunk(long totalBytes, long offsetBytes) {
        return new Chunk(3, 7, 3, totalBytes, offsetBytes);
    }

    /** A directory in which one file is ever created. */
    private record HugeDirectory(HugeFile file) implements StorageDirectory {
        @Override
        public SequentialFile create(String name) {
            assertEquals(file.name(), name);
            return file;
        }

        @Override
        public List<String> names() {
            throw new AssertionError("not asked");
        }

        @Override
        public StorageFile open(String name, WriteStrategy strategy) {
            throw new AssertionError("not asked");
        }

        @Override
        public PrepareVerdict prepare(String name, int lengthBytes, ByteBuffer head) {
            throw new AssertionError("not asked");
        }

        @Override
        public SequentialFile openSequential(String name) {
            throw new AssertionError("not asked");
        }

        @Override
        public void delete(String name) {
            throw new AssertionError("not asked");
        }

        @Override
        public void rename(String from, String to) {
            throw new AssertionError("not asked");
        }

        @Override
        public boolean isDurable() {
            return false;
        }

        @Override
        public void close() {
            // Nothing is held.
        }
    }
}
