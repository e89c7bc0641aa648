package dev.steppe.raft.log;

import static dev.steppe.raft.log.LogFixture.bufferOf;
import static dev.steppe.raft.log.LogFixture.entries;
import static dev.steppe.raft.log.LogFixture.openClean;
import static dev.steppe.raft.log.LogFixture.text;
import static dev.steppe.raft.log.LogFixture.write;
import static dev.steppe.raft.log.LogFixture.writeForced;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steppe.base.InvariantBroken;
import dev.steppe.base.OperatingFault;
import dev.steppe.raft.log.RecoveryVerdict.OpenLog;
import dev.steppe.raft.log.layout.RecordLayout;
import dev.steppe.raft.log.vault.Quarantine;
import dev.steppe.raft.storage.PrepareVerdict;
import dev.steppe.raft.storage.memory.MemoryDisk;
import dev.steppe.raft.storage.memory.MemoryDisk.AfterFailedForce;
import java.util.List;
import org.agrona.ExpandableArrayBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

final class RaftLogTest {
    private final MemoryDisk disk = new MemoryDisk();

    @Test
    void beginsEmpty() throws OperatingFault {
        RaftLog log = openClean(disk).log();
        assertEquals(0, log.lastIndex());
        assertEquals(0, log.lastTerm());
        assertEquals(0, log.termAt(0));
        assertEquals(0, log.forcedIndex());
        assertEquals(1, log.firstIndex());
        assertEquals(List.of(), entries(log));
    }

    @Test
    void readsWhatWasWrittenBeforeItIsForced() throws OperatingFault {
        RaftLog log = openClean(disk).log();
        write(log, 1, "a", "", text("b", 100));
        assertEquals(List.of("1:a", "1:", "1:" + text("b", 100)), entries(log));
        assertEquals(0, log.forcedIndex());
        assertEquals(3, log.force());
        assertEquals(3, log.forcedIndex());
    }

    @Test
    void staysInOrderOverSegments() throws OperatingFault {
        RaftLog log = openClean(disk).log();
        for (int i = 1; i <= 40; i++) {
            write(log, i, text("e" + i, 900), text("f" + i, 500));
        }
        assertTrue(disk.names().size() > 5, disk.names()::toString);
        assertEquals(80, entries(log).size());
        assertEquals("40:" + text("f40", 500), entries(log).get(79));
        assertEquals(17, log.termAt(34));
        assertEquals(17_000, log.logTimeAt(33));
    }

    @Test
    void forcesASegmentBeforeTheNextIsBegun() throws OperatingFault {
        RaftLog log = openClean(disk).log();
        write(log, 1, text("a", 8_000));
        log.prepareNext();
        write(log, 1, text("b", 8_000));
        assertEquals(1, log.forcedIndex());
    }

    @Test
    void refusesAnEntryThatNeverFits() throws OperatingFault {
        RaftLog log = openClean(disk).log();
        log.beginBatch(1, 0);
        UnsafeBuffer source = new UnsafeBuffer(new byte[10_000]);
        int longestBytes = LogFixture.SMALL.payloadMaxBytes();
        assertEquals(AppendVerdict.TOO_LARGE, log.appendEntry(0, source, 0, longestBytes + 1));
        assertEquals(AppendVerdict.APPENDED, log.appendEntry(0, source, 0, longestBytes));
        assertEquals(AppendVerdict.BATCH_FULL, log.appendEntry(0, source, 0, 0));
        assertEquals(1, log.writeBatch());
    }

    @Test
    void refusesWhileNoSegmentIsPreparedAndTheDiskIsFull() throws OperatingFault {
        RaftLog log = openClean(disk).log();
        writeForced(log, 1, text("a", 8_000));
        disk.limitTo(0);
        log.beginBatch(1, 0);
        UnsafeBuffer source = new UnsafeBuffer(new byte[8_000]);
        assertEquals(AppendVerdict.NO_SEGMENT, log.appendEntry(0, source, 0, 8_000));
        assertEquals(PrepareVerdict.NO_SPACE, log.prepareNext());
        assertEquals(AppendVerdict.NO_SEGMENT, log.appendEntry(0, source, 0, 8_000));
        assertEquals(List.of("1:" + text("a", 8_000)), entries(log));
        disk.limitTo(Long.MAX_VALUE);
        assertEquals(PrepareVerdict.PREPARED, log.prepareNext());
        assertEquals(AppendVerdict.APPENDED, log.appendEntry(0, source, 0, 8_000));
        assertEquals(2, log.writeBatch());
        assertEquals(2, log.force());
    }

