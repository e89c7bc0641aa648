package dev.steppe.raft.log;

import static dev.steppe.raft.log.LogFixture.entries;
import static dev.steppe.raft.log.LogFixture.openClean;
import static dev.steppe.raft.log.LogFixture.recover;
import static dev.steppe.raft.log.LogFixture.text;
import static dev.steppe.raft.log.LogFixture.usable;
import static dev.steppe.raft.log.LogFixture.write;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.steppe.base.OperatingFault;
import dev.steppe.raft.storage.memory.MemoryDisk;
import dev.steppe.raft.storage.memory.MemoryDisk.AfterFailedForce;
import dev.steppe.raft.storage.memory.PageFate;
import java.util.List;
import org.junit.jupiter.api.Test;

final class ForceAsideTest {
    private final MemoryDisk disk = new MemoryDisk();

    @Test
    void makesDurableWhatWasWrittenBeforeItBegan() throws OperatingFault {
        RaftLog log = openClean(disk).log();
        write(log, 1, "a", "b");
        ForceAside force = begin(log);
        write(log, 1, "c");
        assertEquals(0, log.forcedIndex());
        force.perform();
        assertEquals(0, log.forcedIndex());
        assertEquals(2, log.endForce(force));
        assertEquals(2, log.forcedIndex());
        assertEquals(3, log.force());
    }

    @Test
    void isOneAtATimeAndOnlyIfThereIsSomething() throws OperatingFault {
        RaftLog log = openClean(disk).log();
        assertNull(log.beginForce());
        write(log, 1, "a");
        ForceAside force = begin(log);
        write(log, 1, "b");
        assertNull(log.beginForce());
        force.perform();
        log.endForce(force);
        ForceAside second = begin(log);
        second.perform();
        assertEquals(2, log.endForce(second));
        assertNull(log.beginForce());
    }

    @Test
    void doesNotSpareTheOwnerItsForce() throws OperatingFault {
        RaftLog log = openClean(disk).log();
        write(log, 1, "a");
        begin(log);
        assertEquals(1, log.force());
        disk.losePower(PageFate.LOSE_ALL);
        assertEquals(List.of("1:a"), entries(usable(recover(disk))));
    }

    @Test
    void countsNothingThatWasCutMeanwhile() throws OperatingFault {
        RaftLog log = openClean(disk).log();
        write(log, 1, "a", "b", "c");
        ForceAside force = begin(log);
        log.truncateFrom(2);
        write(log, 2, "x", "y");
        force.perform();
        assertEquals(1, log.endForce(force));
        assertEquals(3, log.force());
    }

    @Test
    void staysBehindAForceThatTheNextSegmentNeeded() throws OperatingFault {
        RaftLog log = openClean(disk).log();
        write(log, 1, text("a", 8_000));
        ForceAside force = begin(log);
        log.prepareNext();
        write(log, 1, text("b", 8_000));
        assertEquals(1, log.forcedIndex());
        write(log, 1, "c");
        log.force();
        force.perform();
        assertEquals(3, log.endForce(force));
    }

    @Test
    void mayOutliveItsLog() throws OperatingFault {
        RaftLog log = openClean(disk).log();
        write(log, 1, "a");
        ForceAside force = begin(log);
        log.close();
        force.perform();
    }

    @Test
    void givesTheLogUpWhenItFails() throws OperatingFault {
        RaftLog log = openClean(disk).log();
        write(log, 1, "a");
        ForceAside force = begin(log);
        disk.failAt(disk.stepCount(), AfterFailedForce.KEPT);
        assertThrows(OperatingFault.class, force::perform);
        assertEquals(0, log.forcedIndex());
        assertThrows(OperatingFault.class, () -> write(log, 1, "b"));
    }

    private static ForceAside begin(RaftLog log) {
        ForceAside force = log.beginForce();
        assertNotNull(force);
        return force;
    }
}
