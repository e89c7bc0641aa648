package dev.steppe.raft.log;

import static dev.steppe.raft.log.LogFixture.entries;
import static dev.steppe.raft.log.LogFixture.recover;
import static dev.steppe.raft.log.LogFixture.text;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steppe.base.OperatingFault;
import dev.steppe.raft.log.RecoveryVerdict.OpenLog;
import dev.steppe.raft.log.vault.Quarantine;
import dev.steppe.raft.storage.memory.MemoryDisk;
import dev.steppe.raft.storage.memory.PageFate;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** One script of appends, cuts, votes and segment changes dies at each of its writes, forces and preparations. */
final class CrashSweepTest {
    private static final List<PageFate> FATES = List.of(
            PageFate.LOSE_ALL,
            PageFate.KEEP_ALL,
            (name, page) -> page % 2 == 0 ? 0xFF : 0,
            (name, page) -> page % 2 == 0 ? 0x0F : 0xF0);

    /** What the script had been promised when it died. */
    private static final class Ledger {
        private final List<List<String>> states = new ArrayList<>();
        private List<String> acknowledged = List.of();
        private long term;

        void mayHold(RaftLog log) {
            states.add(entries(log));
        }

        void holds(RaftLog log) {
            mayHold(log);
            acknowledged = entries(log);
        }
    }

    @Test
    void keepsWhatWasAcknowledged() throws OperatingFault {
        long stepCount = stepsOf(new MemoryDisk());
        for (long step = 0; step < stepCount; step++) {
            for (PageFate fate : FATES) {
                MemoryDisk disk = new MemoryDisk();
                Ledger ledger = new Ledger();
                ledger.states.add(List.of());
                dieAt(disk, step, ledger);
                disk.losePower(fate);
                check(disk, ledger, "step " + step);
            }
        }
    }

    @Test
    void keepsWhatWasAcknowledgedWhenRecoveryDiesToo() throws OperatingFault {
        long stepCount = stepsOf(new MemoryDisk());
        for (long step = 0; step < stepCount; step += 3) {
            MemoryDisk died = new MemoryDisk();
            Ledger ledger = new Ledger();
            ledger.states.add(List.of());
            dieAt(died, step, ledger);
            died.losePower(FATES.get(2));
            for (int recoveryStep = 0; recoveryStep < 8; recoveryStep++) {
                MemoryDisk disk = died.copy();
                disk.crashAt(disk.stepCount() + recoveryStep);
                boolean isDead = false;
                try {
                    recover(disk);
                } catch (OperatingFault crash) {
                    isDead = true;
                }
                assertTrue(isDead || recoveryStep > 3, "a recovery takes at least four steps");
                disk.losePower(FATES.get(3));
                check(disk, ledger, "step " + step + ", recovery step " + recoveryStep);
            }
        }
    }

    private static long stepsOf(MemoryDisk disk) throws OperatingFault {
        script(disk, new Ledger());
        assertTrue(disk.stepCount() > 40, "steps of the script: " + disk.stepCount());
        return disk.stepCount();
    }

    private static void dieAt(MemoryDisk disk, long step, Ledger ledger) {
        disk.crashAt(step);
        boolean isDead = false;
        try {
            script(disk, ledger);
        } catch (OperatingFault crash) {
            isDead = true;
        }
        assertTrue(isDead, "survived a crash at step " + step);
    }

    private static void check(MemoryDisk disk, Ledger ledger, String what) throws OperatingFault {
        RecoveryVerdict verdict = recover(disk);
        OpenLog open = verdict instanceof RecoveryVerdict.TornTail torn ? torn.open() : LogFixture.clean(verdict);
        List<String> found = entries(open.log());
        assertTrue(ledger.states.contains(found), () -> what + ": never written: " + found.size());
        int acknowledgedOrdinal = ledger.states.indexOf(ledger.acknowledged);
        assertTrue(ledger.states.indexOf(found) >= acknowledgedOrdinal, () -> what + ": lost: " + found.size());
        assertTrue(open.vault().term() >= ledger.term, what);
        assertEquals(found.size(), open.log().forcedIndex(), what);
    }

    /** Notes each state that may be found before the step that makes it possible, and each promise after it. */
    private static void script(MemoryDisk disk, Ledger ledger) throws OperatingFault {
        OpenLog open = LogFixture.openClean(disk);
        RaftLog log = open.log();
        for (int round = 1; round <= 3; round++) {
            open.vault().store(round, round, Quarantine.NONE);
            ledger.term = round;
            for (int i = 0; i < 3; i++) {
                append(log, ledger, round, text("r" + round + "b" + i, 2_000), text("s", 900));
                if (i != 1) {
                    log.force();
                    ledger.holds(log);
                }
            }
            if (round == 2) {
                List<String> kept = entries(log).subList(0, 5);
                ledger.states.add(List.copyOf(kept));
                assertEquals(AppendVerdict.APPENDED, log.truncateFrom(6));
                ledger.holds(log);
            }
        }
        open.close();
    }

    private static void append(RaftLog log, Ledger ledger, long term, String... texts) throws OperatingFault {
        if (!log.isNextPrepared()) {
            log.prepareNext();
        }
        List<String> next = new ArrayList<>(entries(log));
        for (String text : texts) {
            next.add(term + ":" + text);
        }
        ledger.states.add(next);
        LogFixture.write(log, term, texts);
    }
}