    @Test
    void givesUpForeverAfterOneFailedForce() throws OperatingFault {
        OpenLog open = openClean(disk);
        RaftLog log = open.log();
        writeForced(log, 1, "a");
        write(log, 1, "b");
        disk.failAt(disk.stepCount(), AfterFailedForce.KEPT);
        assertThrows(OperatingFault.class, log::force);
        assertEquals(1, log.forcedIndex());
        OperatingFault again = assertThrows(OperatingFault.class, log::force);
        assertTrue(again.getMessage().contains("given up"), again.getMessage());
        assertThrows(OperatingFault.class, () -> write(log, 1, "c"));
        assertThrows(OperatingFault.class, log::prepareNext);
        assertThrows(OperatingFault.class, () -> open.vault().store(5, 1, Quarantine.NONE));
        assertEquals(0, open.vault().term());
        assertEquals(1, log.forcedIndex());
    }

    @Test
    void givesUpForeverAfterOneFailedWrite() throws OperatingFault {
        RaftLog log = openClean(disk).log();
        writeForced(log, 1, "a");
        disk.failAt(disk.stepCount(), AfterFailedForce.KEPT);
        assertThrows(OperatingFault.class, () -> write(log, 1, "b"));
        assertEquals(1, log.lastIndex());
        assertThrows(OperatingFault.class, () -> write(log, 1, "b"));
    }

    @Test
    void claimsNothingThatAFailedForceLeftInThePageCache() throws OperatingFault {
        RaftLog log = openClean(disk).log();
        writeForced(log, 1, "a");
        write(log, 1, "b");
        disk.failAt(disk.stepCount(), AfterFailedForce.KEPT);
        assertThrows(OperatingFault.class, log::force);
        disk.killProgram();
        // The page is clean now and was never written: only writing it again makes entry 2 durable.
        assertEquals(2, openClean(disk).log().forcedIndex());
        disk.losePower((name, page) -> 0);
        assertEquals(List.of("1:a", "1:b"), entries(openClean(disk).log()));
    }

    @Test
    void keepsACutThatAFailedForceLeftInThePageCache() throws OperatingFault {
        RaftLog log = openClean(disk).log();
        writeForced(log, 1, "a", "b");
        disk.failAt(disk.stepCount() + 1, AfterFailedForce.KEPT);
        assertThrows(OperatingFault.class, () -> log.truncateFrom(2));
        disk.killProgram();
        assertEquals(List.of("1:a"), entries(openClean(disk).log()));
        disk.losePower((name, page) -> 0);
        assertEquals(List.of("1:a"), entries(openClean(disk).log()));
    }

    @Test
    void cutsAConflictAndGoesOn() throws OperatingFault {
        RaftLog log = openClean(disk).log();
        writeForced(log, 1, "a", "b", "c");
        write(log, 2, "d", "e");
        assertEquals(AppendVerdict.APPENDED, log.truncateFrom(2));
        assertEquals(1, log.lastIndex());
        assertEquals(1, log.lastTerm());
        assertEquals(1, log.forcedIndex());
        assertEquals(List.of("1:a"), entries(log));
        writeForced(log, 3, "x", "y");
        assertEquals(List.of("1:a", "3:x", "3:y"), entries(log));
        disk.losePower((name, page) -> 0);
        assertEquals(List.of("1:a", "3:x", "3:y"), entries(openClean(disk).log()));
    }

    @Test
    void cutsOverSegmentsDownToNothing() throws OperatingFault {
        RaftLog log = openClean(disk).log();
        for (int i = 1; i <= 5; i++) {
            write(log, 1, text("e" + i, 6_000));
        }
        assertEquals(AppendVerdict.APPENDED, log.truncateFrom(1));
        assertEquals(0, log.lastIndex());
        assertEquals(0, log.lastTerm());
        writeForced(log, 1, "x");
        writeForced(log, 1, text("y", 6_000));
        writeForced(log, 1, text("z", 6_000));
        disk.losePower((name, page) -> 0);
        RaftLog again = openClean(disk).log();
        assertEquals(List.of("1:x", "1:" + text("y", 6_000), "1:" + text("z", 6_000)), entries(again));
    }

    @Test
    void cutsIntoASegmentBeforeTheLast() throws OperatingFault {
        RaftLog log = openClean(disk).log();
        for (int i = 1; i <= 5; i++) {
            writeForced(log, 1, text("e" + i, 6_000));
        }
        assertEquals(AppendVerdict.APPENDED, log.truncateFrom(2));
        writeForced(log, 2, "x", "y");
        List<String> kept = List.of("1:" + text("e1", 6_000), "2:x", "2:y");
        assertEquals(kept, entries(log));
        disk.losePower((name, page) -> 0);
        assertEquals(kept, entries(openClean(disk).log()));
    }

