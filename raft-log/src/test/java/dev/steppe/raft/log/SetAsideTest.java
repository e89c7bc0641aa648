package dev.steppe.raft.log;

import static dev.steppe.raft.log.LogFixture.IDENTITY;
import static dev.steppe.raft.log.LogFixture.SMALL;
import static dev.steppe.raft.log.LogFixture.clean;
import static dev.steppe.raft.log.LogFixture.entries;
import static dev.steppe.raft.log.LogFixture.openClean;
import static dev.steppe.raft.log.LogFixture.position;
import static dev.steppe.raft.log.LogFixture.recover;
import static dev.steppe.raft.log.LogFixture.text;
import static dev.steppe.raft.log.LogFixture.writeForced;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steppe.base.OperatingFault;
import dev.steppe.raft.log.RecoveryVerdict.Damaged;
import dev.steppe.raft.log.RecoveryVerdict.Foreign;
import dev.steppe.raft.log.RecoveryVerdict.OpenLog;
import dev.steppe.raft.log.RecoveryVerdict.Reason;
import dev.steppe.raft.log.layout.LogIdentity;
import dev.steppe.raft.log.layout.LogPosition;
import dev.steppe.raft.log.layout.SegmentLayout;
import dev.steppe.raft.log.vault.Quarantine;
import dev.steppe.raft.storage.memory.MemoryDisk;
import dev.steppe.raft.storage.memory.PageFate;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A damaged log makes room for an empty one. */
final class SetAsideTest {
    private final MemoryDisk disk = new MemoryDisk();
    private LogPosition snapshot;

    @BeforeEach
    void damage() throws OperatingFault {
        OpenLog open = openClean(disk);
        for (int i = 0; i < 5; i++) {
            writeForced(open.log(), 1, text("a" + i, 6_000), text("b" + i, 1_000));
        }
        open.vault().store(7, 3, Quarantine.NONE);
        snapshot = position(open.log(), 3);
        open.close();
        disk.flipBit(SegmentLayout.nameOf(4), 5_000, 1);
    }

    private static RecoveryVerdict setAside(MemoryDisk disk, LogPosition snapshot) throws OperatingFault {
        return LogRecovery.setAside(disk.hold(), IDENTITY, SMALL, LogFixture.ENTROPY, snapshot);
    }

    @Test
    void keepsEveryFileAndTheIdentity() throws OperatingFault {
        byte[] damaged = disk.content(SegmentLayout.nameOf(4));
        OpenLog open = clean(setAside(disk, LogPosition.ORIGIN));
        assertEquals(LogFixture.DIRECTORY_ID, open.directoryId());
        assertEquals(2, open.incarnation());
        assertEquals(Quarantine.DAMAGED, open.vault().quarantine());
        assertEquals(7, open.vault().term());
        assertEquals(3, open.vault().votedFor());
        assertEquals(List.of(), entries(open.log()));
        assertArrayEquals(damaged, disk.content("damaged-1/segment-0000000000000004"));
        assertTrue(disk.names().contains("damaged-1/base"));
        assertTrue(disk.names().contains(SegmentLayout.nameOf(6)), disk.names()::toString);
    }

    @Test
    void goesOnBehindASnapshotThatCanBeBelieved() throws OperatingFault {
        OpenLog open = clean(setAside(disk, snapshot));
        assertEquals(snapshot, open.log().base());
        writeForced(open.log(), 8, "x");
        disk.losePower(PageFate.LOSE_ALL);
        assertEquals(List.of("8:x"), entries(clean(recover(disk, snapshot)).log()));
    }

    /** What a later version has written is neither damaged nor this one's to move. */
    @Test
    void doesNotTouchAFormatFromTheFuture() throws OperatingFault {
        disk.flipBit("identity", 2, 0);
        // One bit is rot: the other copy stands.
        assertEquals(
                Reason.DAMAGED_ENTRIES,
                assertInstanceOf(Damaged.class, recover(disk, snapshot)).reason());
        disk.killProgram();
        disk.flipBit("identity", 4_096 + 2, 0);
        List<String> names = disk.names();
        assertEquals(new Damaged(Place.file("identity"), Reason.OTHER_FORMAT), recover(disk, snapshot));
        disk.killProgram();
        assertInstanceOf(Damaged.class, setAside(disk, snapshot));
        assertEquals(names, disk.names());
    }

    @Test
    void takesAnotherFolderAndGenerationEachTime() throws OperatingFault {
        for (int round = 1; round <= 3; round++) {
            OpenLog open = clean(setAside(disk, LogPosition.ORIGIN));
            writeForced(open.log(), 1, "r" + round);
            open.close();
            assertTrue(disk.names().contains(SegmentLayout.nameOf(5 + round)), disk.names()::toString);
            String folder = "damaged-" + round + "/";
            assertTrue(disk.names().stream().anyMatch(name -> name.startsWith(folder)), folder);
        }
    }

    @Test
    void endsInQuarantineWhereverItDies() throws OperatingFault {
        MemoryDisk whole = disk.copy();
        clean(setAside(whole, snapshot));
        long stepCount = whole.stepCount();
        assertTrue(stepCount > 20, "steps: " + stepCount);
        for (long step = 0; step < stepCount; step++) {
            for (PageFate fate : List.of(PageFate.LOSE_ALL, PageFate.KEEP_ALL)) {
                MemoryDisk crashing = disk.copy();
                crashing.crashAt(step);
                assertThrows(OperatingFault.class, () -> setAside(crashing, snapshot));
                crashing.losePower(fate);
                RecoveryVerdict verdict = recover(crashing, snapshot);
                if (verdict instanceof Damaged) {
                    crashing.killProgram();
                    verdict = setAside(crashing, snapshot);
                }
                OpenLog open = clean(verdict);
                assertEquals(Quarantine.DAMAGED, open.vault().quarantine(), "step " + step);
                assertEquals(7, open.vault().term(), "step " + step);
                assertEquals(snapshot, open.log().base(), "step " + step);
            }
        }
    }

    @Test
    void beginsAVaultInQuarantineWhereTheVaultIsLost() throws OperatingFault {
        disk.flipBit("vault", 20, 1);
        disk.flipBit("vault", 4_096 + 20, 1);
        OpenLog open = clean(setAside(disk, LogPosition.ORIGIN));
        assertEquals(Quarantine.DAMAGED, open.vault().quarantine());
        assertEquals(0, open.vault().term());
        assertTrue(disk.names().contains("damaged-1/vault"));
    }

    @Test
    void refusesWhatIsNobodysOrAnothers() throws OperatingFault {
        LogIdentity other = new LogIdentity(IDENTITY.clusterId(), 9);
        assertEquals(
                new Foreign(IDENTITY),
                LogRecovery.setAside(disk.hold(), other, SMALL, LogFixture.ENTROPY, LogPosition.ORIGIN));
        disk.killProgram();
        disk.dropFile("identity");
        List<String> names = disk.names();
        assertEquals(new Damaged(Place.file("identity"), Reason.DAMAGED_IDENTITY), setAside(disk, LogPosition.ORIGIN));
        assertEquals(names, disk.names());
    }
}
