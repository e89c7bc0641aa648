package dev.steppe.raft.log;

import static dev.steppe.raft.log.LogFixture.entries;
import static dev.steppe.raft.log.LogFixture.position;
import static dev.steppe.raft.log.LogFixture.text;
import static dev.steppe.raft.log.LogFixture.writeForced;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import dev.steppe.base.OperatingFault;
import dev.steppe.raft.log.LogInspection.Verdict;
import dev.steppe.raft.log.RecoveryVerdict.Damaged;
import dev.steppe.raft.log.RecoveryVerdict.OpenLog;
import dev.steppe.raft.log.RecoveryVerdict.TornTail;
import dev.steppe.raft.log.layout.LogPosition;
import dev.steppe.raft.log.layout.SegmentLayout;
import dev.steppe.raft.log.vault.Quarantine;
import dev.steppe.raft.storage.memory.MemoryDisk;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Every bit of every byte of a data directory of 64 KiB flips, one after another, then two and three at a time: it is
 * found, or it changes nothing. The directory has all that a log can have: an obsolete segment, a beginning that is
 * gone, a cut, recycled segments with old frames behind the tail, and one that is prepared.
 */
final class EveryByteTest {
    private static final LogConfig TINY = new LogConfig(1 << 13, 2_048);

    private final MemoryDisk disk = new MemoryDisk();
    private final MemoryDisk rotten = new MemoryDisk();
    private final TreeMap<String, Integer> damagedCounts = new TreeMap<>();
    private LogPosition snapshot;
    private List<String> before;

    @BeforeEach
    void fill() throws OperatingFault {
        OpenLog open = LogFixture.clean(
                LogRecovery.open(disk.hold(), LogFixture.IDENTITY, TINY, LogFixture.ENTROPY, LogPosition.ORIGIN));
        RaftLog log = open.log();
        for (int i = 0; i < 4; i++) {
            writeForced(log, 1, text("old" + i, 1_200), "", text("b", 60));
            writeForced(log, 1, text("older" + i, 1_000));
            writeForced(log, 1, text("oldest" + i, 1_200));
        }
        log.truncatePrefix(15);
        writeForced(log, 2, text("c", 700));
        writeForced(log, 2, text("d", 300), "e");
        assertEquals(AppendVerdict.APPENDED, log.truncateFrom(log.lastIndex()));
        writeForced(log, 3, text("f", 200));
        writeForced(log, 3, text("g", 700), "h");
        snapshot = position(log, log.firstIndex());
        log.prepareNext();
        open.vault().store(3, 2, Quarantine.NONE);
        open.vault().store(4, 1, Quarantine.NONE);
        before = entries(log);
        open.close();
        int lengthBytes = disk.names().stream().mapToInt(disk::lengthBytes).sum();
        assertTrue(lengthBytes >= 60 << 10 && lengthBytes <= 68 << 10, disk.names() + ": " + lengthBytes);
        byte[] active = disk.content(SegmentLayout.nameOf(5));
        assertTrue(new String(active, StandardCharsets.ISO_8859_1).contains("oldest0"), "no leftovers");
        assertEquals(1, active[32], "generation before");
    }

    @Test
    void findsEveryBitOrIsNotChangedByIt() throws OperatingFault {
        for (String name : disk.names()) {
            for (int offset = 0; offset < disk.lengthBytes(name); offset++) {
                for (int bit = 0; bit < 8; bit++) {
                    rotten.become(disk);
                    rotten.flipBit(name, offset, bit);
                    checkOneFlip(name, offset, bit);
                }
            }
        }
        // Sanity: entries and headers are looked at, slots have twins, obsolete segments are not needed.
        assertEquals(
                List.of(SegmentLayout.nameOf(4), SegmentLayout.nameOf(5), SegmentLayout.nameOf(6)),
                List.copyOf(damagedCounts.keySet()),
                damagedCounts::toString);
        assertTrue(damagedCounts.get(SegmentLayout.nameOf(4)) > 8 * 2_000, damagedCounts::toString);
        assertTrue(damagedCounts.get(SegmentLayout.nameOf(5)) > 8 * 1_500, damagedCounts::toString);
        assertEquals(8 * 64, damagedCounts.get(SegmentLayout.nameOf(6)), damagedCounts::toString);
    }

