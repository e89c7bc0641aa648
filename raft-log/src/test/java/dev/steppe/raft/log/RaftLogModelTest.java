package dev.steppe.raft.log;

import static dev.steppe.raft.log.LogFixture.entries;
import static dev.steppe.raft.log.LogFixture.recover;
import static dev.steppe.raft.log.LogFixture.text;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steppe.base.OperatingFault;
import dev.steppe.raft.storage.memory.MemoryDisk;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** The log against a plain list: whatever is done to it, and whenever it dies. */
final class RaftLogModelTest {
    private final List<String> model = new ArrayList<>();
    private MemoryDisk disk = new MemoryDisk();
    private Random random = new Random(0);
    private int forcedCount;
    private long term = 1;
    private RaftLog log;

    @Property(tries = 80)
    void equalsAListWhateverHappens(@ForAll long seed) throws OperatingFault {
        random = new Random(seed);
        disk = new MemoryDisk();
        model.clear();
        forcedCount = 0;
        term = 1;
        log = LogFixture.openClean(disk).log();
        for (int step = 0; step < 60; step++) {
            int draw = random.nextInt(20);
            if (draw < 10) {
                append();
            } else if (draw < 14) {
                assertEquals(model.size(), log.force());
                forcedCount = model.size();
            } else if (draw < 16) {
                truncate();
            } else if (draw < 17) {
                log.prepareNext();
            } else if (draw < 18) {
                disk.killProgram();
                reopen(model.size());
            } else {
                disk.losePower((name, page) -> random.nextInt(3) == 0 ? random.nextInt(256) : random.nextInt(2) * 255);
                reopen(forcedCount);
            }
            assertEquals(model.size(), log.lastIndex());
        }
        assertEquals(model, entries(log));
    }

    private void append() throws OperatingFault {
        term += random.nextInt(4) == 0 ? 1 : 0;
        String[] texts = new String[1 + random.nextInt(4)];
        for (int i = 0; i < texts.length; i++) {
            texts[i] = text("e" + random.nextInt(1000), random.nextInt(10) == 0 ? 1_500 : random.nextInt(60));
        }
        LogFixture.write(log, term, texts);
        for (String text : texts) {
            model.add(term + ":" + text);
        }
        forcedCount = (int) log.forcedIndex();
        if (random.nextInt(5) == 0) {
            // The kernel may write a page back whenever it likes.
            for (String name : disk.names()) {
                disk.dirtyPages(name).stream()
                        .filter(page -> random.nextBoolean())
                        .forEach(page -> disk.writeBack(name, page));
            }
        }
    }

    private void truncate() throws OperatingFault {
        if (model.isEmpty()) {
            return;
        }
        int index = 1 + random.nextInt(model.size());
        AppendVerdict verdict = log.truncateFrom(index);
        if (verdict == AppendVerdict.NO_SEGMENT) {
            log.prepareNext();
            verdict = log.truncateFrom(index);
        }
        assertEquals(AppendVerdict.APPENDED, verdict);
        model.subList(index - 1, model.size()).clear();
        forcedCount = model.size();
    }

    private void reopen(int leastCount) throws OperatingFault {
        RecoveryVerdict verdict = recover(disk);
        log = verdict instanceof RecoveryVerdict.TornTail torn
                ? torn.open().log()
                : LogFixture.clean(verdict).log();
        List<String> found = entries(log);
        assertTrue(found.size() >= leastCount, () -> "acknowledged " + leastCount + ", found " + found.size());
        assertEquals(model.subList(0, Math.min(found.size(), model.size())), found);
        model.subList(found.size(), model.size()).clear();
        assertEquals(model.size(), log.forcedIndex());
        forcedCount = model.size();
    }
}
