package dev.steppe.raft.log;

import static dev.steppe.raft.log.LogFixture.clean;
import static dev.steppe.raft.log.LogFixture.entries;
import static dev.steppe.raft.log.LogFixture.openClean;
import static dev.steppe.raft.log.LogFixture.recover;
import static dev.steppe.raft.log.LogFixture.text;
import static dev.steppe.raft.log.LogFixture.torn;
import static dev.steppe.raft.log.LogFixture.write;
import static dev.steppe.raft.log.LogFixture.writeForced;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steppe.base.OperatingFault;
import dev.steppe.raft.log.RecoveryVerdict.TornTail;
import dev.steppe.raft.log.layout.LogPosition;
import dev.steppe.raft.log.layout.SegmentLayout;
import dev.steppe.raft.storage.memory.MemoryDisk;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A power loss in the middle of what was not forced, in every way in which pages can survive it. */
final class TornBatchTest {
    private static final String SEGMENT = SegmentLayout.nameOf(1);
    private static final LogConfig SIX_PAGES = new LogConfig(1 << 16, 20_480);

    private static final LogConfig TEN_PAGES = new LogConfig(1 << 16, 10 * 4_096);

    private final MemoryDisk disk = new MemoryDisk();
    private final MemoryDisk after = new MemoryDisk();
    private LogConfig config = SIX_PAGES;
    private LogPosition snapshot = LogPosition.ORIGIN;

    /** A log whose current segment is new, or holds old frames, one of them where the next tail will be. */
    private RaftLog open(boolean isRecycled) throws OperatingFault {
        config = TEN_PAGES;
        RaftLog log = clean(LogRecovery.open(disk.hold(), LogFixture.IDENTITY, config, LogFixture.ENTROPY, snapshot))
                .log();
        while (isRecycled && log.lastIndex() < 31) {
            writeForced(log, 1, text("old", 3_900));
            snapshot = LogFixture.position(log, log.lastIndex());
            log.truncatePrefix(snapshot.index());
            log.prepareNext();
        }
        writeForced(log, 2, text("a", 3_900));
        writeForced(log, 2, text("b", 3_900));
        return log;
    }

