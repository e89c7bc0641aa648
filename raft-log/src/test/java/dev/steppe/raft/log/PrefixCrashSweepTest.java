package dev.steppe.raft.log;

import static dev.steppe.raft.log.LogFixture.entries;
import static dev.steppe.raft.log.LogFixture.position;
import static dev.steppe.raft.log.LogFixture.recover;
import static dev.steppe.raft.log.LogFixture.text;
import static dev.steppe.raft.log.LogFixture.usable;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steppe.base.OperatingFault;
import dev.steppe.raft.log.layout.LogPosition;
import dev.steppe.raft.log.layout.SegmentLayout;
import dev.steppe.raft.storage.memory.MemoryDisk;
import dev.steppe.raft.storage.memory.PageFate;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/**
 * A script of prefix truncations, recycled segments, an installed snapshot and appends dies at each of its steps: what
 * a snapshot and the log together held is there again.
 */
final class PrefixCrashSweepTest {
    private static final List<PageFate> FATES =
            List.of(PageFate.LOSE_ALL, PageFate.KEEP_ALL, fate(0, false), fate(1, true), fate(0, true), fate(1, false));

    private static PageFate fate(int parity, boolean isNameKept) {
        return new PageFate() {
            @Override
            public int survivingSectors(String name, int page) {
                return page % 2 == parity ? 0xFF : page % 3 == 0 ? 0x0F : 0;
            }

            @Override
            public boolean isNameKept(String name) {
                return isNameKept;
            }
        };
    }

    /** What was there, and what had been promised, when the script died. */
    private static final class Ledger {
        /** Each entry that was ever written, by its index; the last history counts. */
        private final TreeMap<Long, String> written = new TreeMap<>();

        private final TreeMap<Long, String> overwritten = new TreeMap<>();
        private LogPosition snapshot = LogPosition.ORIGIN;
        private long acknowledgedIndex;
    }

    @Test
    void losesNothingWhereverItDies() throws OperatingFault {
        MemoryDisk whole = new MemoryDisk();
        script(whole, new Ledger());
        assertTrue(whole.stepCount() > 90, "steps: " + whole.stepCount());
        for (long step = 0; step < whole.stepCount(); step++) {
            for (PageFate fate : FATES) {
                MemoryDisk disk = new MemoryDisk();
                Ledger ledger = new Ledger();
                dieAt(disk, step, ledger);
                disk.losePower(fate);
                check(disk, ledger, "step " + step + ", fate " + FATES.indexOf(fate));
            }
        }
    }

    @Test
    void losesNothingWhenTheStartDiesToo() throws OperatingFault {
        MemoryDisk whole = new MemoryDisk();
        script(whole, new Ledger());
        for (long step = 7; step < whole.stepCount(); step += 5) {
            MemoryDisk died = new MemoryDisk();
            Ledger ledger = new Ledger();
            dieAt(died, step, ledger);
            died.losePower(FATES.get((int) (step % FATES.size())));
            for (int recoveryStep = 0; recoveryStep < 14; recoveryStep++) {
                MemoryDisk disk = died.copy();
                disk.crashAt(disk.stepCount() + recoveryStep);
                recoverOrDie(disk, ledger.snapshot);
                disk.losePower(FATES.get(recoveryStep % FATES.size()));
                check(disk, ledger, "step " + step + ", recovery step " + recoveryStep);
            }
        }
    }

    private static void dieAt(MemoryDisk disk, long step, Ledger ledger) {
        disk.crashAt(step);
        boolean isDead = false;
        try {
            script(disk, ledger);
        } catch (OperatingFault crash) {
            isDead = crash.getMessage().contains("crashed");
        }
        assertTrue(isDead, "survived a crash at step " + step);
    }

    /** Whether it dies or not: the crash is what the caller wants to have behind it. */
    private static boolean recoverOrDie(MemoryDisk disk, LogPosition snapshot) {
        try {
            recover(disk, snapshot);
            return true;
        } catch (OperatingFault crash) {
            assertTrue(crash.getMessage().contains("crashed"), crash.getMessage());
            return false;
        }
    }

