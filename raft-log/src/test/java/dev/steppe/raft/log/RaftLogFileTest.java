package dev.steppe.raft.log;

import static dev.steppe.raft.log.LogFixture.IDENTITY;
import static dev.steppe.raft.log.LogFixture.clean;
import static dev.steppe.raft.log.LogFixture.entries;
import static dev.steppe.raft.log.LogFixture.text;
import static dev.steppe.raft.log.LogFixture.write;
import static dev.steppe.raft.log.LogFixture.writeForced;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import dev.steppe.base.OperatingFault;
import dev.steppe.raft.log.RecoveryVerdict.OpenLog;
import dev.steppe.raft.log.layout.LogPosition;
import dev.steppe.raft.log.layout.SegmentLayout;
import dev.steppe.raft.log.vault.BaseFile;
import dev.steppe.raft.log.vault.Quarantine;
import dev.steppe.raft.storage.WriteStrategy;
import dev.steppe.raft.storage.file.DirectoryVerdict;
import dev.steppe.raft.storage.file.FileDirectory;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The log on real files. */
final class RaftLogFileTest {
    @TempDir
    private Path parent;

    @ParameterizedTest
    @EnumSource
    void findsEverythingAfterReopening(WriteStrategy strategy) throws OperatingFault {
        OpenLog open = openDirectory(small(strategy));
        for (int i = 0; i < 20; i++) {
            writeForced(open.log(), 1 + i / 5, text("a" + i, 1_000), "b");
        }
        assertEquals(AppendVerdict.APPENDED, open.log().truncateFrom(35));
        writeForced(open.log(), 9, "c");
        open.vault().store(9, 1, Quarantine.NONE);
        List<String> before = entries(open.log());
        open.close();
        OpenLog again = openDirectory(small(strategy));
        assertEquals(before, entries(again.log()));
        assertEquals(9, again.vault().term());
        assertEquals(2, again.incarnation());
        again.close();
    }

    @ParameterizedTest
    @EnumSource
    void staysReadableThroughAnOpenCursorAfterClose(WriteStrategy strategy) throws OperatingFault {
        OpenLog open = openDirectory(small(strategy));
        writeForced(open.log(), 1, "abc");
        EntryCursor cursor = open.log().openCursor();
        assertTrue(cursor.moveTo(1, 1));
        open.close();
        assertEquals('c', cursor.buffer().getByte(cursor.payloadOffset() + 2));
        cursor.close();
        cursor.close();
    }

    @ParameterizedTest
    @EnumSource
    void allocatesNothingWhileAppending(WriteStrategy strategy) throws OperatingFault {
        OpenLog open = openDirectory(new LogConfig(1 << 22, 4_096, strategy));
        RaftLog log = open.log();
        EntryCursor cursor = log.openCursor();
        UnsafeBuffer payload = new UnsafeBuffer(new byte[48]);
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        appendAndRead(log, cursor, payload, 2_000);
        // A table of offsets doubles now and then; between two doublings nothing may be allocated.
        long leastBytes = Long.MAX_VALUE;
        for (int round = 0; round < 5; round++) {
            long beforeBytes = threads.getCurrentThreadAllocatedBytes();
            appendAndRead(log, cursor, payload, 400);
            leastBytes = Math.min(leastBytes, threads.getCurrentThreadAllocatedBytes() - beforeBytes);
        }
        assertEquals(0, leastBytes);
        cursor.close();
        open.close();
    }

    /** Half of what a table of offsets takes: names and heads of files take less. */
    @ParameterizedTest
    @EnumSource
    void usesTheTablesOfSegmentsAgain(WriteStrategy strategy) throws OperatingFault {
        int segmentBytes = 1 << 22;
        OpenLog open = openDirectory(new LogConfig(segmentBytes, 1 << 20, strategy));
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        String filling = text("f", 900_000);
        open.log().prepareNext();
        long leastBytes = Long.MAX_VALUE;
        for (int round = 0; round < 8; round++) {
            while (open.log().isNextPrepared()) {
                write(open.log(), 1, filling);
            }
            open.log().truncatePrefix(open.log().lastIndex());
            long beforeBytes = threads.getCurrentThreadAllocatedBytes();
            open.log().prepareNext();
            leastBytes = Math.min(leastBytes, threads.getCurrentThreadAllocatedBytes() - beforeBytes);
        }
        assertTrue(leastBytes < segmentBytes / 128 * Integer.BYTES / 2, "allocated " + leastBytes);
        open.close();
    }

