package dev.steppe.raft.snapshot;

import static dev.steppe.raft.snapshot.SnapshotFixture.CLUSTER_ID;
import static dev.steppe.raft.snapshot.SnapshotFixture.content;
import static dev.steppe.raft.snapshot.SnapshotFixture.header;
import static dev.steppe.raft.snapshot.SnapshotFixture.newestContent;
import static dev.steppe.raft.snapshot.SnapshotFixture.newestIndex;
import static dev.steppe.raft.snapshot.SnapshotFixture.prove;
import static dev.steppe.raft.snapshot.SnapshotFixture.provenShelf;
import static dev.steppe.raft.snapshot.SnapshotFixture.write;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steppe.base.OperatingFault;
import dev.steppe.raft.storage.StorageDirectory;
import dev.steppe.raft.storage.file.DirectoryVerdict;
import dev.steppe.raft.storage.file.FileDirectory;
import dev.steppe.raft.storage.memory.MemoryDisk;
import dev.steppe.raft.storage.memory.PageFate;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What was written is what is read; everything else is refused. */
final class SnapshotFileTest {
    private static final String NAME = SnapshotLayout.nameOf(7, 3);

    @TempDir
    private Path parent;

    private final MemoryDisk disk = new MemoryDisk();

    @Test
    void readsWhatWasWritten() throws OperatingFault {
        for (int lengthBytes : new int[] {0, 1, 8, 262_143, 262_144, 262_145, 1_000_000}) {
            byte[] content = content(7, lengthBytes);
            write(disk.hold(), 7, content);
            disk.losePower(PageFate.LOSE_ALL);
            SnapshotShelf shelf = provenShelf(disk.hold());
            assertArrayEquals(content, newestContent(shelf));
            assertEquals(List.of(), shelf.refusals());
            disk.killProgram();
        }
    }

    @Test
    void keepsItsHeader() throws OperatingFault {
        write(disk.hold(), 7, content(7, 100));
        disk.killProgram();
        SnapshotHeader header = provenShelf(disk.hold()).newest();
        assertNotNull(header);
        assertEquals(header(7).position(), header.position());
        assertEquals(header(7).clusterId(), header.clusterId());
        assertEquals(header(7).stateHash(), header.stateHash());
        assertArrayEquals(header(7).membership(), header.membership());
        assertArrayEquals(header(7).sessions(), header.sessions());
    }

    @Test
    void liesInRealFiles() throws OperatingFault {
        byte[] content = content(7, 700_000);
        try (StorageDirectory directory = hold()) {
            write(directory, 7, content);
        }
        try (StorageDirectory directory = hold()) {
            assertEquals(List.of(NAME), directory.names());
            assertArrayEquals(content, newestContent(provenShelf(directory)));
        }
    }

    @Test
    void refusesEachFlippedBit() throws OperatingFault {
        write(disk.hold(), 7, content(7, 1_001));
        int refusedCount = 0;
        for (int bit = 0; bit < disk.lengthBytes(NAME) * 8; bit++) {
            disk.killProgram();
            disk.flipBit(NAME, bit / 8, bit % 8);
            SnapshotShelf shelf = provenShelf(disk.hold());
            assertNull(shelf.newest(), "bit " + bit);
            assertNull(shelf.read(), "bit " + bit);
            refusedCount += shelf.refusals().size();
            disk.flipBit(NAME, bit / 8, bit % 8);
        }
        assertEquals(disk.lengthBytes(NAME) * 8, refusedCount);
    }

    @Test
    void refusesEachLengthButItsOwn() throws OperatingFault {
        write(disk.hold(), 7, content(7, 1_001));
        byte[] whole = disk.content(NAME);
        for (int lengthBytes = 0; lengthBytes < whole.length + 40; lengthBytes++) {
            disk.killProgram();
            disk.putFile(NAME, Arrays.copyOf(whole, lengthBytes));
            SnapshotShelf shelf = provenShelf(disk.hold());
            assertEquals(lengthBytes == whole.length ? 7 : 0, newestIndex(shelf), "length " + lengthBytes);
        }
    }

