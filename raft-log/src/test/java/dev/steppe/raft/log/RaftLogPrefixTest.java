package dev.steppe.raft.log;

import static dev.steppe.raft.log.LogFixture.clean;
import static dev.steppe.raft.log.LogFixture.entries;
import static dev.steppe.raft.log.LogFixture.openClean;
import static dev.steppe.raft.log.LogFixture.position;
import static dev.steppe.raft.log.LogFixture.recover;
import static dev.steppe.raft.log.LogFixture.text;
import static dev.steppe.raft.log.LogFixture.torn;
import static dev.steppe.raft.log.LogFixture.write;
import static dev.steppe.raft.log.LogFixture.writeForced;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steppe.base.InvariantBroken;
import dev.steppe.base.OperatingFault;
import dev.steppe.raft.log.RecoveryVerdict.Damaged;
import dev.steppe.raft.log.RecoveryVerdict.OpenLog;
import dev.steppe.raft.log.RecoveryVerdict.Reason;
import dev.steppe.raft.log.layout.LogPosition;
import dev.steppe.raft.log.layout.SegmentLayout;
import dev.steppe.raft.log.vault.Quarantine;
import dev.steppe.raft.storage.memory.MemoryDisk;
import dev.steppe.raft.storage.memory.PageFate;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The beginning of the log: what a snapshot takes of it, what becomes of its segments, and a log that begins anew. */
final class RaftLogPrefixTest {
    private final MemoryDisk disk = new MemoryDisk();

    /** One entry a segment, from 1 to {@code count}. */
    private static void fill(RaftLog log, int count) throws OperatingFault {
        for (int i = 0; i < count; i++) {
            writeForced(log, 1, text("e" + (log.lastIndex() + 1), 8_000));
        }
    }

    @Test
    void givesUpWholeSegmentsOnly() throws OperatingFault {
        RaftLog log = openClean(disk).log();
        for (int i = 1; i <= 4; i++) {
            write(log, i, text("a" + i, 6_000), text("b" + i, 900));
        }
        assertEquals(1, log.truncatePrefix(1));
        assertEquals(3, log.truncatePrefix(2));
        assertEquals(3, log.truncatePrefix(3));
        assertEquals(7, log.truncatePrefix(100));
        assertEquals(8, log.lastIndex());
        assertEquals(3, log.termAt(6));
        assertEquals(3_000, log.logTimeAt(6));
        assertEquals(position(log, 6), log.base());
        assertThrows(InvariantBroken.class, () -> log.termAt(5));
        assertEquals(List.of("4:" + text("a4", 6_000), "4:" + text("b4", 900)), entries(log));
    }

    @Test
    void beginsWhereItsSnapshotEndsAfterARestart() throws OperatingFault {
        OpenLog open = openClean(disk);
        fill(open.log(), 4);
        LogPosition snapshot = position(open.log(), 3);
        assertEquals(4, open.log().truncatePrefix(3));
        open.close();
        RaftLog again = clean(recover(disk, snapshot)).log();
        assertEquals(4, again.firstIndex());
        assertEquals(snapshot, again.base());
        assertEquals(1, again.termAt(3));
        fill(again, 2);
        assertEquals(3, entries(again).size());
    }

    @Test
    void isDamagedWhenNoSnapshotReachesItsBeginning() throws OperatingFault {
        OpenLog open = openClean(disk);
        fill(open.log(), 4);
        LogPosition older = position(open.log(), 2);
        open.log().truncatePrefix(3);
        open.close();
        for (LogPosition position : List.of(LogPosition.ORIGIN, older)) {
            assertEquals(new Damaged(Place.file("base"), Reason.MISSING_SNAPSHOT), recover(disk, position));
            disk.killProgram();
        }
    }

    @Test
    void missesNoObsoleteFileAndEveryNeededOne() throws OperatingFault {
        OpenLog open = openClean(disk);
        fill(open.log(), 4);
        LogPosition snapshot = position(open.log(), 2);
        open.log().truncatePrefix(2);
        open.close();
        for (int generation = 1; generation <= 4; generation++) {
            MemoryDisk copy = disk.copy();
            copy.dropFile(SegmentLayout.nameOf(generation));
            RecoveryVerdict verdict = recover(copy, snapshot);
            if (generation <= 2) {
                assertEquals(2, entries(clean(verdict).log()).size());
            } else {
                assertTrue(verdict instanceof Damaged, generation + ": " + verdict);
            }
        }
    }

    @Test
    void usesItsOldSegmentsAgain() throws OperatingFault {
        RaftLog log = openClean(disk).log();
        fill(log, 3);
        log.truncatePrefix(2);
        SegmentPreparation preparation = log.nextPreparation();
        assertTrue(preparation.isRecycling());
        preparation.perform();
        log.adopt(preparation);
        assertFalse(disk.names().contains(SegmentLayout.nameOf(1)));
        ByteBuffer recycled =
                ByteBuffer.wrap(disk.content(SegmentLayout.nameOf(4))).order(ByteOrder.LITTLE_ENDIAN);
        assertEquals(1, SegmentLayout.previousGeneration(recycled));
        fill(log, 5);
        assertEquals(8, log.lastIndex());
        assertEquals(6, entries(log).size());
    }

