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
import dev.steppe.raft.storage.memory.MemoryDisk;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.lifecycle.AfterContainer;

/** The log against a plain list: whatever is done to it, and whenever it dies. */
final class RaftLogModelTest {
    private static int recycledCount;
    private static int resetCount;
    private static int overtakenCount;

    /** Entries behind {@code start}, of which the log may have given up those up to the snapshot. */
    private final List<String> model = new ArrayList<>();

    private LogPosition start = LogPosition.ORIGIN;
    private LogPosition snapshot = LogPosition.ORIGIN;
    private MemoryDisk disk = new MemoryDisk();
    private Random random = new Random(0);
    private long forcedIndex;
    private long term = 1;
    private RaftLog log;

    @Property(tries = 120)
    void equalsAListWhateverHappens(@ForAll long seed) throws OperatingFault {
        random = new Random(seed);
        disk = new MemoryDisk();
        model.clear();
        start = LogPosition.ORIGIN;
        snapshot = LogPosition.ORIGIN;
        forcedIndex = 0;
        term = 1;
        log = LogFixture.openClean(disk).log();
        for (int step = 0; step < 100; step++) {
            int draw = random.nextInt(24);
            if (draw < 11) {
                append();
            } else if (draw < 14) {
                assertEquals(lastIndex(), log.force());
                forcedIndex = lastIndex();
            } else if (draw < 16) {
                truncate();
            } else if (draw < 17) {
                prepare();
            } else if (draw < 19) {
                compact();
            } else if (draw < 20) {
                install();
            } else if (draw < 22) {
                disk.killProgram();
                reopen(lastIndex());
            } else {
                disk.losePower((name, page) -> random.nextInt(3) == 0 ? random.nextInt(256) : random.nextInt(2) * 255);
                reopen(forcedIndex);
            }
            assertEquals(lastIndex(), log.lastIndex());
        }
        checkEntries();
    }

    /** Over all tries: what is rare must not be absent. */
    @AfterContainer
    static void sawEverything() {
        assertTrue(recycledCount > 20, "recycled: " + recycledCount);
        assertTrue(resetCount > 20, "reset: " + resetCount);
        assertTrue(overtakenCount > 20, "overtaken: " + overtakenCount);
    }

    private long lastIndex() {
        return start.index() + model.size();
    }

    private void checkEntries() {
        assertTrue(log.firstIndex() <= snapshot.index() + 1, "the log begins behind its snapshot");
        long heldFrom = Math.max(log.firstIndex(), start.index() + 1);
        List<String> found = entries(log);
        assertEquals(
                model.subList((int) (heldFrom - start.index() - 1), model.size()),
                found.subList((int) (heldFrom - log.firstIndex()), found.size()));
    }

    private void prepare() throws OperatingFault {
        if (!log.isNextPrepared()) {
            SegmentPreparation preparation = log.nextPreparation();
            recycledCount += preparation.isRecycling() ? 1 : 0;
            preparation.perform();
            log.adopt(preparation);
        }
    }

    private void append() throws OperatingFault {
        term += random.nextInt(4) == 0 ? 1 : 0;
        String[] texts = new String[1 + random.nextInt(4)];
        for (int i = 0; i < texts.length; i++) {
            texts[i] = text("e" + random.nextInt(1000), random.nextInt(4) == 0 ? 1_500 : random.nextInt(60));
        }
        prepare();
        LogFixture.write(log, term, texts);
        for (String text : texts) {
            model.add(term + ":" + text);
        }
        forcedIndex = log.forcedIndex();
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
        long least = snapshot.index() + 1;
        if (lastIndex() < least) {
            return;
        }
        long index = least + random.nextInt((int) (lastIndex() - least + 1));
        prepare();
        assertEquals(AppendVerdict.APPENDED, log.truncateFrom(index));
        model.subList((int) (index - start.index() - 1), model.size()).clear();
        forcedIndex = lastIndex();
    }

    /** A snapshot of some of the log is taken, perhaps a while before the log is told. */
    private void compact() throws OperatingFault {
        if (random.nextBoolean() && lastIndex() > snapshot.index()) {
            long index = snapshot.index() + 1 + random.nextInt((int) (lastIndex() - snapshot.index()));
            snapshot = position(log, index);
        } else {
            long firstIndex = log.truncatePrefix(snapshot.index());
            assertTrue(firstIndex <= snapshot.index() + 1);
            assertEquals(firstIndex, log.firstIndex());
        }
    }

    /** A snapshot of a leader arrives, of entries that the log does not have. */
    private void install() throws OperatingFault {
        prepare();
        term++;
        long index = Math.max(snapshot.index() + 1, lastIndex() - random.nextInt(6) + 3);
        snapshot = new LogPosition(index, term, random.nextInt(), 1_000 * term);
        start = snapshot;
        model.clear();
        if (random.nextInt(3) == 0) {
            // It is on the disk, and the log has not been told: the start finds out.
            disk.losePower((name, page) -> random.nextInt(256));
            reopen(snapshot.index());
            overtakenCount++;
            return;
        }
        assertEquals(AppendVerdict.APPENDED, log.reset(snapshot));
        assertEquals(snapshot, log.base());
        forcedIndex = snapshot.index();
        resetCount++;
    }

    private void reopen(long leastIndex) throws OperatingFault {
        log = usable(recover(disk, snapshot));
        assertTrue(
                log.lastIndex() >= Math.max(leastIndex, snapshot.index()),
                () -> "acknowledged " + leastIndex + ", snapshot " + snapshot.index() + ", found " + log.lastIndex());
        if (log.lastIndex() < start.index()) {
            throw new AssertionError("the log ends before the snapshot");
        }
        int count = (int) (log.lastIndex() - start.index());
        if (count < model.size()) {
            model.subList(count, model.size()).clear();
        }
        if (log.base().index() > start.index()) {
            // A snapshot had overtaken what was forced; the log began anew behind it.
            model.subList(0, (int) Math.min(model.size(), log.base().index() - start.index()))
                    .clear();
            start = log.base();
        }
        checkEntries();
        assertEquals(lastIndex(), log.forcedIndex());
        forcedIndex = lastIndex();
    }
}