    @Test
    void takesTheRecordsOfALeaderAsTheyAre() throws OperatingFault {
        RaftLog leader = openClean(disk).log();
        writeForced(leader, 1, "a", "bb");
        writeForced(leader, 3, "ccc", text("d", 50));
        ExpandableArrayBuffer run = new ExpandableArrayBuffer();
        int runBytes = copyRecords(leader, run);

        RaftLog follower = openClean(new MemoryDisk()).log();
        follower.beginRecords();
        assertEquals(AppendVerdict.APPENDED, follower.appendRecords(run, 0, runBytes));
        assertEquals(4, follower.writeBatch());
        assertEquals(4, follower.force());
        assertEquals(entries(leader), entries(follower));
        assertEquals(leader.chainCrcAt(4), follower.chainCrcAt(4));
    }

    @Test
    void refusesRecordsThatDoNotContinueTheChain() throws OperatingFault {
        RaftLog leader = openClean(disk).log();
        writeForced(leader, 1, "a", "bb");
        ExpandableArrayBuffer run = new ExpandableArrayBuffer();
        int runBytes = copyRecords(leader, run);
        int firstBytes = RecordLayout.recordBytes(1);

        RaftLog follower = openClean(new MemoryDisk()).log();
        writeForced(follower, 1, "A");
        follower.beginRecords();
        assertEquals(AppendVerdict.BROKEN_CHAIN, follower.appendRecords(run, firstBytes, runBytes - firstBytes));
        assertEquals(AppendVerdict.MALFORMED, follower.appendRecords(run, firstBytes, runBytes - firstBytes - 8));
        for (int offset = 0; offset < runBytes; offset++) {
            run.putByte(offset, (byte) (run.getByte(offset) ^ 4));
            RaftLog other = openClean(new MemoryDisk()).log();
            other.beginRecords();
            AppendVerdict verdict = other.appendRecords(run, 0, runBytes);
            run.putByte(offset, (byte) (run.getByte(offset) ^ 4));
            assertFalse(verdict == AppendVerdict.APPENDED, "flipped byte " + offset);
            assertEquals(0, other.batchBytes());
            assertEquals(AppendVerdict.APPENDED, other.appendRecords(run, 0, runBytes));
        }
        assertEquals(1, follower.writeBatch());
    }

    @Test
    void breaksOnATermThatGoesBack() throws OperatingFault {
        RaftLog log = openClean(disk).log();
        write(log, 4, "a");
        assertThrows(InvariantBroken.class, () -> log.beginBatch(3, 0));
    }

    @Test
    void breaksOnUseAfterClose() throws OperatingFault {
        OpenLog open = openClean(disk);
        write(open.log(), 1, "a");
        open.close();
        assertThrows(InvariantBroken.class, () -> write(open.log(), 1, "b"));
        open.close();
        assertEquals(List.of("1:a"), entries(openClean(disk).log()));
    }

    @Test
    void reachesNoFurtherThanTheReaderWasTold() throws OperatingFault {
        RaftLog log = openClean(disk).log();
        write(log, 1, "a", "b", "c");
        try (EntryCursor cursor = log.openCursor()) {
            assertTrue(cursor.moveTo(1, 2));
            assertTrue(cursor.next(2));
            assertFalse(cursor.next(2));
            assertEquals(2, cursor.index());
            assertThrows(InvariantBroken.class, () -> cursor.moveTo(0, 2));
        }
    }

    @Test
    void takesASegmentThatAnotherThreadPrepared() throws OperatingFault {
        RaftLog log = openClean(disk).log();
        SegmentPreparation preparation = log.nextPreparation();
        assertEquals(PrepareVerdict.PREPARED, preparation.perform());
        assertFalse(log.isNextPrepared());
        log.adopt(preparation);
        assertTrue(log.isNextPrepared());
        assertThrows(InvariantBroken.class, () -> log.adopt(preparation));
    }

    @Test
    void refusesToBatchWithoutATerm() throws OperatingFault {
        RaftLog log = openClean(disk).log();
        log.beginRecords();
        assertThrows(InvariantBroken.class, () -> log.appendEntry(1, bufferOf("a"), 0, 1));
    }

    private static int copyRecords(RaftLog log, ExpandableArrayBuffer target) {
        int runBytes = 0;
        try (EntryCursor cursor = log.openCursor()) {
            for (long index = 1; cursor.moveTo(index, log.lastIndex()); index++) {
                target.putBytes(runBytes, cursor.buffer(), cursor.recordOffset(), cursor.recordBytes());
                runBytes += cursor.recordBytes();
            }
        }
        return runBytes;
    }
}