    @Test
    void noticesWhatRotsBetweenProofAndRestore() throws OperatingFault {
        write(disk.hold(), 7, content(7, 600_000));
        disk.killProgram();
        SnapshotShelf shelf = provenShelf(disk.hold());
        for (int offset : new int[] {5, 500_000, disk.lengthBytes(NAME) - 1}) {
            disk.flipBit(NAME, offset, 0);
            assertThrows(OperatingFault.class, () -> newestContent(shelf));
            disk.flipBit(NAME, offset, 0);
        }
        assertEquals(600_000, newestContent(shelf).length);
    }

    @Test
    void saysWhyItRefuses() throws OperatingFault {
        write(disk.hold(), 7, content(7, 10));
        byte[] whole = disk.content(NAME);
        assertRefused("has format 1, this program reads format 0: run one that is newer", NAME, whole, 2);
        assertRefused("does not begin with SN", NAME, whole, 0);
        assertRefused("belongs to cluster", NAME, whole, SnapshotLayout.CLUSTER_ID);
        assertRefused("has a damaged header", NAME, whole, SnapshotLayout.SESSIONS_BYTES);
        assertRefused("has a damaged header", NAME, whole, SnapshotLayout.HEADER_FIXED_BYTES);
        assertRefused("has a damaged chunk 0", NAME, whole, whole.length - SnapshotLayout.TRAILER_BYTES - 1);
        assertRefused("has a damaged chunk 1", NAME, whole, whole.length - 1);
        String otherName = SnapshotLayout.nameOf(8, 3);
        disk.dropFile(NAME);
        disk.putFile(otherName, whole);
        assertTrue(refusal().endsWith("holds entry 7 of term 3, against its name"), refusal());
    }

    @Test
    void believesNoLengthThatAHostileFileClaims() throws OperatingFault {
        write(disk.hold(), 7, content(7, 10));
        byte[] whole = disk.content(NAME);
        int[] lengths = {-1, Integer.MIN_VALUE, Integer.MAX_VALUE, 1 << 16, 1 << 24, 1 << 28};
        int chunkOffset = header(7).encode().capacity();
        int[] places = {SnapshotLayout.MEMBERSHIP_BYTES, SnapshotLayout.SESSIONS_BYTES, chunkOffset};
        for (int place : places) {
            for (int length : lengths) {
                ByteBuffer hostile = ByteBuffer.wrap(whole.clone()).order(ByteOrder.LITTLE_ENDIAN);
                hostile.putInt(place, length);
                hostile.putInt(SnapshotLayout.HEADER_BYTES, headerBytes(hostile));
                disk.killProgram();
                disk.putFile(NAME, hostile.array());
                assertNull(provenShelf(disk.hold()).newest(), "length " + length + " at " + place);
            }
        }
    }

    @Test
    void standsAnyBytes() throws OperatingFault {
        Random random = new Random(42);
        write(disk.hold(), 7, content(7, 500));
        byte[] whole = disk.content(NAME);
        for (int round = 0; round < 4_000; round++) {
            byte[] bytes = random.nextBoolean() ? whole.clone() : new byte[random.nextInt(300)];
            int firstOffset = bytes.length == 0 ? 0 : random.nextInt(bytes.length);
            int lastOffset = Math.min(bytes.length, firstOffset + 1 + random.nextInt(100));
            boolean isOther = bytes.length != whole.length;
            for (int offset = firstOffset; offset < lastOffset; offset++) {
                byte drawn = (byte) random.nextInt();
                isOther |= bytes[offset] != drawn;
                bytes[offset] = drawn;
            }
            disk.killProgram();
            disk.putFile(NAME, bytes);
            assertEquals(isOther ? 0 : 7, newestIndex(provenShelf(disk.hold())));
        }
    }

    /** Each of its numbers alone, under a checksum that is right. */
    @Test
    void refusesATrailerThatSaysOtherwise() throws OperatingFault {
        write(disk.hold(), 7, content(7, 10));
        byte[] whole = disk.content(NAME);
        int trailerOffset = whole.length - SnapshotLayout.TRAILER_BYTES;
        int headerCrc = ByteBuffer.wrap(whole).order(ByteOrder.LITTLE_ENDIAN).getInt(SnapshotLayout.HEADER_CRC);
        for (int place : new int[] {SnapshotLayout.TOTAL_BYTES, SnapshotLayout.FILE_CRC, SnapshotLayout.CHUNK_COUNT}) {
            ByteBuffer trailer =
                    ByteBuffer.allocate(SnapshotLayout.TRAILER_BYTES).order(ByteOrder.LITTLE_ENDIAN);
            trailer.put(0, whole, trailerOffset, SnapshotLayout.TRAILER_BYTES);
            trailer.put(place, (byte) (trailer.get(place) + 1));
            int crc = new SnapshotLayout().crcOf(headerCrc, 1, trailer, SnapshotLayout.TRAILER_BYTES);
            trailer.putInt(SnapshotLayout.CHUNK_CRC, crc);
            byte[] changed = whole.clone();
            trailer.get(0, changed, trailerOffset, SnapshotLayout.TRAILER_BYTES);
            disk.putFile(NAME, changed);
            assertTrue(refusal().endsWith("does not hold what its trailer says"), refusal());
        }
    }

