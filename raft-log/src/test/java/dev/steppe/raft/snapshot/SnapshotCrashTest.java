package dev.steppe.raft.snapshot;

import static dev.steppe.raft.snapshot.SnapshotFixture.CLUSTER_ID;
import static dev.steppe.raft.snapshot.SnapshotFixture.FORCE_EVERY_BYTES;
import static dev.steppe.raft.snapshot.SnapshotFixture.content;
import static dev.steppe.raft.snapshot.SnapshotFixture.finish;
import static dev.steppe.raft.snapshot.SnapshotFixture.header;
import static dev.steppe.raft.snapshot.SnapshotFixture.image;
import static dev.steppe.raft.snapshot.SnapshotFixture.newestContent;
import static dev.steppe.raft.snapshot.SnapshotFixture.newestIndex;
import static dev.steppe.raft.snapshot.SnapshotFixture.prove;
import static dev.steppe.raft.snapshot.SnapshotFixture.provenShelf;
import static dev.steppe.raft.snapshot.SnapshotFixture.write;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steppe.base.OperatingFault;
import dev.steppe.raft.storage.LatchedDirectory;
import dev.steppe.raft.storage.StorageDirectory;
import dev.steppe.raft.storage.memory.MemoryDisk;
import dev.steppe.raft.storage.memory.PageFate;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Two snapshots lie there; a third is written, proven, and the first removed. Whatever ends that, wherever, there are
 * two that can be believed, and the third from the moment it was said to be there.
 */
final class SnapshotCrashTest {
    private static final int BYTES = 700_000;

    private final MemoryDisk before = new MemoryDisk();
    private final MemoryDisk disk = new MemoryDisk();
    private boolean isWritten;
    private long prefixEndIndex;

    @BeforeEach
    void writeTwo() throws OperatingFault {
        StorageDirectory directory = before.hold();
        write(directory, 5, content(5, BYTES));
        write(directory, 10, content(10, BYTES));
        before.killProgram();
    }

    @Test
    void leavesTheOldOrTheNewWhereverThePowerIsLost() throws OperatingFault {
        long stepCount = stepsOfTheWhole();
        assertTrue(stepCount > 10, "steps " + stepCount);
        Random random = new Random(1);
        List<PageFate> fates = List.of(PageFate.LOSE_ALL, PageFate.KEEP_ALL, chance(random), chance(random));
        for (int step = 0; step <= stepCount; step++) {
            for (PageFate fate : fates) {
                begin();
                disk.crashAt(disk.stepCount() + step);
                assertEquals(step == stepCount, run());
                disk.losePower(fate);
                check("power lost at step " + step);
            }
        }
    }

    @Test
    void leavesTheOldOrTheNewWhereverTheProgramDies() throws OperatingFault {
        long stepCount = stepsOfTheWhole();
        for (int step = 0; step < stepCount; step++) {
            begin();
            disk.crashAt(disk.stepCount() + step);
            assertEquals(false, run());
            disk.killProgram();
            check("died at step " + step);
        }
    }

    @Test
    void leavesTheOldOrTheNewWhereverTheDiskFails() throws OperatingFault {
        long stepCount = stepsOfTheWhole();
        for (MemoryDisk.AfterFailedForce how : MemoryDisk.AfterFailedForce.values()) {
            for (int step = 0; step < stepCount; step++) {
                begin();
                disk.failAt(disk.stepCount() + step, how);
                assertEquals(false, run());
                disk.losePower(PageFate.LOSE_ALL);
                check("failed at step " + step);
            }
        }
    }

    @Test
    void believesNoDiskThatLied() throws OperatingFault {
        long stepCount = stepsOfTheWhole();
        for (int step = 0; step < stepCount; step++) {
            begin();
            disk.lieAt(disk.stepCount() + step);
            assertTrue(run());
            disk.losePower(PageFate.LOSE_ALL);
            SnapshotShelf shelf = provenShelf(disk.hold());
            long newestIndex = newestIndex(shelf);
            assertTrue(newestIndex >= 10, "lied at step " + step);
            assertArrayEquals(content(newestIndex, BYTES), newestContent(shelf), "lied at step " + step);
        }
    }

