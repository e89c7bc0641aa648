package dev.steppe.raft.snapshot;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import dev.steppe.base.OperatingFault;
import dev.steppe.raft.api.machine.SnapshotImage;
import dev.steppe.raft.api.machine.SnapshotSource;
import dev.steppe.raft.storage.StorageDirectory;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.agrona.concurrent.UnsafeBuffer;

/** Snapshots of known content, and the ways to write and read them whole. */
final class SnapshotFixture {
    static final long CLUSTER_ID = 0x1122_3344_5566_7788L;
    static final long FORCE_EVERY_BYTES = 300_000;

    private SnapshotFixture() {}

    /** Header of a snapshot that ends with {@code index}, which everything in it depends on. */
    static SnapshotHeader header(long index) {
        return new SnapshotHeader(
                CLUSTER_ID,
                new SnapshotPosition(index, 3, (int) (index * 31), index * 1_000),
                ~index,
                ("membership " + index).getBytes(StandardCharsets.US_ASCII),
                ("sessions of " + index).getBytes(StandardCharsets.US_ASCII));
    }

    /** Some content for {@link #header}. */
    static byte[] content(long index, int lengthBytes) {
        byte[] content = new byte[lengthBytes];
        new Random(index).nextBytes(content);
        return content;
    }

    /** An image that writes {@code content} in pieces of {@code pieceBytes}. */
    static SnapshotImage image(byte[] content, int pieceBytes) {
        UnsafeBuffer buffer = new UnsafeBuffer(content);
        int[] offset = {0};
        return sink -> {
            int length = Math.min(pieceBytes, content.length - offset[0]);
            sink.put(buffer, offset[0], length);
            offset[0] += length;
            return offset[0] == content.length;
        };
    }

    /** Steps {@code writer} until it ends. */
    static SnapshotProgress finish(SnapshotWriter writer) throws OperatingFault {
        SnapshotProgress progress = writer.step();
        while (progress == SnapshotProgress.GOES_ON) {
            progress = writer.step();
        }
        return progress;
    }

    /** Writes a snapshot with {@code content}. */
    static void write(StorageDirectory directory, long index, byte[] content) throws OperatingFault {
        try (SnapshotWriter writer =
                new SnapshotWriter(directory, header(index), image(content, 50_000), FORCE_EVERY_BYTES)) {
            assertEquals(SnapshotProgress.DONE, finish(writer));
        }
    }

    /** A shelf on which everything is known. */
    static SnapshotShelf provenShelf(StorageDirectory directory) throws OperatingFault {
        SnapshotShelf shelf = SnapshotShelf.open(directory, CLUSTER_ID);
        prove(shelf);
        return shelf;
    }

    /** Proves until everything on {@code shelf} is known. */
    static void prove(SnapshotShelf shelf) throws OperatingFault {
        boolean isMore = true;
        while (isMore) {
            isMore = shelf.proveNext();
        }
    }

    /** Index of the newest snapshot that is proven; 0 if there is none. */
    static long newestIndex(SnapshotShelf shelf) {
        SnapshotHeader newest = shelf.newest();
        return newest == null ? 0 : newest.position().index();
    }

    /** The content of the newest proven snapshot. */
    static byte[] newestContent(SnapshotShelf shelf) throws OperatingFault {
        try (SnapshotReader reader = shelf.read()) {
            assertNotNull(reader);
            return contentOf(reader);
        }
    }

    /** Everything that {@code source} has, read in pieces that fit nothing. */
    static byte[] contentOf(SnapshotSource source) throws OperatingFault {
        ByteArrayOutputStream content = new ByteArrayOutputStream();
        byte[] piece = new byte[10_007];
        UnsafeBuffer buffer = new UnsafeBuffer(piece);
        int length = source.read(buffer, 0, piece.length);
        while (length != SnapshotSource.END) {
            content.write(piece, 0, length);
            length = source.read(buffer, 0, piece.length);
        }
        assertEquals(SnapshotSource.END, source.read(buffer, 0, piece.length));
        return content.toByteArray();
    }
}