    @Test
    void takesNoChunkOfAnotherFileOrPlace() throws OperatingFault {
        byte[] content = content(7, 3 * SnapshotLayout.CHUNK_PAYLOAD_MAX_BYTES);
        write(disk.hold(), 7, content);
        byte[] whole = disk.content(NAME);
        int chunkBytes = SnapshotLayout.CHUNK_HEAD_BYTES + SnapshotLayout.CHUNK_PAYLOAD_MAX_BYTES;
        int headerBytes = header(7).encode().capacity();
        byte[] swapped = whole.clone();
        System.arraycopy(whole, headerBytes, swapped, headerBytes + chunkBytes, chunkBytes);
        System.arraycopy(whole, headerBytes + chunkBytes, swapped, headerBytes, chunkBytes);
        disk.putFile(NAME, swapped);
        assertTrue(refusal().endsWith("has a damaged chunk 0"), refusal());
        disk.killProgram();
        write(disk.hold(), 8, content);
        byte[] other = disk.content(SnapshotLayout.nameOf(8, 3));
        byte[] mixed = whole.clone();
        System.arraycopy(other, headerBytes + chunkBytes, mixed, headerBytes + chunkBytes, chunkBytes);
        disk.dropFile(SnapshotLayout.nameOf(8, 3));
        disk.putFile(NAME, mixed);
        assertTrue(refusal().endsWith("has a damaged chunk 1"), refusal());
    }

    @Test
    void keepsToNamesOfItsOwn() {
        assertEquals("snapshots/snapshot-00000000000000ff-0000000000000003", SnapshotLayout.nameOf(255, 3));
        assertTrue(SnapshotLayout.isName(SnapshotLayout.nameOf(-1, Long.MIN_VALUE)));
        for (String other : List.of(
                "snapshots/snapshot-00000000000000ff-000000000000000",
                "snapshots/snapshot-00000000000000FF-0000000000000003",
                "snapshots/snapshot-00000000000000ff00000000000000003",
                "snapshots/snapshot-0000000000000ff-00000000000000003",
                "snapshots/snapshot_00000000000000ff-0000000000000003",
                "segments/snapshot-000000000000000ff-0000000000000003",
                "snapshots/snapshot-00000000000000ff-00000000000000-3",
                "notes")) {
            assertTrue(!SnapshotLayout.isName(other), other);
        }
        assertEquals(255, SnapshotLayout.indexOf(SnapshotLayout.nameOf(255, 3)));
        assertEquals(3, SnapshotLayout.termOf(SnapshotLayout.nameOf(255, 3)));
    }

    private static int headerBytes(ByteBuffer head) {
        return 64 + head.getInt(SnapshotLayout.MEMBERSHIP_BYTES) + head.getInt(SnapshotLayout.SESSIONS_BYTES) + 7 & -8;
    }

    private void assertRefused(String sentence, String name, byte[] whole, int offset) throws OperatingFault {
        byte[] changed = whole.clone();
        changed[offset] ^= 1;
        disk.putFile(name, changed);
        assertTrue(refusal().contains(sentence), refusal());
        assertTrue(refusal().startsWith(name), refusal());
    }

    private String refusal() throws OperatingFault {
        disk.killProgram();
        SnapshotShelf shelf = SnapshotShelf.open(disk.hold(), CLUSTER_ID);
        prove(shelf);
        assertEquals(1, shelf.refusals().size());
        return shelf.refusals().get(0);
    }

    private StorageDirectory hold() throws OperatingFault {
        return ((DirectoryVerdict.Held) FileDirectory.hold(parent.resolve("data"))).directory();
    }
}