    private static void appendAndRead(RaftLog log, EntryCursor cursor, UnsafeBuffer payload, int count)
            throws OperatingFault {
        for (int i = 0; i < count; i++) {
            log.beginBatch(1, i);
            for (int j = 0; j < 4; j++) {
                log.appendEntry(1, payload, 0, 48);
            }
            long lastIndex = log.writeBatch();
            if (i % 16 == 0) {
                log.force();
            }
            if (!cursor.moveTo(lastIndex, lastIndex) || log.termAt(lastIndex - 1) != 1) {
                throw new AssertionError("entry " + lastIndex + " is not readable");
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void usesSegmentsAgainOverManyRounds(WriteStrategy strategy) throws OperatingFault {
        OpenLog open = openDirectory(small(strategy));
        EntryCursor slow = open.log().openCursor();
        LogPosition snapshot = LogPosition.ORIGIN;
        for (int round = 0; round < 60; round++) {
            writeForced(open.log(), 1, text("a" + round, 3_000), text("b" + round, 2_000));
            long lastIndex = open.log().lastIndex();
            if (round % 7 == 0) {
                assertTrue(slow.moveTo(lastIndex, lastIndex));
            }
            snapshot = LogFixture.position(open.log(), lastIndex - 1);
            open.log().truncatePrefix(lastIndex - 1);
            assertEquals('a' + (slow.index() % 2 == 0 ? 1 : 0), slow.buffer().getByte(slow.payloadOffset()));
        }
        List<String> before = entries(open.log());
        open.close();
        assertEquals('b', slow.buffer().getByte(slow.payloadOffset()));
        slow.close();
        OpenLog again = openDirectory(small(strategy), snapshot);
        assertEquals(before, entries(again.log()));
        long segmentCount =
                again.directory().names().stream().filter(SegmentLayout::isName).count();
        assertTrue(segmentCount <= 8, again.directory().names()::toString);
        again.close();
    }

    /** A mapping that goes under a reader ends the process, and this test with it. */
    @ParameterizedTest
    @EnumSource
    void isReadByOthersWhileSegmentsGo(WriteStrategy strategy) throws Exception {
        OpenLog open = openDirectory(small(strategy));
        RaftLog log = open.log();
        AtomicLong readableIndex = new AtomicLong();
        AtomicBoolean isOver = new AtomicBoolean();
        ExecutorService threads = Executors.newFixedThreadPool(2);
        List<Future<?>> readers = new ArrayList<>();
        List<AtomicLong> readCounts = List.of(new AtomicLong(), new AtomicLong());
        for (int i = 0; i < 2; i++) {
            EntryCursor cursor = log.openCursor();
            // At least the last two entries are always there: a stride of 3 from two in front of the first meets one.
            int stride = 1 + 2 * i;
            AtomicLong readCount = readCounts.get(i);
            readers.add(threads.submit(() -> {
                while (!isOver.get()) {
                    long readable = readableIndex.get();
                    long first = Math.max(1, Math.max(log.firstIndex() - 2, cursor.index() - 3));
                    for (long index = first; index <= readable; index += stride) {
                        if (cursor.moveTo(index, readable)) {
                            assertEquals(index, cursor.buffer().getLong(cursor.payloadOffset() + 2_000));
                            readCount.incrementAndGet();
                        }
                    }
                }
                cursor.close();
            }));
        }
        UnsafeBuffer payload = new UnsafeBuffer(new byte[3_000]);
        // On a busy machine the readers may get their first turn late.
        for (int round = 1; round <= 1_500 || readCounts.stream().anyMatch(count -> count.get() == 0); round++) {
            if (readers.stream().anyMatch(Future::isDone)) {
                break;
            }
            if (!log.isNextPrepared()) {
                log.prepareNext();
            }
            payload.putLong(2_000, round);
            log.beginBatch(1, round);
            assertEquals(AppendVerdict.APPENDED, log.appendEntry(1, payload, 0, 3_000));
            readableIndex.set(log.writeBatch());
            log.truncatePrefix(round - 2);
        }
        isOver.set(true);
        for (Future<?> reader : readers) {
            reader.get();
        }
        threads.shutdown();
        open.close();
    }

    @ParameterizedTest
    @EnumSource
    void setsADamagedLogAside(WriteStrategy strategy) throws OperatingFault, IOException {
        OpenLog open = openDirectory(small(strategy));
        writeForced(open.log(), 1, "abc");
        open.vault().store(4, 3, Quarantine.NONE);
        long directoryId = open.directoryId();
        open.close();
        Path base = parent.resolve("data").resolve("base");
        Files.write(base, new byte[BaseFile.FILE_BYTES]);
        FileDirectory directory = hold();
        RecoveryVerdict damaged =
                LogRecovery.open(directory, IDENTITY, small(strategy), LogFixture.ENTROPY, LogPosition.ORIGIN);
        assertEquals(new RecoveryVerdict.Damaged(Place.file("base"), RecoveryVerdict.Reason.DAMAGED_BASE), damaged);
        OpenLog again = clean(
                LogRecovery.setAside(directory, IDENTITY, small(strategy), LogFixture.ENTROPY, LogPosition.ORIGIN));
        assertEquals(directoryId, again.directoryId());
        assertEquals(Quarantine.DAMAGED, again.vault().quarantine());
        assertEquals(4, again.vault().term());
        assertEquals(0, again.log().lastIndex());
        assertTrue(Files.exists(parent.resolve("data/damaged-1/segment-0000000000000001")));
        writeForced(again.log(), 5, "def");
        again.close();
        OpenLog third = openDirectory(small(strategy));
        assertEquals(List.of("5:def"), entries(third.log()));
        assertEquals(Quarantine.DAMAGED, third.vault().quarantine());
        third.close();
    }

    private static LogConfig small(WriteStrategy strategy) {
        return new LogConfig(LogFixture.SMALL.segmentBytes(), LogFixture.SMALL.batchMaxBytes(), strategy);
    }

    private FileDirectory hold() throws OperatingFault {
        DirectoryVerdict verdict = FileDirectory.hold(parent.resolve("data"));
        assertTrue(verdict instanceof DirectoryVerdict.Held, verdict::toString);
        return ((DirectoryVerdict.Held) verdict).directory();
    }

    private OpenLog openDirectory(LogConfig config) throws OperatingFault {
        return openDirectory(config, LogPosition.ORIGIN);
    }

    private OpenLog openDirectory(LogConfig config, LogPosition snapshot) throws OperatingFault {
        return clean(LogRecovery.open(hold(), IDENTITY, config, LogFixture.ENTROPY, snapshot));
    }
}
