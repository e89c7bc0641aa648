package dev.steppe.raft.log;

import static dev.steppe.raft.log.LogFixture.IDENTITY;
import static dev.steppe.raft.log.LogFixture.SMALL;
import static dev.steppe.raft.log.LogFixture.clean;
import static dev.steppe.raft.log.LogFixture.entries;
import static dev.steppe.raft.log.LogFixture.openClean;
import static dev.steppe.raft.log.LogFixture.recover;
import static dev.steppe.raft.log.LogFixture.text;
import static dev.steppe.raft.log.LogFixture.torn;
import static dev.steppe.raft.log.LogFixture.usable;
import static dev.steppe.raft.log.LogFixture.write;
import static dev.steppe.raft.log.LogFixture.writeForced;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steppe.base.OperatingFault;
import dev.steppe.raft.log.RecoveryVerdict.Damaged;
import dev.steppe.raft.log.RecoveryVerdict.Foreign;
import dev.steppe.raft.log.RecoveryVerdict.NoSpace;
import dev.steppe.raft.log.RecoveryVerdict.OpenLog;
import dev.steppe.raft.log.RecoveryVerdict.Reason;
import dev.steppe.raft.log.layout.LogIdentity;
import dev.steppe.raft.log.layout.LogPosition;
import dev.steppe.raft.log.layout.SegmentLayout;
import dev.steppe.raft.log.vault.Quarantine;
import dev.steppe.raft.storage.memory.MemoryDisk;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

final class LogRecoveryTest {
    private static final String FIRST = SegmentLayout.nameOf(1);
    private static final String SECOND = SegmentLayout.nameOf(2);

    private final MemoryDisk disk = new MemoryDisk();

    @Test
    void countsIncarnations() throws OperatingFault {
        for (int incarnation = 1; incarnation <= 3; incarnation++) {
            OpenLog open = openClean(disk);
            assertEquals(incarnation, open.incarnation());
            open.close();
        }
    }

    @Test
    void keepsTheIdThatWasDrawnWhenItWasFormatted() throws OperatingFault {
        openClean(disk).close();
        RecoveryVerdict again = LogRecovery.open(disk.hold(), IDENTITY, SMALL, () -> 77, LogPosition.ORIGIN);
        assertEquals(LogFixture.DIRECTORY_ID, clean(again).directoryId());
        RecoveryVerdict zero = LogRecovery.open(new MemoryDisk().hold(), IDENTITY, SMALL, () -> 0, LogPosition.ORIGIN);
        assertEquals(1, clean(zero).directoryId());
    }

    @Test
    void doubtsItselfAfterATailThatNothingExplains() throws OperatingFault {
        OpenLog open = openClean(disk);
        writeForced(open.log(), 1, text("a", 100));
        open.vault().store(3, 2, Quarantine.NONE);
        write(open.log(), 1, text("b", 100));
        disk.killProgram();
        disk.flipBit(FIRST, SegmentLayout.FRAMES_OFFSET + 184 + 90, 3);
        // Dies right after the tail is gone: the doubt must not go with it.
        disk.crashAt(disk.stepCount() + 6);
        assertThrows(OperatingFault.class, () -> recover(disk));
        disk.killProgram();
        OpenLog after = openClean(disk);
        assertEquals(Quarantine.DOUBTFUL, after.vault().quarantine());
        assertEquals(3, after.vault().term());
        assertEquals(2, after.vault().votedFor());
    }

    @Test
    void refusesAnotherClusterOrMember() throws OperatingFault {
        openClean(disk).close();
        for (LogIdentity other : List.of(new LogIdentity(1, 2), new LogIdentity(IDENTITY.clusterId(), 3))) {
            MemoryDisk copy = disk.copy();
            RecoveryVerdict verdict =
                    LogRecovery.open(copy.hold(), other, SMALL, LogFixture.ENTROPY, LogPosition.ORIGIN);
            assertEquals(new Foreign(IDENTITY), verdict);
        }
    }

    @Test
    void refusesASecondServerOnTheDisk() throws OperatingFault {
        OpenLog open = openClean(disk);
        assertThrows(OperatingFault.class, disk::hold);
        open.close();
        openClean(disk).close();
    }

    @Test
    void refusesToFormatAFullDisk() throws OperatingFault {
        disk.limitTo(20_000);
        assertEquals(new NoSpace(FIRST, SMALL.segmentBytes()), recover(disk));
        disk.killProgram();
        disk.limitTo(Long.MAX_VALUE);
        assertEquals(List.of(), entries(openClean(disk).log()));
    }

