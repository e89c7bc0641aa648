package dev.steppe.raft.log;

import static dev.steppe.raft.log.LogFixture.openClean;
import static dev.steppe.raft.log.LogFixture.position;
import static dev.steppe.raft.log.LogFixture.text;
import static dev.steppe.raft.log.LogFixture.write;
import static dev.steppe.raft.log.LogFixture.writeForced;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import dev.steppe.base.OperatingFault;
import dev.steppe.raft.log.LogInspection.HardState;
import dev.steppe.raft.log.LogInspection.Segment;
import dev.steppe.raft.log.LogInspection.Verdict;
import dev.steppe.raft.log.LogInspection.Watermark;
import dev.steppe.raft.log.RecoveryVerdict.OpenLog;
import dev.steppe.raft.log.RecoveryVerdict.Reason;
import dev.steppe.raft.log.layout.LogPosition;
import dev.steppe.raft.log.layout.SegmentLayout;
import dev.steppe.raft.log.vault.Quarantine;
import dev.steppe.raft.storage.memory.MemoryDisk;
import dev.steppe.raft.storage.memory.PageFate;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

final class LogInspectionTest {
    private static final String FIRST = SegmentLayout.nameOf(1);

    private final MemoryDisk disk = new MemoryDisk();

    private LogInspection inspect(LogPosition snapshot) throws OperatingFault {
        Map<String, byte[]> before = contents();
        LogInspection inspection = LogInspection.of(disk.hold(), snapshot);
        disk.killProgram();
        Map<String, byte[]> after = contents();
        assertEquals(before.keySet(), after.keySet());
        before.forEach((name, content) -> assertArrayEquals(content, after.get(name), name));
        return inspection;
    }

    private Map<String, byte[]> contents() {
        Map<String, byte[]> contents = new TreeMap<>();
        disk.names().forEach(name -> contents.put(name, disk.content(name)));
        return contents;
    }

    @Test
    void tellsWhatIsThere() throws OperatingFault {
        OpenLog open = openClean(disk);
        writeForced(open.log(), 1, text("a", 6_000), "b");
        writeForced(open.log(), 2, text("c", 7_000));
        open.log().prepareNext();
        open.vault().store(3, 2, Quarantine.DOUBTFUL);
        open.close();
        LogInspection inspection = inspect(LogPosition.ORIGIN);
        assertEquals(Verdict.CLEAN, inspection.verdict());
        assertNull(inspection.place());
        assertEquals(1, inspection.firstIndex());
        assertEquals(3, inspection.lastIndex());
        assertEquals(new Watermark(2, 3), inspection.watermark());
        assertEquals(new HardState(3, 2, "DOUBTFUL"), inspection.vault());
        assertEquals(
                List.of(
                        new Segment(FIRST, 1, 1, 2, 1 << 14),
                        new Segment(SegmentLayout.nameOf(2), 2, 3, 3, 1 << 14),
                        new Segment(SegmentLayout.nameOf(3), 3, 0, 0, 1 << 14)),
                inspection.segments());
    }

    @Test
    void tellsWhereTheTailIsTorn() throws OperatingFault {
        RaftLog log = openClean(disk).log();
        writeForced(log, 1, text("a", 3_900));
        write(log, 1, text("b", 6_000));
        disk.losePower((name, page) -> page == 2 && name.equals(FIRST) ? 0xFF : 0);
        LogInspection inspection = inspect(LogPosition.ORIGIN);
        assertEquals(Verdict.TORN_TAIL, inspection.verdict());
        assertEquals(new Place(FIRST, SegmentLayout.FRAMES_OFFSET + 56 + 24 + 3_904, 2), inspection.place());
        assertEquals(1, inspection.lastIndex());
        assertEquals(Quarantine.BLANK.name(), inspection.vault().quarantine());
    }

    @Test
    void tellsWhatIsDamaged() throws OperatingFault {
        OpenLog open = openClean(disk);
        writeForced(open.log(), 1, "a");
        writeForced(open.log(), 1, "b");
        open.close();
        disk.flipBit(FIRST, SegmentLayout.FRAMES_OFFSET + 88 + 60, 3);
        LogInspection inspection = inspect(LogPosition.ORIGIN);
        assertEquals(Verdict.DAMAGED, inspection.verdict());
        assertEquals(Reason.DAMAGED_ENTRIES, inspection.reason());
        assertEquals(new Place(FIRST, SegmentLayout.FRAMES_OFFSET + 88, 2), inspection.place());
        assertEquals(1, inspection.lastIndex());
        assertEquals(new Watermark(1, 2), inspection.watermark());
        for (String name : List.of("base", "vault", "identity")) {
            disk.dropFile(name);
            LogInspection without = inspect(LogPosition.ORIGIN);
            assertEquals(Place.file(name), without.place());
            assertEquals(0, without.lastIndex());
            assertEquals(List.of(), without.segments());
        }
    }

    @Test
    void beginsBehindItsSnapshot() throws OperatingFault {
        OpenLog open = openClean(disk);
        writeForced(open.log(), 1, text("a", 8_000));
        writeForced(open.log(), 1, text("b", 8_000));
        writeForced(open.log(), 1, text("c", 8_000));
        LogPosition snapshot = position(open.log(), 2);
        open.log().truncatePrefix(2);
        disk.losePower(PageFate.LOSE_ALL);
        LogInspection inspection = inspect(snapshot);
        assertEquals(Verdict.CLEAN, inspection.verdict());
        assertEquals(3, inspection.firstIndex());
        assertEquals(new Watermark(1, 2), inspection.watermark());
        assertEquals(1, inspection.segments().size());
        assertEquals(Reason.MISSING_SNAPSHOT, inspect(LogPosition.ORIGIN).reason());
    }

    @Test
    void saysWhoseDirectoryItIs() throws OperatingFault {
        openClean(disk).close();
        assertEquals(LogFixture.IDENTITY, LogInspection.identityOf(disk.hold()));
        disk.killProgram();
        disk.dropFile("identity");
        assertNull(LogInspection.identityOf(disk.hold()));
    }
}
