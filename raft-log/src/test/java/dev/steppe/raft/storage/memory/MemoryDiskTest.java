package dev.steppe.raft.storage.memory;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steppe.base.OperatingFault;
import dev.steppe.raft.storage.PrepareVerdict;
import dev.steppe.raft.storage.SequentialFile;
import dev.steppe.raft.storage.StorageDirectory;
import dev.steppe.raft.storage.StorageFile;
import dev.steppe.raft.storage.memory.MemoryDisk.AfterFailedForce;
import dev.steppe.runtime.clock.SeededEntropy;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class MemoryDiskTest {
    private static final int PAGE = MemoryFile.PAGE_BYTES;
    private static final PageFate NAMES_LOST = (name, page) -> MemoryFile.ALL_SECTORS;

    private final MemoryDisk disk = new MemoryDisk();
    private StorageDirectory directory;
    private StorageFile file;

    @BeforeEach
    void prepare() throws OperatingFault {
        directory = disk.hold();
        assertEquals(PrepareVerdict.PREPARED, directory.prepare("a", 3 * PAGE, page(1)));
        file = directory.open("a");
    }

    private static ByteBuffer page(int value) {
        byte[] bytes = new byte[PAGE];
        Arrays.fill(bytes, (byte) value);
        return ByteBuffer.wrap(bytes);
    }

    private int at(int offset) {
        return disk.content("a")[offset];
    }

    @Test
    void keepsWhatWasForcedAndLosesTheRest() throws OperatingFault {
        file.write(PAGE, page(2));
        file.force();
        file.write(2 * PAGE, page(3));
        file.write(PAGE, page(4));
        assertEquals(4, file.mapping().get(PAGE));
        disk.losePower(PageFate.LOSE_ALL);
        assertEquals(List.of(1, 2, 0), List.of(at(0), at(PAGE), at(2 * PAGE)));
    }

    @Test
    void mixesSectorsOfEveryRecentVersion() throws OperatingFault {
        file.write(0, page(2));
        disk.writeBack("a", 0, 0b0011);
        file.write(0, page(3));
        disk.losePower((name, page) -> 0b1000_0000);
        List<Integer> sectors = List.of(at(0), at(512), at(1024), at(7 * 512 - 1), at(7 * 512));
        assertEquals(List.of(2, 2, 1, 1, 3), sectors);
    }

    @Test
    void takesAWrittenBackPageForClean() throws OperatingFault {
        file.write(0, page(2));
        file.write(PAGE, page(2));
        disk.writeBack("a", 0);
        assertEquals("{1}", disk.dirtyPages("a").toString());
        disk.losePower(PageFate.LOSE_ALL);
        assertEquals(List.of(2, 0), List.of(at(0), at(PAGE)));
    }

    @Test
    void forgetsPagesThatAForceFailedToWrite() throws OperatingFault {
        for (AfterFailedForce how : AfterFailedForce.values()) {
            file.write(0, page(2));
            disk.failAt(disk.stepCount(), how);
            assertThrows(OperatingFault.class, file::force);
            assertEquals(how == AfterFailedForce.KEPT ? 2 : 1, at(0));
            file.write(PAGE, page(7));
            file.force();
            disk.losePower(PageFate.LOSE_ALL);
            assertEquals(List.of(1, 7), List.of(at(0), at(PAGE)), how::toString);
            directory = disk.hold();
            file = directory.open("a");
        }
    }

    @Test
    void liesOnceAboutAForce() throws OperatingFault {
        file.write(0, page(2));
        disk.lieAt(disk.stepCount());
        file.force();
        file.force();
        file.write(PAGE, page(3));
        file.force();
        disk.losePower(PageFate.KEEP_ALL);
        assertEquals(List.of(1, 3), List.of(at(0), at(PAGE)));
    }

    @Test
    void writesAPageToAnotherPlace() throws OperatingFault {
        directory.prepare("b", PAGE, page(9));
        disk.misdirect("a", 1, "b", 0);
        file.write(PAGE, page(2));
        file.force();
        assertEquals(2, at(PAGE));
        assertEquals(9, disk.content("b")[0]);
        disk.losePower(PageFate.KEEP_ALL);
        assertEquals(0, at(PAGE));
        assertEquals(2, disk.content("b")[0]);
        StorageFile again = disk.hold().open("a");
        again.write(PAGE, page(3));
        again.force();
        disk.losePower(PageFate.KEEP_ALL);
        assertEquals(3, at(PAGE));
    }

    @Test
    void rotsAtRest() throws OperatingFault {
        file.write(0, page(2));
        disk.flipBit("a", 0, 3);
        assertEquals(2 + 8, at(0));
        disk.losePower(PageFate.LOSE_ALL);
        assertEquals(1 + 8, at(0));
    }

    @Test
    void losesNamesWhoseFolderWasNotSynced() throws OperatingFault {
        long firstStep = disk.stepCount();
        for (int step = 0; step < 4; step++) {
            MemoryDisk crashing = disk.copy();
            StorageDirectory held = crashing.hold();
            crashing.crashAt(crashing.stepCount() + step);
            assertThrows(OperatingFault.class, () -> held.prepare("segments/b", PAGE, page(5)));
            crashing.losePower(step % 2 == 0 ? PageFate.KEEP_ALL : NAMES_LOST);
            assertEquals(List.of("a"), crashing.names(), "step " + step);
        }
        disk.crashAt(firstStep + 3);
        assertThrows(OperatingFault.class, () -> directory.prepare("segments/b", PAGE, page(5)));
        disk.losePower(PageFate.KEEP_ALL);
        assertEquals(List.of("a", "segments/b"), disk.names());
        assertEquals(5, disk.content("segments/b")[PAGE - 1]);
    }

    /** Found by seed 10414 of the world raft: a life that is killed before its sync, and one that trusts the name. */
    @Test
    void takesTheNamesOfAKilledLifeToTheDiskWhenTheNextOneBegins() throws OperatingFault {
        disk.crashAt(disk.stepCount() + 3);
        assertThrows(OperatingFault.class, () -> directory.prepare("segments/b", PAGE, page(5)));
        disk.killProgram();
        assertEquals(List.of("segments/b"), disk.unsyncedNames());
        disk.hold();
        assertEquals(List.of(), disk.unsyncedNames());
        disk.losePower(NAMES_LOST);
        assertEquals(List.of("a", "segments/b"), disk.names());
    }

    @Test
    void leavesAnEmptyFileWhereAForceLied() throws OperatingFault {
        disk.lieAt(disk.stepCount() + 1);
        directory.prepare("b", PAGE, page(5));
        disk.losePower(PageFate.LOSE_ALL);
        assertEquals(0, disk.lengthBytes("b"));
    }

    @Test
    void renamesAFileAsAWhole() throws OperatingFault {
        for (int step = 0; step < 2; step++) {
            for (boolean isKept : List.of(true, false)) {
                MemoryDisk crashing = disk.copy();
                StorageDirectory held = crashing.hold();
                crashing.crashAt(crashing.stepCount() + step);
                assertThrows(OperatingFault.class, () -> held.rename("a", "c"));
                crashing.losePower(isKept ? PageFate.KEEP_ALL : NAMES_LOST);
                boolean isRenamed = step == 1 && isKept;
                assertEquals(List.of(isRenamed ? "c" : "a"), crashing.names());
            }
        }
        directory.rename("a", "folder/c");
        disk.losePower(PageFate.LOSE_ALL);
        assertEquals(List.of("folder/c"), disk.names());
        assertEquals(List.of(), disk.unsyncedNames());
    }

    @Test
    void hasNoRoomBeyondItsLimit() throws OperatingFault {
        disk.limitTo(4 * PAGE);
        assertEquals(PrepareVerdict.NO_SPACE, directory.prepare("b", 2 * PAGE, page(1)));
        assertEquals(List.of("a"), disk.names());
        assertEquals(PrepareVerdict.PREPARED, directory.prepare("b", PAGE, page(1)));
        directory.delete("b");
        assertEquals(PrepareVerdict.PREPARED, directory.prepare("c", PAGE, page(1)));
    }

    @Test
    void addsUpHowLongItTook() throws OperatingFault {
        assertEquals(0, disk.takeDelayNs());
        disk.slowDown(10, 1_000);
        file.write(0, page(2));
        file.write(PAGE, page(2));
        file.force();
        assertEquals(1_020, disk.takeDelayNs());
        assertEquals(0, disk.takeDelayNs());
    }

    @Test
    void becomesAnotherDiskAgainAndAgain() throws OperatingFault {
        file.write(PAGE, page(2));
        MemoryDisk copy = disk.copy();
        for (int round = 0; round < 3; round++) {
            StorageFile copied = copy.hold().open("a");
            copied.write(2 * PAGE, page(8));
            copied.force();
            copy.flipBit("a", 5, 1);
            copy.become(disk);
            assertArrayEquals(disk.content("a"), copy.content("a"));
            assertEquals(disk.dirtyPages("a"), copy.dirtyPages("a"));
        }
        file.write(0, page(6));
        copy.become(disk);
        assertEquals(6, copy.content("a")[0]);
        copy.losePower(PageFate.LOSE_ALL);
        assertEquals(List.of(1, 0), List.of((int) copy.content("a")[0], (int) copy.content("a")[PAGE]));
    }

    @Test
    void drawsTheSameFateFromTheSameSeed() throws OperatingFault {
        boolean[] seen = new boolean[4];
        for (int seed = 0; seed < 40; seed++) {
            MemoryDisk first = written();
            MemoryDisk second = written();
            first.losePower(new SeededFate(new SeededEntropy(seed)));
            second.losePower(new SeededFate(new SeededEntropy(seed)));
            byte[] content = first.content("a");
            assertArrayEquals(content, second.content("a"));
            int sum = content[0] + content[PAGE] + content[2 * PAGE];
            seen[sum == 0 ? 0 : sum == 9 ? 1 : 2] = true;
            seen[3] |= content[0] != content[PAGE - 1];
        }
        assertArrayEquals(new boolean[] {true, true, true, true}, seen);
    }

    private static MemoryDisk written() throws OperatingFault {
        MemoryDisk written = new MemoryDisk();
        StorageDirectory held = written.hold();
        held.prepare("a", 3 * PAGE, ByteBuffer.allocate(0));
        StorageFile target = held.open("a");
        for (int i = 0; i < 3; i++) {
            target.write(i * PAGE, page(3));
        }
        return written;
    }

    @Test
    void growsASequentialFileByWhatSurvives() throws OperatingFault {
        SequentialFile sequence = directory.create("s");
        sequence.append(page(1));
        sequence.force();
        sequence.publish();
        disk.losePower(PageFate.LOSE_ALL);
        assertEquals(PAGE, disk.lengthBytes("s"));
        assertTrue(disk.names().contains("s"));
    }
}