    @Test
    void findsDamageWhereAnAcknowledgedBatchIsHit() throws OperatingFault {
        OpenLog open = openClean(disk);
        writeForced(open.log(), 1, text("a", 100));
        writeForced(open.log(), 1, text("b", 100));
        writeForced(open.log(), 1, text("c", 100));
        open.close();
        for (int batch = 0; batch < 3; batch++) {
            MemoryDisk copy = disk.copy();
            int offset = SegmentLayout.FRAMES_OFFSET + 184 * batch;
            copy.flipBit(FIRST, offset + 90, 3);
            assertEquals(new Damaged(new Place(FIRST, offset, batch + 1), Reason.DAMAGED_ENTRIES), recover(copy));
        }
    }

    @Test
    void findsDamageByTheHeaderBehindWhenTheWatermarkFileIsLost() throws OperatingFault {
        OpenLog open = openClean(disk);
        writeForced(open.log(), 1, text("a", 100));
        writeForced(open.log(), 1, text("b", 100));
        write(open.log(), 1, text("c", 100));
        disk.killProgram();
        disk.dropFile("watermark");
        disk.flipBit(FIRST, SegmentLayout.FRAMES_OFFSET + 184 + 90, 3);
        assertTrue(recover(disk) instanceof Damaged);
    }

    @Test
    void cutsARottenBatchThatNobodyVouchesFor() throws OperatingFault {
        OpenLog open = openClean(disk);
        writeForced(open.log(), 1, text("a", 100));
        write(open.log(), 1, text("b", 100));
        disk.killProgram();
        disk.flipBit(FIRST, SegmentLayout.FRAMES_OFFSET + 184 + 90, 3);
        assertEquals(2, torn(recover(disk)).place().index());
    }

    @Test
    void acceptsNoLostFileButTheWatermark() throws OperatingFault {
        OpenLog open = openClean(disk);
        for (int i = 0; i < 4; i++) {
            writeForced(open.log(), 1, text("a" + i, 6_000));
        }
        List<String> before = entries(open.log());
        open.vault().store(1, 2, Quarantine.NONE);
        open.close();
        for (String name : disk.names()) {
            MemoryDisk copy = disk.copy();
            copy.dropFile(name);
            RecoveryVerdict verdict = recover(copy);
            if (name.equals("watermark")) {
                assertEquals(before, entries(clean(verdict).log()));
            } else {
                assertTrue(verdict instanceof Damaged, () -> name + " dropped: " + verdict);
            }
        }
    }

    @Test
    void findsDamageInASegmentOfAnyOtherLength() throws OperatingFault {
        OpenLog open = openClean(disk);
        writeForced(open.log(), 1, text("a", 6_000));
        open.close();
        byte[] content = disk.content(FIRST);
        for (int lengthBytes = 0; lengthBytes < content.length; lengthBytes += 37) {
            MemoryDisk copy = disk.copy();
            copy.putFile(FIRST, Arrays.copyOf(content, lengthBytes));
            assertEquals(new Damaged(Place.file(FIRST), Reason.DAMAGED_SEGMENT_HEADER), recover(copy));
        }
    }

    @Test
    void believesNoPageOfAnotherPlace() throws OperatingFault {
        OpenLog open = openClean(disk);
        writeForced(open.log(), 1, text("a", 4_000));
        writeForced(open.log(), 1, text("b", 4_000));
        writeForced(open.log(), 1, text("c", 4_000));
        writeForced(open.log(), 1, text("d", 4_000));
        List<String> entries = entries(open.log());
        open.close();
        assertTrue(disk.names().contains(SECOND));
        for (String source : List.of(FIRST, SECOND)) {
            for (String target : List.of(FIRST, SECOND)) {
                for (int page = 0; page < 3; page++) {
                    checkMisdirected(source, page, target, page == 2 ? 1 : page + 1, entries);
                    checkMisdirected(source, page, target, page, entries);
                }
            }
        }
    }

    /** The copied page is found, or it lies behind the tail and is cut. */
    private void checkMisdirected(String source, int sourcePage, String target, int targetPage, List<String> entries)
            throws OperatingFault {
        byte[] from = disk.content(source);
        byte[] to = disk.content(target);
        byte[] before = to.clone();
        System.arraycopy(from, 4096 * sourcePage, to, 4096 * targetPage, 4096);
        if (!Arrays.equals(before, to)) {
            MemoryDisk copy = disk.copy();
            copy.putFile(target, to);
            RecoveryVerdict verdict = recover(copy);
            if (!(verdict instanceof Damaged)) {
                assertEquals(entries, entries(torn(verdict).open().log()), source + " to " + target);
            }
        }
    }

    @Test
    void findsDamageWhereACutMarkIsHit() throws OperatingFault {
        OpenLog open = openClean(disk);
        writeForced(open.log(), 1, "a", "b", "c");
        int offset = SegmentLayout.FRAMES_OFFSET + 56 + 3 * 32;
        assertEquals(AppendVerdict.APPENDED, open.log().truncateFrom(3));
        checkDamagedCut(offset);
        writeForced(open.log(), 2, "d");
        checkDamagedCut(offset);
        disk.dropFile("watermark");
        checkDamagedCut(offset);
    }