    @Test
    void leavesNothingOnAFullDiskWhereverItIsFull() throws OperatingFault {
        begin();
        long usedBytes = disk.names().stream().mapToLong(disk::lengthBytes).sum();
        int noSpaceCount = 0;
        for (int freeBytes = 0; freeBytes < BYTES + 1_000; freeBytes += freeBytes < 1_000 ? 50 : 40_000) {
            begin();
            disk.limitTo(usedBytes + freeBytes);
            StorageDirectory directory = disk.hold();
            SnapshotWriter writer = writer(directory);
            SnapshotProgress progress = finish(writer);
            if (progress == SnapshotProgress.NO_SPACE) {
                noSpaceCount++;
                assertEquals(before.names(), disk.names());
                assertEquals(10, newestIndex(provenShelf(directory)));
                disk.limitTo(usedBytes + BYTES + 1_000);
                assertEquals(SnapshotProgress.DONE, finish(writer(directory)), "free " + freeBytes);
            }
        }
        assertTrue(noSpaceCount > 30, "no space " + noSpaceCount);
    }

    @Test
    void leavesNothingOfAnImageThatIsGivenUp() throws OperatingFault {
        begin();
        StorageDirectory directory = disk.hold();
        SnapshotWriter writer = writer(directory);
        for (int step = 0; step < 5; step++) {
            assertEquals(SnapshotProgress.GOES_ON, writer.step());
        }
        assertTrue(writer.writtenBytes() > 0);
        writer.close();
        assertEquals(before.names(), disk.names());
        disk.limitTo(3L * (BYTES + 1_000));
        assertEquals(SnapshotProgress.DONE, finish(writer(directory)));
    }

    private long stepsOfTheWhole() throws OperatingFault {
        begin();
        long firstStep = disk.stepCount();
        assertTrue(run());
        return disk.stepCount() - firstStep;
    }

    private void begin() {
        disk.become(before);
        disk.limitTo(Long.MAX_VALUE);
        isWritten = false;
        prefixEndIndex = 0;
    }

    /** Writes, proves, removes; false if the disk got in the way. */
    private boolean run() throws OperatingFault {
        LatchedDirectory directory = new LatchedDirectory(disk.hold());
        SnapshotShelf shelf = provenShelf(directory);
        prefixEndIndex = shelf.prefixEndIndex();
        try (SnapshotWriter writer = writer(directory)) {
            assertEquals(SnapshotProgress.DONE, finish(writer));
            isWritten = true;
            shelf.added(writer.header().position());
            assertEquals(false, shelf.removeNext());
            prove(shelf);
            prefixEndIndex = shelf.prefixEndIndex();
            assertTrue(shelf.removeNext());
            assertEquals(false, shelf.removeNext());
        } catch (OperatingFault fault) {
            assertThrows(OperatingFault.class, () -> directory.delete("snapshots/none"));
            return false;
        }
        assertEquals(10, prefixEndIndex);
        assertEquals(List.of(SnapshotLayout.nameOf(10, 3), SnapshotLayout.nameOf(15, 3)), directory.names());
        return true;
    }

    /** Two are there, as they were written, and they reach back to where the log may begin. */
    private void check(String when) throws OperatingFault {
        SnapshotShelf shelf = provenShelf(disk.hold());
        assertEquals(List.of(), shelf.refusals(), when);
        long newestIndex = newestIndex(shelf);
        assertTrue(newestIndex == 15 || (newestIndex == 10 && !isWritten), when + ": " + newestIndex);
        assertArrayEquals(content(newestIndex, BYTES), newestContent(shelf), when);
        assertEquals(newestIndex - 5, shelf.prefixEndIndex(), when);
        assertTrue(prefixEndIndex <= shelf.prefixEndIndex(), when);
    }

    private static SnapshotWriter writer(StorageDirectory directory) throws OperatingFault {
        return new SnapshotWriter(directory, header(15), image(content(15, BYTES), 50_000), FORCE_EVERY_BYTES);
    }

    private static PageFate chance(Random random) {
        return new PageFate() {
            @Override
            public int survivingSectors(String name, int page) {
                return random.nextInt(256);
            }

            @Override
            public boolean isNameKept(String name) {
                return random.nextBoolean();
            }
        };
    }

    @Test
    void belongsToOneCluster() throws OperatingFault {
        SnapshotShelf shelf = SnapshotShelf.open(before.hold(), CLUSTER_ID + 1);
        prove(shelf);
        assertEquals(0, newestIndex(shelf));
        assertEquals(2, shelf.refusals().size());
    }
}