    private static void check(MemoryDisk disk, Ledger ledger, String what) throws OperatingFault {
        RaftLog log = usable(recover(disk, ledger.snapshot));
        assertTrue(log.firstIndex() <= ledger.snapshot.index() + 1, () -> what + ": begins at " + log.firstIndex());
        assertTrue(
                log.lastIndex() >= Math.max(ledger.acknowledgedIndex, ledger.snapshot.index()),
                () -> what + ": ends at " + log.lastIndex() + ", acknowledged " + ledger.acknowledgedIndex);
        List<String> found = entries(log);
        for (int i = 0; i < found.size(); i++) {
            long index = log.firstIndex() + i;
            String expected = ledger.written.get(index);
            boolean isRight = found.get(i).equals(expected)
                    || (index > ledger.acknowledgedIndex && found.get(i).equals(ledger.overwritten.get(index)));
            assertTrue(isRight, () -> what + ": wrong entry " + index);
        }
        // And it goes on, over a segment's end, and starts again.
        for (int i = 0; i < 3; i++) {
            if (!log.isNextPrepared()) {
                log.prepareNext();
            }
            LogFixture.writeForced(log, 50, text("z" + i, 6_000));
        }
        List<String> longer = entries(log);
        disk.losePower(PageFate.LOSE_ALL);
        assertEquals(longer, entries(usable(recover(disk, ledger.snapshot))), what);
        assertTrue(disk.names().stream().filter(SegmentLayout::isName).count() < 12, () -> what + ": " + disk.names());
    }

    private static void script(MemoryDisk disk, Ledger ledger) throws OperatingFault {
        RaftLog log = LogFixture.openClean(disk).log();
        append(log, ledger, 1, 7);
        take(log, ledger, 4);
        append(log, ledger, 2, 4);
        cut(log, ledger, 9);
        append(log, ledger, 3, 3);
        take(log, ledger, 8);
        append(log, ledger, 3, 4);
        // A snapshot of another history arrives: it is on the disk before the log hears of it.
        prepare(log);
        LogPosition installed = new LogPosition(13, 5, 0x5555, 5_000);
        ledger.overwritten.putAll(ledger.written);
        ledger.snapshot = installed;
        ledger.acknowledgedIndex = 0;
        assertEquals(AppendVerdict.APPENDED, log.reset(installed));
        ledger.acknowledgedIndex = 13;
        ledger.written.clear();
        append(log, ledger, 6, 5);
        take(log, ledger, 16);
        append(log, ledger, 6, 2);
    }

    private static void take(RaftLog log, Ledger ledger, long index) throws OperatingFault {
        ledger.snapshot = position(log, index);
        log.truncatePrefix(index);
    }

    private static void cut(RaftLog log, Ledger ledger, long index) throws OperatingFault {
        prepare(log);
        ledger.acknowledgedIndex = Math.min(ledger.acknowledgedIndex, index - 1);
        assertEquals(AppendVerdict.APPENDED, log.truncateFrom(index));
        ledger.acknowledgedIndex = index - 1;
        ledger.overwritten.putAll(ledger.written.tailMap(index));
        ledger.written.tailMap(index).clear();
    }

    private static void append(RaftLog log, Ledger ledger, long term, int count) throws OperatingFault {
        for (int i = 0; i < count; i++) {
            prepare(log);
            List<String> texts = new ArrayList<>();
            for (int j = 0; j <= i % 2; j++) {
                texts.add(text("t" + term + "i" + i + "j" + j, i % 3 == 0 ? 3_500 : 1_200));
            }
            long index = log.lastIndex() + 1;
            for (String text : texts) {
                ledger.written.put(index++, term + ":" + text);
            }
            LogFixture.write(log, term, texts.toArray(String[]::new));
            if (i % 2 == 0) {
                ledger.acknowledgedIndex = log.force();
            }
        }
    }

    private static void prepare(RaftLog log) throws OperatingFault {
        if (!log.isNextPrepared()) {
            log.prepareNext();
        }
    }
}