    @Test
    void findsTwoOrThreeBitsOrDoubtsItself() throws OperatingFault {
        SplittableRandom random = new SplittableRandom(20_261_125);
        List<String> names = disk.names();
        int doubtfulCount = 0;
        for (int i = 0; i < 30_000; i++) {
            rotten.become(disk);
            String what = "";
            for (int flip = 2 + i % 2; flip > 0; flip--) {
                // Half of them where the last batch and what speaks for it lie.
                boolean isNear = i % 4 < 2;
                String name = isNear && flip == 1 ? "watermark" : names.get(random.nextInt(names.size()));
                name = isNear && flip == 2 ? SegmentLayout.nameOf(5) : name;
                int offset = isNear && flip <= 2 ? flip == 1 ? random.nextInt(40) : lastBatchOffset() : 0;
                offset = offset == 0 ? random.nextInt(disk.lengthBytes(name)) : offset + random.nextInt(64);
                rotten.flipBit(name, offset, random.nextInt(8));
                what += " " + name + "@" + offset;
            }
            doubtfulCount += checkSome(what) ? 1 : 0;
        }
        assertTrue(doubtfulCount > 1_000, "doubtful: " + doubtfulCount);
    }

    private RecoveryVerdict recover() throws OperatingFault {
        return LogRecovery.open(rotten.hold(), LogFixture.IDENTITY, TINY, LogFixture.ENTROPY, snapshot);
    }

    private void checkOneFlip(String name, int offset, int bit) throws OperatingFault {
        Verdict seen = null;
        if (bit == (offset & 7)) {
            seen = LogInspection.of(rotten.hold(), snapshot).verdict();
            rotten.killProgram();
        }
        RecoveryVerdict verdict = recover();
        if (seen != null) {
            assertEquals(verdictOf(verdict), seen, name + " at " + offset);
        }
        if (verdict instanceof Damaged) {
            damagedCounts.merge(name, 1, Integer::sum);
            return;
        }
        OpenLog open = openOf(verdict);
        if (!before.equals(entries(open.log()))
                || open.vault().term() != 4
                || open.vault().votedFor() != 1
                || open.directoryId() != LogFixture.DIRECTORY_ID
                || open.incarnation() != 2
                || (open.vault().quarantine() == Quarantine.NONE) != (verdict instanceof RecoveryVerdict.Clean)) {
            fail("silently another log: " + name + " at " + offset + ", bit " + bit + ": " + verdict);
        }
    }

    /** True if the end of the log is missing, of which the server then knows that it may be. */
    private boolean checkSome(String what) throws OperatingFault {
        RecoveryVerdict verdict = recover();
        if (verdict instanceof Damaged) {
            return false;
        }
        OpenLog open = openOf(verdict);
        List<String> found = entries(open.log());
        assertEquals(4, open.vault().term(), what);
        assertEquals(1, open.vault().votedFor(), what);
        assertEquals(2, open.incarnation(), what);
        if (found.equals(before)) {
            return false;
        }
        assertTrue(
                found.size() < before.size() && before.subList(0, found.size()).equals(found), what);
        assertEquals(Quarantine.DOUBTFUL, open.vault().quarantine(), what);
        return true;
    }

    private int lastBatchOffset() {
        // Behind the frames of "c", of "d" with "e", of the cut and of "f".
        return SegmentLayout.FRAMES_OFFSET + (56 + 24 + 704) + (56 + 24 + 304 + 32) + 56 + (56 + 24 + 200);
    }

    private static OpenLog openOf(RecoveryVerdict verdict) {
        return verdict instanceof TornTail torn ? torn.open() : LogFixture.clean(verdict);
    }

    private static Verdict verdictOf(RecoveryVerdict verdict) {
        if (verdict instanceof Damaged) {
            return Verdict.DAMAGED;
        }
        return verdict instanceof TornTail ? Verdict.TORN_TAIL : Verdict.CLEAN;
    }
}
