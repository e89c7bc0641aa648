package dev.steppe.raft.storage.memory;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steppe.base.OperatingFault;
import dev.steppe.raft.storage.FileVerdict;
import dev.steppe.raft.storage.LatchedDirectory;
import dev.steppe.raft.storage.SequentialFile;
import dev.steppe.raft.storage.StorageDirectory;
import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a power loss and other faults leave of sequential files on the disk in memory. */
final class MemorySequenceTest {
    private static final String NAME = "snapshots/one";

    private final MemoryDisk disk = new MemoryDisk();

    @Test
    void losesANameWhoseFolderWasNotSynced() throws OperatingFault {
        crashInSyncOf(() -> publish(disk.hold(), 1));
        assertEquals(List.of(NAME), disk.unsyncedNames());
        MemoryDisk other = disk.copy();
        disk.losePower(PageFate.LOSE_ALL);
        assertEquals(List.of(), disk.names());
        other.losePower(PageFate.KEEP_ALL);
        assertArrayEquals(new byte[] {1}, other.content(NAME));
        assertEquals(List.of(), other.unsyncedNames());
    }

    @Test
    void bringsBackANameWhoseRemovalWasNotSynced() throws OperatingFault {
        StorageDirectory directory = disk.hold();
        publish(directory, 1);
        disk.crashAt(disk.stepCount() + 1);
        assertThrows(OperatingFault.class, () -> directory.delete(NAME));
        assertEquals(List.of(), disk.names());
        MemoryDisk other = disk.copy();
        other.losePower(PageFate.KEEP_ALL);
        assertEquals(List.of(), other.names());
        disk.losePower(PageFate.LOSE_ALL);
        assertArrayEquals(new byte[] {1}, disk.content(NAME));
    }

    @Test
    void holdsTheOldFileUntilTheNewNameIsSynced() throws OperatingFault {
        StorageDirectory directory = disk.hold();
        publish(directory, 1);
        disk.crashAt(disk.stepCount() + 3);
        assertThrows(OperatingFault.class, () -> publish(directory, 2));
        assertArrayEquals(new byte[] {2}, disk.content(NAME));
        MemoryDisk other = disk.copy();
        other.losePower(PageFate.KEEP_ALL);
        assertArrayEquals(new byte[] {2}, other.content(NAME));
        disk.losePower(PageFate.LOSE_ALL);
        assertArrayEquals(new byte[] {1}, disk.content(NAME));
    }

    @Test
    void keepsANamedFileAsLongAsWhatWasForced() throws OperatingFault {
        StorageDirectory directory = disk.hold();
        SequentialFile file = directory.create(NAME);
        file.append(ByteBuffer.allocateDirect(5_000));
        disk.lieAt(disk.stepCount());
        file.force();
        file.publish();
        MemoryDisk torn = disk.copy();
        disk.losePower(PageFate.LOSE_ALL);
        assertEquals(0, disk.lengthBytes(NAME));
        torn.losePower((name, page) -> page == 0 ? 0b11 : 0);
        assertEquals(0, torn.lengthBytes(NAME));
    }

    @Test
    void keepsTheSectorsThatSurvive() throws OperatingFault {
        StorageDirectory directory = disk.hold();
        SequentialFile file = directory.create(NAME);
        file.append(ByteBuffer.allocateDirect(5_000).put(1_000, (byte) 7));
        disk.writeBack(NAME, 0);
        file.force();
        file.publish();
        disk.losePower(PageFate.LOSE_ALL);
        assertEquals(5_000, disk.lengthBytes(NAME));
        assertEquals(7, disk.content(NAME)[1_000]);
    }

    @Test
    void refusesOnAFullDiskAndTakesMoreWhenThereIsRoom() throws OperatingFault {
        StorageDirectory directory = disk.hold();
        disk.limitTo(10_000);
        try (SequentialFile file = directory.create(NAME)) {
            assertEquals(FileVerdict.DONE, file.append(ByteBuffer.allocateDirect(8_000)));
            ByteBuffer more = ByteBuffer.allocateDirect(3_000);
            assertEquals(FileVerdict.NO_SPACE, file.append(more));
            assertEquals(3_000, more.remaining());
            assertEquals(8_000, file.lengthBytes());
            disk.limitTo(11_000);
            assertEquals(FileVerdict.DONE, file.append(more));
        }
        assertEquals(FileVerdict.DONE, directory.create(NAME).append(ByteBuffer.allocateDirect(11_000)));
    }

    @Test
    void isGivenUpAfterAnyFailedStep() throws OperatingFault {
        for (int failingStep = 0; failingStep < 4; failingStep++) {
            MemoryDisk failing = new MemoryDisk();
            LatchedDirectory directory = new LatchedDirectory(failing.hold());
            failing.failAt(failingStep, MemoryDisk.AfterFailedForce.KEPT);
            assertThrows(OperatingFault.class, () -> publish(directory, 1));
            assertTrue(directory.isLatched());
            long stepCount = failing.stepCount();
            assertThrows(OperatingFault.class, () -> publish(directory, 1));
            assertThrows(OperatingFault.class, () -> directory.delete(NAME));
            assertEquals(stepCount, failing.stepCount());
        }
    }

    private void crashInSyncOf(Program program) {
        disk.crashAt(disk.stepCount() + 3);
        assertThrows(OperatingFault.class, program::run);
    }

    private static void publish(StorageDirectory directory, int content) throws OperatingFault {
        try (SequentialFile file = directory.create(NAME)) {
            file.append(ByteBuffer.allocateDirect(1).put(0, (byte) content));
            file.force();
            file.publish();
        }
    }

    /** Something that uses the disk. */
    private interface Program {
        void run() throws OperatingFault;
    }
}
