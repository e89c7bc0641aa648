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
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A power loss in the middle of what was not forced, in every way in which pages can survive it. */
final class TornBatchTest {
    private static final String SEGMENT = SegmentLayout.nameOf(1);
    private static final LogConfig SIX_PAGES = new LogConfig(1 << 16, 20_480);

    private final MemoryDisk disk = new MemoryDisk();

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
        BitSet dirty = disk.dirtyPages(SEGMENT);
        List<Integer> pages = new ArrayList<>();
        dirty.stream().forEach(pages::add);
        for (int subset = 0; subset < 1 << pages.size(); subset++) {
            int surviving = subset;
            MemoryDisk after = disk.copy();
            after.losePower((name, page) -> {
                int ordinal = name.equals(SEGMENT) ? pages.indexOf(page) : 0;
                return (surviving >> ordinal & 1) != 0 ? 0xFF : 0;
            });
            checkAnswer("pages " + Integer.toBinaryString(subset), after, acknowledged, longer);
        }
    }

    /** The acknowledged entries, or those and whole batches behind them; and the log goes on from there. */
    private static void checkAnswer(String what, MemoryDisk disk, List<String> acknowledged, List<List<String>> longer)
            throws OperatingFault {
        RecoveryVerdict verdict =
                LogRecovery.open(disk.hold(), LogFixture.IDENTITY, SIX_PAGES, LogFixture.ENTROPY, LogPosition.ORIGIN);
        RaftLog log = verdict instanceof TornTail torn
                ? torn.open().log()
                : clean(verdict).log();
        List<String> found = entries(log);
        assertTrue(found.equals(acknowledged) || longer.contains(found), () -> what + " left " + found.size());
        assertEquals(found.size(), log.forcedIndex(), what);
        writeForced(log, 9, "next");
        List<String> expected = entries(log);
        disk.losePower((name, page) -> 0);
        RaftLog again = clean(LogRecovery.open(
                        disk.hold(), LogFixture.IDENTITY, SIX_PAGES, LogFixture.ENTROPY, LogPosition.ORIGIN))
                .log();
        assertEquals(expected, entries(again), what);
    }
}
