package dev.steppe.raft.snapshot;

import static dev.steppe.raft.snapshot.SnapshotFixture.content;
import static dev.steppe.raft.snapshot.SnapshotFixture.newestContent;
import static dev.steppe.raft.snapshot.SnapshotFixture.newestIndex;
import static dev.steppe.raft.snapshot.SnapshotFixture.prove;
import static dev.steppe.raft.snapshot.SnapshotFixture.provenShelf;
import static dev.steppe.raft.snapshot.SnapshotFixture.write;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steppe.base.OperatingFault;
import dev.steppe.raft.storage.StorageDirectory;
import dev.steppe.raft.storage.memory.MemoryDisk;
import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class SnapshotShelfTest {
    private static final int BYTES = 10_000;

    private final MemoryDisk disk = new MemoryDisk();
    private StorageDirectory directory;

    @BeforeEach
    void hold() throws OperatingFault {
        directory = disk.hold();
    }

    @Test
    void isEmptyAtFirst() throws OperatingFault {
        SnapshotShelf shelf = provenShelf(directory);
        assertNull(shelf.newest());
        assertNull(shelf.read());
        assertNull(shelf.send());
        assertEquals(0, shelf.prefixEndIndex());
        assertFalse(shelf.removeNext());
    }

    @Test
    void letsTheLogGoUpToTheOlderOfTwo() throws OperatingFault {
        SnapshotShelf shelf = provenShelf(directory);
        add(shelf, 5);
        prove(shelf);
        assertEquals(0, shelf.prefixEndIndex());
        add(shelf, 10);
        assertEquals(0, shelf.prefixEndIndex());
        prove(shelf);
        assertEquals(5, shelf.prefixEndIndex());
    }

    @Test
    void fallsBackToTheOneBeforeARottenOne() throws OperatingFault {
        writeAll(5, 10, 15);
        disk.flipBit(SnapshotLayout.nameOf(15, 3), 5_000, 1);
        SnapshotShelf shelf = provenShelf(directory);
        assertEquals(10, newestIndex(shelf));
        assertArrayEquals(content(10, BYTES), newestContent(shelf));
        assertEquals(5, shelf.prefixEndIndex());
        assertEquals(1, shelf.refusals().size());
        assertFalse(shelf.removeNext());
        add(shelf, 20);
        prove(shelf);
        assertTrue(shelf.removeNext());
        assertFalse(shelf.removeNext());
        assertEquals(List.of(name(10), name(15), name(20)), directory.names());
        add(shelf, 25);
        prove(shelf);
        assertTrue(shelf.removeNext());
        assertTrue(shelf.removeNext());
        assertFalse(shelf.removeNext());
        assertEquals(List.of(name(20), name(25)), directory.names());
        assertEquals(List.of(), shelf.refusals());
    }

    @Test
    void provesAnewWhatTookTheSameName() throws OperatingFault {
        writeAll(5, 10);
        SnapshotShelf shelf = provenShelf(directory);
        assertEquals(10, newestIndex(shelf));
        add(shelf, 10);
        assertEquals(5, newestIndex(shelf));
        assertTrue(shelf.proveNext());
        add(shelf, 10);
        prove(shelf);
        assertEquals(10, newestIndex(shelf));
        assertEquals(List.of(name(5), name(10)), directory.names());
    }

    @Test
    void keepsWhatATransferReads() throws OperatingFault {
        writeAll(5);
        SnapshotShelf shelf = provenShelf(directory);
        SnapshotSender first = shelf.send();
        SnapshotSender second = shelf.send();
        assertNotNull(first);
        assertNotNull(second);
        add(shelf, 10);
        add(shelf, 15);
        add(shelf, 20);
        prove(shelf);
        assertTrue(shelf.removeNext());
        assertEquals(List.of(name(5), name(15), name(20)), directory.names());
        first.close();
        first.close();
        assertFalse(shelf.removeNext());
        assertEquals(5, second.position().index());
        second.close();
        assertTrue(shelf.removeNext());
        assertEquals(List.of(name(15), name(20)), directory.names());
    }

    @Test
    void leavesAloneWhatItDoesNotKnow() throws OperatingFault {
        disk.putFile("snapshots/notes", new byte[] {1});
        disk.putFile("segments/segment-0000000000000001", new byte[8_192]);
        writeAll(5, 10, 15);
        SnapshotShelf shelf = provenShelf(directory);
        assertTrue(shelf.removeNext());
        assertFalse(shelf.removeNext());
        assertTrue(directory.names().contains("snapshots/notes"));
        assertTrue(directory.names().contains("segments/segment-0000000000000001"));
    }

    @Test
    void sendsAnyRangeAndNoOther() throws OperatingFault {
        writeAll(5);
        byte[] whole = disk.content(name(5));
        try (SnapshotSender sender = provenShelf(directory).send()) {
            assertNotNull(sender);
            assertEquals(whole.length, sender.totalBytes());
            ByteBuffer target = ByteBuffer.allocateDirect(1_000);
            target.position(10).limit(900);
            assertEquals(890, sender.read(4_000, target));
            assertEquals(900, target.position());
            assertEquals(900, target.limit());
            assertEquals(whole[4_000], target.get(10));
            assertEquals(whole[4_889], target.get(899));
            target.clear();
            assertEquals(3, sender.read(whole.length - 3, target));
            assertEquals(0, sender.read(whole.length, target));
            assertEquals(3, target.position());
            assertEquals(1_000, target.limit());
            for (long offsetBytes : new long[] {-1, whole.length + 1, Long.MIN_VALUE, Long.MAX_VALUE}) {
                assertEquals(SnapshotSender.NO_SUCH_OFFSET, sender.read(offsetBytes, target));
            }
        }
    }

    private void writeAll(long... indexes) throws OperatingFault {
        for (long index : indexes) {
            write(directory, index, content(index, BYTES));
        }
    }

    private void add(SnapshotShelf shelf, long index) throws OperatingFault {
        writeAll(index);
        shelf.added(SnapshotFixture.header(index).position());
    }

    private static String name(long index) {
        return SnapshotLayout.nameOf(index, 3);
    }
}
