package dev.steppe.raft.rescue;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steppe.base.OperatingFault;
import dev.steppe.raft.storage.memory.MemoryDisk;
import dev.steppe.raft.storage.memory.PageFate;
import dev.steppe.raft.storage.memory.SeededFate;
import dev.steppe.runtime.clock.SeededEntropy;
import java.util.List;
import java.util.NavigableMap;
import org.junit.jupiter.api.Test;

/**
 * A rescue that ends at any of its steps: nothing was begun, or no server starts on what is there, or the new group is
 * whole. Once it was said to stand, it stands.
 */
final class RescueCrashSweepTest {
    private static final List<PageFate> FATES =
            List.of(PageFate.LOSE_ALL, PageFate.KEEP_ALL, new SeededFate(new SeededEntropy(5)));

    private final MemoryDisk old = new MemoryDisk();
    private int refusedCount;
    private int wholeCount;

    @Test
    void leavesNothingOrTheWholeWhereverThePowerIsLost() throws OperatingFault {
        NavigableMap<Long, Long> before = LoneServer.run(old, LoneServer.config(LoneServer.OLD, 32 << 10), 150);
        MemoryDisk whole = new MemoryDisk();
        LoneServer.rescue(old, whole, LoneServer.NEW);
        long stepCount = whole.stepCount();
        for (long step = 0; step <= stepCount; step++) {
            for (PageFate fate : FATES) {
                MemoryDisk disk = new MemoryDisk();
                disk.crashAt(step);
                boolean isDone = isDone(disk);
                assertEquals(step == stepCount, isDone, "step " + step + " of " + stepCount);
                disk.losePower(fate);
                check(disk, before, isDone, "step " + step);
            }
        }
        assertTrue(refusedCount > stepCount && wholeCount >= FATES.size(), refusedCount + ", " + wholeCount);
    }

    @Test
    void leavesNothingOrTheWholeWhereverTheDiskFails() throws OperatingFault {
        NavigableMap<Long, Long> before = LoneServer.run(old, LoneServer.config(LoneServer.OLD, 32 << 10), 150);
        MemoryDisk whole = new MemoryDisk();
        LoneServer.rescue(old, whole, LoneServer.NEW);
        for (long step = 0; step < whole.stepCount(); step++) {
            MemoryDisk disk = new MemoryDisk();
            disk.failAt(step, MemoryDisk.AfterFailedForce.KEPT);
            boolean isDone = isDone(disk);
            assertTrue(!isDone, "a failed step was not noticed: " + step);
            disk.losePower(PageFate.LOSE_ALL);
            check(disk, before, isDone, "step " + step);
        }
    }

    private boolean isDone(MemoryDisk disk) {
        try {
            return LoneServer.rescue(old, disk, LoneServer.NEW) instanceof RescueVerdict.Rescued;
        } catch (OperatingFault died) {
            old.killProgram();
            return false;
        }
    }

    private void check(MemoryDisk disk, NavigableMap<Long, Long> before, boolean isDone, String what)
            throws OperatingFault {
        if (!isDone && disk.names().isEmpty()) {
            return;
        }
        if (!isDone && !disk.names().contains("identity")) {
            OperatingFault refusal = assertThrows(
                    OperatingFault.class, () -> LoneServer.run(disk, LoneServer.config(LoneServer.NEW, 0), 0), what);
            assertTrue(refusal.getMessage().contains("DAMAGED_IDENTITY"), refusal::getMessage);
            refusedCount++;
            return;
        }
        assertTrue(disk.names().contains("rescues"), what);
        NavigableMap<Long, Long> after = LoneServer.run(disk, LoneServer.config(LoneServer.NEW, 0), 1);
        assertEquals(before, after.headMap(before.lastKey(), true), what);
        wholeCount++;
    }
}