    @Test
    void keepsNoMoreFilesThanItMayUseAgain() throws OperatingFault {
        RaftLog log = openClean(disk).log();
        fill(log, 12);
        log.truncatePrefix(11);
        log.prepareNext();
        long segmentCount = disk.names().stream().filter(SegmentLayout::isName).count();
        assertEquals(4, segmentCount, disk.names()::toString);
    }

    @Test
    void usesAFileOfAnotherLengthNotAgain() throws OperatingFault {
        OpenLog open = openClean(disk);
        fill(open.log(), 2);
        LogPosition snapshot = position(open.log(), 1);
        open.log().truncatePrefix(1);
        open.close();
        LogConfig larger = new LogConfig(1 << 15, 8_192);
        RaftLog log = clean(LogRecovery.open(disk.hold(), LogFixture.IDENTITY, larger, LogFixture.ENTROPY, snapshot))
                .log();
        log.prepareNext();
        assertFalse(disk.names().contains(SegmentLayout.nameOf(1)));
        assertEquals(1 << 15, disk.lengthBytes(SegmentLayout.nameOf(3)));
        fill(log, 2);
        assertEquals(4, log.lastIndex());
    }

    @Test
    void takesNoSegmentAwayFromAReader() throws OperatingFault {
        RaftLog log = openClean(disk).log();
        fill(log, 4);
        EntryCursor cursor = log.openCursor();
        EntryCursor other = log.openCursor();
        assertTrue(cursor.moveTo(1, 4));
        log.truncatePrefix(3);
        assertFalse(other.moveTo(1, 4));
        SegmentPreparation first = log.nextPreparation();
        first.perform();
        log.adopt(first);
        assertTrue(disk.names().contains(SegmentLayout.nameOf(1)));
        assertEquals('e', cursor.buffer().getByte(cursor.payloadOffset()));
        assertTrue(cursor.moveTo(4, 4));
        fill(log, 2);
        log.truncatePrefix(5);
        SegmentPreparation second = log.nextPreparation();
        second.perform();
        log.adopt(second);
        assertFalse(cursor.moveTo(3, 6));
        assertEquals(4, cursor.index());
        cursor.close();
        other.close();
    }

    @Test
    void readsNoFrameThatAnOlderGenerationLeft() throws OperatingFault {
        // Every batch has the same length, so that the old frames line up with each new tail.
        OpenLog open = openClean(disk);
        RaftLog log = open.log();
        for (int i = 0; i < 60; i++) {
            writeForced(log, 1, text("old" + i, 1_000));
        }
        LogPosition snapshot = position(log, log.lastIndex());
        log.truncatePrefix(log.lastIndex());
        while (!disk.names().contains(SegmentLayout.nameOf(8))) {
            writeForced(log, 1, text("new", 1_000));
        }
        int recycledCount = 0;
        for (int i = 0; i < 11; i++) {
            List<String> before = entries(log);
            for (String name : disk.names()) {
                recycledCount += isRecycled(name) ? 1 : 0;
            }
            disk.losePower(PageFate.LOSE_ALL);
            open = clean(recover(disk, snapshot));
            log = open.log();
            assertEquals(before, entries(log), "round " + i);
            assertEquals(Quarantine.BLANK, open.vault().quarantine());
            writeForced(log, 1, text("new" + i, 1_000));
        }
        assertTrue(recycledCount > 11, "recycled segments seen: " + recycledCount);
    }

    private boolean isRecycled(String name) {
        return SegmentLayout.isName(name)
                && SegmentLayout.previousGeneration(
                                ByteBuffer.wrap(disk.content(name)).order(ByteOrder.LITTLE_ENDIAN))
                        > 0;
    }

    @Test
    void doubtsATailOfARecycledSegmentThatNothingExplains() throws OperatingFault {
        OpenLog open = openClean(disk);
        open.vault().store(1, 1, Quarantine.NONE);
        RaftLog log = open.log();
        fill(log, 3);
        LogPosition snapshot = position(log, 2);
        log.truncatePrefix(2);
        writeForced(log, 1, text("x", 8_000));
        assertTrue(isRecycled(SegmentLayout.nameOf(4)));
        int tail = SegmentLayout.FRAMES_OFFSET + 56 + 24 + 8_000;
        write(log, 1, text("y", 1_000));
        disk.losePower(PageFate.KEEP_ALL);
        disk.dropFile("watermark");
        disk.flipBit(SegmentLayout.nameOf(4), tail + 60, 1);
        RecoveryVerdict.TornTail verdict = torn(recover(disk, snapshot));
        assertEquals(new Place(SegmentLayout.nameOf(4), tail, 5), verdict.place());
        assertEquals(Quarantine.DOUBTFUL, verdict.open().vault().quarantine());
        writeForced(verdict.open().log(), 2, "z");
        disk.losePower(PageFate.LOSE_ALL);
        assertEquals(5, clean(recover(disk, snapshot)).log().lastIndex());
    }

