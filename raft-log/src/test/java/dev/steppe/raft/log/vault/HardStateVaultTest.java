package dev.steppe.raft.log.vault;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steppe.base.InvariantBroken;
import dev.steppe.base.OperatingFault;
import dev.steppe.raft.log.layout.LogIdentity;
import dev.steppe.raft.log.layout.Slot;
import dev.steppe.raft.storage.StorageDirectory;
import dev.steppe.raft.storage.memory.MemoryDisk;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class HardStateVaultTest {
    private static final LogIdentity IDENTITY = new LogIdentity(77, 1);
    private static final String NAME = HardStateVault.FILE_NAME;

    private final MemoryDisk disk = new MemoryDisk();

    @BeforeEach
    void format() throws OperatingFault {
        StorageDirectory directory = disk.hold();
        directory.prepare(NAME, HardStateVault.FILE_BYTES, HardStateVault.head(IDENTITY, Quarantine.NONE));
        directory.close();
    }

    @Test
    void beginsWithoutTermAndVote() throws OperatingFault {
        HardStateVault vault = open(disk);
        assertEquals(0, vault.term());
        assertEquals(HardStateVault.NOBODY, vault.votedFor());
        assertTrue(vault.isFresh());
    }

    @Test
    void holdsTheOldOrTheNewStateAfterACrashAtAnyStep() throws OperatingFault {
        for (int crashStep = 0; crashStep <= 4; crashStep++) {
            for (int fate = 0; fate < 4; fate++) {
                checkCrash(crashStep, fate);
            }
        }
    }

    private void checkCrash(int crashStep, int fate) throws OperatingFault {
        MemoryDisk crashing = disk.copy();
        HardStateVault vault = open(crashing);
        vault.store(5, 2, Quarantine.NONE);
        crashing.crashAt(crashing.stepCount() + crashStep);
        boolean isAcknowledged = false;
        try {
            vault.store(6, 3, Quarantine.NONE);
            isAcknowledged = true;
        } catch (OperatingFault crash) {
            assertTrue(crash.getMessage().contains("crashed"), crash.getMessage());
        }
        assertEquals(crashStep == 4, isAcknowledged);
        crashing.losePower((name, page) -> (fate >> page & 1) != 0 ? 0xFF : 0);
        HardStateVault after = open(crashing);
        boolean isOld = after.term() == 5 && after.votedFor() == 2;
        boolean isNew = after.term() == 6 && after.votedFor() == 3;
        assertTrue(isNew || (isOld && !isAcknowledged), "step " + crashStep + " left " + after.term());
        // What was found once is found again, whatever happens next.
        long term = after.term();
        crashing.losePower((name, page) -> 0);
        assertEquals(term, open(crashing).term());
        for (int slotOffset : List.of(0, Slot.PAGE_BYTES)) {
            MemoryDisk rotten = crashing.copy();
            rotten.flipBit(NAME, slotOffset + 17, 2);
            assertEquals(term, open(rotten).term(), "rot at " + slotOffset);
        }
    }

    @Test
    void neverBringsAnOlderStateBackWhenOneByteRots() throws OperatingFault {
        HardStateVault vault = open(disk);
        vault.store(5, 2, Quarantine.NONE);
        vault.store(6, 3, Quarantine.NONE);
        disk.losePower((name, page) -> 0);
        for (int offset = 0; offset < HardStateVault.FILE_BYTES; offset++) {
            MemoryDisk rotten = disk.copy();
            rotten.flipBit(NAME, offset, offset & 7);
            HardStateVault after = open(rotten);
            assertEquals(6, after.term(), "byte " + offset);
            assertEquals(3, after.votedFor(), "byte " + offset);
        }
    }

    @Test
    void repairsAnOlderSlotSoThatItNeverComesBack() throws OperatingFault {
        HardStateVault vault = open(disk);
        vault.store(5, 2, Quarantine.NONE);
        byte[] mixed = disk.content(NAME);
        vault.store(6, 3, Quarantine.NONE);
        System.arraycopy(disk.content(NAME), Slot.PAGE_BYTES, mixed, Slot.PAGE_BYTES, Slot.PAGE_BYTES);
        disk.killProgram();
        disk.putFile(NAME, mixed);
        assertEquals(6, open(disk).term());
        disk.losePower((name, page) -> 0);
        disk.flipBit(NAME, Slot.PAGE_BYTES + 17, 2);
        assertEquals(6, open(disk).term());
    }

    @Test
    void keepsTheQuarantineBesideTheVote() throws OperatingFault {
        for (Quarantine quarantine : List.of(Quarantine.DAMAGED, Quarantine.DOUBTFUL, Quarantine.NONE)) {
            open(disk).store(7, 1, quarantine);
            disk.losePower((name, page) -> 0);
            HardStateVault vault = open(disk);
            assertEquals(quarantine, vault.quarantine());
            assertEquals(7, vault.term());
            assertEquals(1, vault.votedFor());
            disk.killProgram();
        }
    }

    @Test
    void takesAQuarantineFromTheFutureForTheWorst() {
        assertEquals(Quarantine.DAMAGED, Quarantine.ofCode(99));
        assertEquals(Quarantine.DAMAGED, Quarantine.ofCode(-1));
    }

    @Test
    void isDamagedWhenBothSlotsAre() throws OperatingFault {
        disk.flipBit(NAME, 20, 1);
        disk.flipBit(NAME, Slot.PAGE_BYTES + 20, 1);
        assertNull(HardStateVault.read(disk.hold().open(NAME), IDENTITY));
    }

    @Test
    void isDamagedWhenItBelongsToAnotherMember() throws OperatingFault {
        assertNull(HardStateVault.read(disk.hold().open(NAME), new LogIdentity(77, 2)));
    }

    @Test
    void breaksOnASecondVoteInOneTerm() throws OperatingFault {
        HardStateVault vault = open(disk);
        vault.store(5, HardStateVault.NOBODY, Quarantine.NONE);
        vault.store(5, 2, Quarantine.NONE);
        vault.store(5, 2, Quarantine.NONE);
        for (int votedFor : List.of(3, HardStateVault.NOBODY)) {
            assertThrows(InvariantBroken.class, () -> vault.store(5, votedFor, Quarantine.NONE));
        }
        assertThrows(InvariantBroken.class, () -> vault.store(4, 2, Quarantine.NONE));
    }

    private static HardStateVault open(MemoryDisk disk) throws OperatingFault {
        HardStateVault vault = HardStateVault.read(disk.hold().open(NAME), IDENTITY);
        assertNotNull(vault);
        vault.repair();
        return vault;
    }
}
