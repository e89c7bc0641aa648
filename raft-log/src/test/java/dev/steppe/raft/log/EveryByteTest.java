package dev.steppe.raft.log;

import static dev.steppe.raft.log.LogFixture.entries;
import static dev.steppe.raft.log.LogFixture.text;
import static dev.steppe.raft.log.LogFixture.writeForced;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steppe.base.OperatingFault;
import dev.steppe.raft.log.RecoveryVerdict.Damaged;
import dev.steppe.raft.log.RecoveryVerdict.OpenLog;
import dev.steppe.raft.log.layout.LogPosition;
import dev.steppe.raft.log.layout.SegmentLayout;
import dev.steppe.raft.log.vault.Quarantine;
import dev.steppe.raft.storage.memory.MemoryDisk;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** One bit of every byte of a small data directory flips: it is found, or it changes nothing. */
final class EveryByteTest {
    private static final LogConfig TINY = new LogConfig(1 << 13, 2_048);

    private final MemoryDisk disk = new MemoryDisk();
    private final MemoryDisk rotten = new MemoryDisk();
    private final TreeMap<String, Integer> damagedCounts = new TreeMap<>();

    @Test
    void neverSilentlyReadsOtherContent() throws OperatingFault {
        OpenLog open = LogFixture.clean(
                LogRecovery.open(disk.hold(), LogFixture.IDENTITY, TINY, LogFixture.ENTROPY, LogPosition.ORIGIN));
        writeForced(open.log(), 1, "a", "", text("b", 60));
        writeForced(open.log(), 2, text("c", 1_500));
        assertEquals(AppendVerdict.APPENDED, open.log().truncateFrom(3));
        writeForced(open.log(), 3, text("d", 300), "e");
        open.log().prepareNext();
        writeForced(open.log(), 3, text("f", 2_000));
        open.vault().store(3, 2, Quarantine.NONE);
        open.vault().store(4, 1, Quarantine.NONE);
        List<String> before = entries(open.log());
        open.close();
        for (String name : disk.names()) {
            for (int offset = 0; offset < disk.lengthBytes(name); offset++) {
                checkFlip(name, offset, before);
            }
        }
        // Sanity: entries and headers are looked at, slots have twins.
        assertTrue(damagedCounts.get(SegmentLayout.nameOf(1)) > 2_000, damagedCounts::toString);
        assertTrue(damagedCounts.get(SegmentLayout.nameOf(2)) > 2_000, damagedCounts::toString);
        assertEquals(2, damagedCounts.size(), damagedCounts::toString);
    }

    private void checkFlip(String name, int offset, List<String> before) throws OperatingFault {
        int bit = offset & 7;
        rotten.become(disk);
        rotten.flipBit(name, offset, bit);
        RecoveryVerdict verdict =
                LogRecovery.open(rotten.hold(), LogFixture.IDENTITY, TINY, LogFixture.ENTROPY, LogPosition.ORIGIN);
        if (verdict instanceof Damaged) {
            damagedCounts.merge(name, 1, Integer::sum);
            return;
        }
        OpenLog open = verdict instanceof RecoveryVerdict.TornTail torn ? torn.open() : LogFixture.clean(verdict);
        String where = name + " at " + offset;
        assertEquals(before, entries(open.log()), where);
        assertEquals(4, open.vault().term(), where);
        assertEquals(1, open.vault().votedFor(), where);
        assertEquals(2, open.incarnation(), where);
    }
}