    @Test
    void beginsAnewBehindASnapshot() throws OperatingFault {
        RaftLog log = openClean(disk).log();
        fill(log, 2);
        LogPosition snapshot = new LogPosition(90, 7, 0x1234, 55_000);
        while (log.isNextPrepared()) {
            fill(log, 1);
        }
        assertEquals(AppendVerdict.NO_SEGMENT, log.reset(snapshot));
        assertEquals(1, log.firstIndex());
        log.prepareNext();
        assertEquals(AppendVerdict.APPENDED, log.reset(snapshot));
        assertEquals(91, log.firstIndex());
        assertEquals(90, log.lastIndex());
        assertEquals(90, log.forcedIndex());
        assertEquals(7, log.lastTerm());
        assertEquals(55_000, log.logTimeAt(90));
        assertEquals(0x1234, log.chainCrcAt(90));
        assertEquals(List.of(), entries(log));
        writeForced(log, 8, "a", "b");
        disk.losePower(PageFate.LOSE_ALL);
        RaftLog again = clean(recover(disk, snapshot)).log();
        assertEquals(List.of("8:a", "8:b"), entries(again));
        assertEquals(AppendVerdict.APPENDED, again.truncateFrom(91));
        assertEquals(7, again.lastTerm());
        assertThrows(InvariantBroken.class, () -> again.truncateFrom(90));
    }

    @Test
    void forgetsTheWatermarkOfTheLogBeforeTheSnapshot() throws OperatingFault {
        RaftLog log = openClean(disk).log();
        fill(log, 6);
        byte[] oldWatermark = disk.content("watermark");
        LogPosition snapshot = new LogPosition(4, 9, 0x1234, 9_000);
        log.prepareNext();
        log.reset(snapshot);
        writeForced(log, 9, "a");
        disk.killProgram();
        // The store of the watermark is not forced: it may be the old one.
        disk.putFile("watermark", oldWatermark);
        assertEquals(List.of("9:a"), entries(clean(recover(disk, snapshot)).log()));
    }

    @Test
    void letsAPublishedSnapshotOvertakeTheLogWhenItStarts() throws OperatingFault {
        OpenLog open = openClean(disk);
        fill(open.log(), 3);
        open.close();
        LogPosition ahead = new LogPosition(10, 4, 0x77, 8_000);
        LogPosition otherTerm = new LogPosition(2, 3, 0x77, 8_000);
        for (LogPosition snapshot : List.of(ahead, otherTerm)) {
            MemoryDisk copy = disk.copy();
            RaftLog log = clean(recover(copy, snapshot)).log();
            assertEquals(snapshot, log.base());
            assertEquals(snapshot.index(), log.lastIndex());
            writeForced(log, 4, "a");
            copy.losePower(PageFate.LOSE_ALL);
            assertEquals(List.of("4:a"), entries(clean(recover(copy, snapshot)).log()));
        }
        LogPosition otherPast = new LogPosition(2, 1, 0x77, 1_000);
        assertTrue(recover(disk, otherPast) instanceof Damaged damaged && damaged.reason() == Reason.OTHER_PAST);
    }

    @Test
    void missesNothingThatTheSnapshotHolds() throws OperatingFault {
        RaftLog log = openClean(disk).log();
        writeForced(log, 1, "a", "b");
        writeForced(log, 1, "c");
        LogPosition snapshot = position(log, 3);
        disk.killProgram();
        disk.flipBit(SegmentLayout.nameOf(1), SegmentLayout.FRAMES_OFFSET + 60, 2);
        assertTrue(recover(disk.copy()) instanceof Damaged);
        RecoveryVerdict verdict = recover(disk, snapshot);
        assertEquals(snapshot, torn(verdict).open().log().base());
    }

    @Test
    void waitsForASegmentFromWhichOnNothingEarlierIsCut() throws OperatingFault {
        OpenLog open = openClean(disk);
        RaftLog log = open.log();
        write(log, 1, text("a", 3_000), text("b", 3_000));
        write(log, 1, text("c", 8_000));
        log.prepareNext();
        log.truncateFrom(2);
        LogPosition snapshot = position(log, 1);
        assertEquals(1, log.truncatePrefix(1));
        writeForced(log, 2, text("x", 8_000));
        writeForced(log, 2, text("y", 8_000));
        open.close();
        log = clean(recover(disk, snapshot)).log();
        assertEquals(1, log.firstIndex());
        assertEquals(3, log.truncatePrefix(2));
        assertEquals(List.of("2:" + text("y", 8_000)), entries(log));
    }

    @Test
    void costsTheSameHoweverOftenItWasCutAndCompacted() throws OperatingFault {
        RaftLog log = openClean(disk).log();
        for (int round = 0; round < 3_000; round++) {
            writeForced(log, 1 + round, text("a", 2_000), text("b", 2_000));
            log.prepareNext();
            log.truncateFrom(log.lastIndex());
            log.truncatePrefix(log.lastIndex() - 1);
        }
        long segmentCount = disk.names().stream().filter(SegmentLayout::isName).count();
        assertTrue(segmentCount < 8, disk.names()::toString);
        assertEquals(3_000, log.lastIndex());
    }
}
