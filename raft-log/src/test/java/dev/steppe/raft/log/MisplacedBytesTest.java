package dev.steppe.raft.log;

import static dev.steppe.raft.log.LogFixture.IDENTITY;
import static dev.steppe.raft.log.LogFixture.SMALL;
import static dev.steppe.raft.log.LogFixture.clean;
import static dev.steppe.raft.log.LogFixture.entries;
import static dev.steppe.raft.log.LogFixture.position;
import static dev.steppe.raft.log.LogFixture.text;
import static dev.steppe.raft.log.LogFixture.writeForced;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steppe.base.OperatingFault;
import dev.steppe.raft.log.RecoveryVerdict.Damaged;
import dev.steppe.raft.log.RecoveryVerdict.OpenLog;
import dev.steppe.raft.log.RecoveryVerdict.TornTail;
import dev.steppe.raft.log.layout.LogIdentity;
import dev.steppe.raft.log.layout.LogPosition;
import dev.steppe.raft.log.layout.SegmentLayout;
import dev.steppe.raft.log.vault.Quarantine;
import dev.steppe.raft.storage.memory.MemoryDisk;
import dev.steppe.raft.storage.memory.PageFate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Bytes that are right somewhere else: pages, frames and records of other places, segments, files and servers. */
final class MisplacedBytesTest {
    private static final int PAGE = 4_096;

    private final MemoryDisk disk = new MemoryDisk();
    private final MemoryDisk changed = new MemoryDisk();
    private LogPosition snapshot;
    private List<String> before;

    /** Three segments, one of them recycled, in which all frames have one length and lie alike. */
    @BeforeEach
    void fill() throws OperatingFault {
        before = fill(disk, IDENTITY, "a");
    }

    private List<String> fill(MemoryDisk target, LogIdentity identity, String mark) throws OperatingFault {
        OpenLog open = clean(LogRecovery.open(target.hold(), identity, SMALL, LogFixture.ENTROPY, LogPosition.ORIGIN));
        RaftLog log = open.log();
        for (int i = 0; i < 26; i++) {
            writeForced(log, 1, text(mark + i, 1_288));
            if (i == 9) {
                log.truncatePrefix(10);
            }
        }
        snapshot = position(log, log.firstIndex() - 1 + 2);
        open.vault().store(5, 2, Quarantine.NONE);
        List<String> written = entries(log);
        open.close();
        return written;
    }

    /** Found, or nothing changed, or the end is missing of which the server knows that it may be. */
    private boolean isFound(String what) throws OperatingFault {
        RecoveryVerdict verdict = LogRecovery.open(changed.hold(), IDENTITY, SMALL, LogFixture.ENTROPY, snapshot);
        if (verdict instanceof Damaged || verdict instanceof RecoveryVerdict.Foreign) {
            return true;
        }
        OpenLog open = verdict instanceof TornTail torn ? torn.open() : clean(verdict);
        assertEquals(before, entries(open.log()), what);
        assertEquals(5, open.vault().term(), what);
        assertEquals(2, open.vault().votedFor(), what);
        return false;
    }

    private void put(String name, byte[] content) {
        changed.become(disk);
        changed.putFile(name, content);
    }

    @Test
    void findsAPageOfAnyOtherPlace() throws OperatingFault {
        int foundCount = 0;
        for (String source : disk.names()) {
            byte[] from = disk.content(source);
            for (String target : disk.names()) {
                for (int sourcePage = 0; sourcePage < from.length / PAGE; sourcePage++) {
                    for (int page = 0; page < disk.lengthBytes(target) / PAGE; page++) {
                        byte[] to = disk.content(target);
                        System.arraycopy(from, PAGE * sourcePage, to, PAGE * page, PAGE);
                        put(target, to);
                        foundCount += isFound(source + " " + sourcePage + " in " + target + " " + page) ? 1 : 0;
                    }
                }
            }
        }
        assertTrue(foundCount > 100, "found: " + foundCount);
    }

    @Test
    void findsAFrameOfAnyOtherPlace() throws OperatingFault {
        int frameBytes = 56 + 24 + 1_288;
        int foundCount = 0;
        List<String> segments =
                disk.names().stream().filter(SegmentLayout::isName).toList();
        for (String source : segments) {
            for (String target : segments) {
                for (int i = 0; i < 64; i++) {
                    byte[] to = disk.content(target);
                    int from = PAGE + i / 8 * frameBytes;
                    System.arraycopy(disk.content(source), from, to, PAGE + i % 8 * frameBytes, frameBytes);
                    put(target, to);
                    foundCount += isFound(source + " " + i / 8 + " in " + target + " " + i % 8) ? 1 : 0;
                }
            }
        }
        assertTrue(foundCount > 100, "found: " + foundCount);
    }