    private String active() {
        return disk.names().stream()
                .filter(name ->
                        SegmentLayout.isName(name) && !disk.dirtyPages(name).isEmpty())
                .findFirst()
                .orElseThrow();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void losesNothingAcknowledgedForAnySubsetOfUpToTenPages(boolean isRecycled) throws OperatingFault {
        RaftLog log = open(isRecycled);
        List<String> acknowledged = entries(log);
        MemoryDisk start = disk.copy();
        for (int pageCount = 1; pageCount <= 10; pageCount++) {
            disk.become(start);
            RaftLog writing = LogFixture.usable(
                    LogRecovery.open(disk.hold(), LogFixture.IDENTITY, config, LogFixture.ENTROPY, snapshot));
            int firstBytes = 100;
            write(writing, 3, text("c", firstBytes), text("d", pageCount * 4_096 - 900));
            BitSet dirty = disk.dirtyPages(active());
            assertTrue(Math.abs(dirty.cardinality() - pageCount) <= 1, dirty::toString);
            assertEquals(isRecycled, isRecycled(active()));
            checkEverySubset(acknowledged, List.of(entries(writing)));
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void losesNothingAcknowledgedForAnyTearOfTheFirstAndTheLastPage(boolean isRecycled) throws OperatingFault {
        RaftLog log = open(isRecycled);
        List<String> acknowledged = entries(log);
        write(log, 3, text("c", 3_000), text("d", 5_000));
        List<List<String>> whole = List.of(entries(log));
        String active = active();
        assertEquals(isRecycled, isRecycled(active));
        BitSet dirty = disk.dirtyPages(active);
        for (int tornPage : List.of(dirty.nextSetBit(0), dirty.length() - 1)) {
            for (int sectors = 0; sectors < 256; sectors++) {
                for (int others : List.of(0, 0xFF)) {
                    int surviving = sectors;
                    after.become(disk);
                    after.losePower((name, page) -> page == tornPage && name.equals(active) ? surviving : others);
                    checkAnswer("page " + tornPage + " sectors " + sectors, after, acknowledged, whole);
                }
            }
        }
    }

    private boolean isRecycled(String name) {
        return SegmentLayout.previousGeneration(
                        ByteBuffer.wrap(disk.content(name)).order(ByteOrder.LITTLE_ENDIAN))
                > 0;
    }

    @Test
    void losesNothingAcknowledgedForAnySubsetOfPages() throws OperatingFault {
        RaftLog log = clean(LogRecovery.open(
                        disk.hold(), LogFixture.IDENTITY, SIX_PAGES, LogFixture.ENTROPY, LogPosition.ORIGIN))
                .log();
        writeForced(log, 1, "a", text("b", 1_000));
        writeForced(log, 2, text("c", 700));
        List<String> acknowledged = entries(log);
        write(log, 3, text("d", 3_000), text("e", 9_000), text("f", 7_000), "g");
        assertEquals(6, disk.dirtyPages(SEGMENT).cardinality());
        checkEverySubset(acknowledged, List.of(entries(log)));
    }

    @Test
    void losesNothingAcknowledgedForAnyTearOfTwoBatchesInFlight() throws OperatingFault {
        RaftLog log = clean(LogRecovery.open(
                        disk.hold(), LogFixture.IDENTITY, SIX_PAGES, LogFixture.ENTROPY, LogPosition.ORIGIN))
                .log();
        writeForced(log, 1, "a");
        List<String> acknowledged = entries(log);
        write(log, 1, text("b", 9_000));
        List<String> withFirst = entries(log);
        write(log, 1, text("c", 9_000));
        checkEverySubset(acknowledged, List.of(withFirst, entries(log)));
    }

    @Test
    void losesNothingAcknowledgedForAnyTearOfTheHeadersSectors() throws OperatingFault {
        RaftLog log = openClean(disk).log();
        writeForced(log, 1, text("a", 400));
        List<String> acknowledged = entries(log);
        write(log, 1, text("b", 900), text("c", 900));
        List<String> whole = entries(log);
        int page = disk.dirtyPages(SEGMENT).nextSetBit(0);
        for (int sectors = 0; sectors < 256; sectors++) {
            int surviving = sectors;
            MemoryDisk after = disk.copy();
            after.losePower((name, other) -> other == page ? surviving : 0);
            checkAnswer("sectors " + sectors, after, acknowledged, List.of(whole));
        }
    }

    @Test
    void cutsWhatIsLeftOfABatchWhoseHeaderIsGone() throws OperatingFault {
        RaftLog log = openClean(disk).log();
        writeForced(log, 1, text("a", 3_900));
        write(log, 1, text("b", 6_000));
        disk.losePower((name, page) -> page == 2 ? 0xFF : 0);
        TornTail verdict = torn(recover(disk));
        assertEquals(2, verdict.place().index());
        assertTrue(verdict.discardedBytes() > 4_096 && verdict.discardedBytes() < 8_192, verdict::toString);
        writeForced(verdict.open().log(), 2, "c");
        disk.losePower((name, page) -> 0);
        assertEquals(
                List.of("1:" + text("a", 3_900), "2:c"), entries(openClean(disk).log()));
    }

    @Test
    void cutsTheFirstBatchOfASegment() throws OperatingFault {
        RaftLog log = openClean(disk).log();
        writeForced(log, 1, text("a", 7_000));
        log.prepareNext();
        write(log, 1, text("b", 7_000));
        disk.losePower((name, page) -> name.equals(SegmentLayout.nameOf(2)) && page == 2 ? 0xFF : 0);
        TornTail verdict = torn(recover(disk));
        assertEquals(2, verdict.place().index());
        writeForced(verdict.open().log(), 2, text("c", 7_000));
        disk.losePower((name, page) -> 0);
        assertEquals(2, entries(openClean(disk).log()).size());
    }

    @Test
    void takesACutThatDiesForNoDamage() throws OperatingFault {
        for (int crashStep = 0; crashStep < 4; crashStep++) {
            for (int subset = 0; subset < 8; subset++) {
                MemoryDisk dying = new MemoryDisk();
                RaftLog log = openClean(dying).log();
                writeForced(log, 1, "a");
                List<String> acknowledged = entries(log);
                write(log, 1, text("b", 6_000));
                List<String> whole = entries(log);
                dying.crashAt(dying.stepCount() + crashStep);
                assertThrows(OperatingFault.class, () -> log.truncateFrom(2));
                int surviving = subset;
                dying.losePower((name, page) -> (surviving >> (page - 1) & 1) != 0 ? 0xFF : 0);
                checkAnswer("step " + crashStep + " pages " + subset, dying, acknowledged, List.of(whole));
            }
        }
    }

    private void checkEverySubset(List<String> acknowledged, List<List<String>> longer) throws OperatingFault {
        String active = active();
        BitSet dirty = disk.dirtyPages(active);
        List<Integer> pages = new ArrayList<>();
        dirty.stream().forEach(pages::add);
        for (int subset = 0; subset < 1 << pages.size(); subset++) {
            int surviving = subset;
            after.become(disk);
            after.losePower((name, page) -> {
                int ordinal = name.equals(active) ? pages.indexOf(page) : 0;
                return (surviving >> ordinal & 1) != 0 ? 0xFF : 0;
            });
            checkAnswer("pages " + Integer.toBinaryString(subset), after, acknowledged, longer);
        }
    }

    /** The acknowledged entries, or those and whole batches behind them; and the log goes on from there. */
    private void checkAnswer(String what, MemoryDisk disk, List<String> acknowledged, List<List<String>> longer)
            throws OperatingFault {
        RecoveryVerdict verdict =
                LogRecovery.open(disk.hold(), LogFixture.IDENTITY, config, LogFixture.ENTROPY, snapshot);
        RaftLog log = verdict instanceof TornTail torn
                ? torn.open().log()
                : clean(verdict).log();
        List<String> found = entries(log);
        assertTrue(found.equals(acknowledged) || longer.contains(found), () -> what + " left " + found.size());
        assertEquals(log.lastIndex(), log.forcedIndex(), what);
        writeForced(log, 9, "next");
        List<String> expected = entries(log);
        disk.losePower((name, page) -> 0);
        RaftLog again = clean(LogRecovery.open(disk.hold(), LogFixture.IDENTITY, config, LogFixture.ENTROPY, snapshot))
                .log();
        assertEquals(expected, entries(again), what);
    }
}