    private void checkDamagedCut(int offset) throws OperatingFault {
        MemoryDisk copy = disk.copy();
        copy.flipBit(FIRST, offset + 20, 3);
        assertEquals(new Damaged(new Place(FIRST, offset, 4), Reason.DAMAGED_ENTRIES), recover(copy));
    }

    @Test
    void findsDamageBecauseTheNextSegmentWasBegun() throws OperatingFault {
        RaftLog log = openClean(disk).log();
        writeForced(log, 1, text("a", 4_000));
        writeForced(log, 1, text("b", 4_000));
        log.prepareNext();
        write(log, 1, text("c", 7_000));
        // Of the second segment only the middle of a batch survives, and no watermark that knows of entry 2.
        disk.losePower((name, page) -> name.equals(SECOND) && page == 2 ? 0xFF : 0);
        int offset = SegmentLayout.FRAMES_OFFSET + 56 + 24 + 4_000;
        assertEquals(2, torn(recover(disk.copy())).open().log().lastIndex());
        disk.flipBit(FIRST, offset + 100, 3);
        assertEquals(new Damaged(new Place(FIRST, offset, 2), Reason.DAMAGED_ENTRIES), recover(disk));
    }

    /**
     * What it found counts as forced from then on, so it must be, though the tail is said to lie in a later segment.
     */
    @Test
    void forcesWhatStandsInFrontOfASegmentThatRotMadeLookBegun() throws OperatingFault {
        RaftLog log = openClean(disk).log();
        writeForced(log, 1, "a");
        log.prepareNext();
        write(log, 1, text("b", 6_000));
        disk.killProgram();
        disk.flipBit(SECOND, SegmentLayout.FRAMES_OFFSET + 3_501, 3);
        RaftLog found = torn(recover(disk)).open().log();
        assertEquals(2, found.forcedIndex());
        List<String> before = entries(found);
        disk.losePower((name, page) -> 0);
        assertEquals(before, entries(usable(recover(disk))));
    }

    @Test
    void believesNoFrameOfAnotherMember() throws OperatingFault {
        LogIdentity other = new LogIdentity(IDENTITY.clusterId(), 3);
        MemoryDisk otherDisk = new MemoryDisk();
        OpenLog open = clean(LogRecovery.open(otherDisk.hold(), other, SMALL, LogFixture.ENTROPY, LogPosition.ORIGIN));
        writeForced(open.log(), 1, "a");
        open.close();
        openClean(disk).close();
        byte[] content = disk.content(FIRST);
        byte[] otherContent = otherDisk.content(FIRST);
        System.arraycopy(otherContent, 4096, content, 4096, 4096);
        disk.putFile(FIRST, content);
        assertEquals(List.of(), entries(torn(recover(disk)).open().log()));
    }

    @Test
    void believesNoFrameThatLinesUpBehindAnotherHistory() throws OperatingFault {
        // The same member, generation, offsets, indexes and terms, but another entry before: only the chain tells.
        List<byte[]> contents = new ArrayList<>();
        for (String first : List.of("a", "b")) {
            MemoryDisk one = new MemoryDisk();
            OpenLog open = openClean(one);
            writeForced(open.log(), 1, first);
            writeForced(open.log(), 1, "next");
            open.close();
            contents.add(one.content(FIRST));
        }
        int offset = SegmentLayout.FRAMES_OFFSET + 56 + 32;
        System.arraycopy(contents.get(1), offset, contents.get(0), offset, 200);
        openClean(disk).close();
        disk.putFile(FIRST, contents.get(0));
        assertEquals(List.of("1:a"), entries(torn(recover(disk)).open().log()));
    }

    @Test
    void findsDamageInALyingForce() throws OperatingFault {
        RaftLog log = openClean(disk).log();
        writeForced(log, 1, text("a", 4_000));
        write(log, 1, text("b", 4_000));
        disk.lieAt(disk.stepCount());
        log.force();
        writeForced(log, 1, "c");
        disk.losePower((name, page) -> 0);
        assertTrue(recover(disk) instanceof Damaged);
    }

    @Test
    void formatsAgainAfterACrashAtEachStep() throws OperatingFault {
        openClean(disk);
        long stepCount = disk.stepCount();
        for (long step = 0; step < stepCount; step++) {
            MemoryDisk crashing = new MemoryDisk();
            crashing.crashAt(step);
            assertThrows(OperatingFault.class, () -> recover(crashing));
            crashing.losePower((name, page) -> 0);
            assertEquals(List.of(), entries(openClean(crashing).log()));
        }
    }

    @Test
    void leavesUnknownFilesAlone() throws OperatingFault {
        openClean(disk).close();
        disk.putFile("notes", new byte[] {1, 2, 3});
        disk.putFile("segments/segment-zz", new byte[] {1, 2, 3});
        openClean(disk).close();
        assertTrue(disk.names().contains("notes"));
    }
}