    @Test
    void findsARecordOfAnyOtherFrame() throws OperatingFault {
        int frameBytes = 56 + 24 + 1_288;
        String name =
                disk.names().stream().filter(SegmentLayout::isName).findFirst().orElseThrow();
        for (int from = 0; from < 8; from++) {
            for (int to = 0; to < 8; to++) {
                byte[] content = disk.content(name);
                int source = PAGE + from * frameBytes + 56;
                System.arraycopy(content, source, content, PAGE + to * frameBytes + 56, frameBytes - 56);
                put(name, content);
                assertEquals(from != to, isFound(from + " in " + to));
            }
        }
    }

    @Test
    void findsAFileOfAnotherServer() throws OperatingFault {
        LogPosition own = snapshot;
        List<LogIdentity> others =
                List.of(new LogIdentity(IDENTITY.clusterId(), 9), new LogIdentity(1, IDENTITY.memberId()));
        for (LogIdentity other : others) {
            MemoryDisk otherDisk = new MemoryDisk();
            assertNotEquals(before, fill(otherDisk, other, "x"));
            snapshot = own;
            for (String name : disk.names()) {
                put(name, otherDisk.content(name));
                assertEquals(!name.equals("watermark"), isFound(name + " of " + other));
            }
        }
    }

    @Test
    void findsBothPlacesOfAWriteThatMissed() throws OperatingFault {
        int lostCount = 0;
        List<String> segments =
                disk.names().stream().filter(SegmentLayout::isName).toList();
        String active = segments.get(segments.size() - 1);
        for (String target : disk.names()) {
            for (int page = 0; page < disk.lengthBytes(target) / PAGE; page++) {
                changed.become(disk);
                OpenLog open = clean(LogRecovery.open(changed.hold(), IDENTITY, SMALL, LogFixture.ENTROPY, snapshot));
                int tailPage = tailPage(open.log());
                changed.misdirect(active, tailPage, target, page);
                writeForced(open.log(), 6, text("late", 900));
                if (page % 2 == 1) {
                    // Its own place is written again; only the place that was hit is wrong.
                    writeForced(open.log(), 6, "later");
                }
                List<String> written = entries(open.log());
                // The watermark is on the disk, as after any quiet moment.
                changed.dirtyPages("watermark").stream().forEach(dirty -> changed.writeBack("watermark", dirty));
                changed.losePower(PageFate.LOSE_ALL);
                RecoveryVerdict verdict =
                        LogRecovery.open(changed.hold(), IDENTITY, SMALL, LogFixture.ENTROPY, snapshot);
                if (verdict instanceof Damaged) {
                    lostCount++;
                } else {
                    OpenLog again = verdict instanceof TornTail torn ? torn.open() : clean(verdict);
                    boolean isWhole = written.equals(entries(again.log()));
                    assertTrue(isWhole || target.equals("watermark"), target + " " + page);
                }
            }
        }
        assertTrue(lostCount > 10, "found: " + lostCount);
    }

    /** Where the next frame goes. */
    private static int tailPage(RaftLog log) {
        return (SMALL.segmentBytes() - log.tailRoomBytes()) / PAGE;
    }

    @Test
    void findsAFileCutShortAtAnyLength() throws OperatingFault {
        for (String name : List.of("vault", "identity", "base", "watermark")) {
            byte[] content = disk.content(name);
            for (int lengthBytes = 0; lengthBytes < content.length; lengthBytes += 61) {
                put(name, Arrays.copyOf(content, lengthBytes));
                assertEquals(!name.equals("watermark"), isFound(name + " of " + lengthBytes));
            }
        }
    }

    @Test
    void leavesFilesAloneThatAreNotTheLogs() throws OperatingFault {
        List<String> extra =
                new ArrayList<>(List.of("notes", "segments/segment-", "segments/x", "vault.old", "damaged-1/base"));
        extra.forEach(name -> disk.putFile(name, new byte[] {1, 2, 3}));
        changed.become(disk);
        assertEquals(false, isFound("extra files"));
        assertTrue(changed.names().containsAll(extra));
    }
}
