package dev.steppe.raft.node.disk;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steppe.base.OperatingFault;
import dev.steppe.raft.log.LogConfig;
import dev.steppe.raft.log.LogRecovery;
import dev.steppe.raft.log.RaftLog;
import dev.steppe.raft.log.RecoveryVerdict;
import dev.steppe.raft.log.layout.LogIdentity;
import dev.steppe.raft.log.layout.LogPosition;
import dev.steppe.raft.node.flight.FlightNotes;
import dev.steppe.raft.storage.memory.MemoryDisk;
import dev.steppe.runtime.clock.ManualClock;
import dev.steppe.runtime.handover.Doorbell;
import dev.steppe.runtime.handover.Mailbox;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class LogForcingTest {
    private static final UnsafeBuffer PAYLOAD = new UnsafeBuffer(new byte[LogForcing.ASIDE_MIN_BYTES]);

    private final MemoryDisk disk = new MemoryDisk();
    private final Mailbox<OperatingFault> faults = new Mailbox<>(4);
    private final LogForcing.Hand hand = new LogForcing.Hand(faults, new Doorbell());
    private RaftLog log;
    private LogForcing forcing;

    @BeforeEach
    void open() throws OperatingFault {
        LogConfig config = LogConfig.holding(1 << 20, PAYLOAD.capacity());
        RecoveryVerdict verdict =
                LogRecovery.open(disk.hold(), new LogIdentity(1, 1), config, () -> 5, LogPosition.ORIGIN);
        assertTrue(verdict instanceof RecoveryVerdict.Clean);
        log = ((RecoveryVerdict.Clean) verdict).open().log();
        forcing = new LogForcing(log, new ManualClock(0), new FlightNotes(1));
        forcing.leaveTo(hand);
    }

    @Test
    void forcesLittleItself() throws OperatingFault {
        write(100);
        assertEquals(1, forcing.work());
        assertEquals(1, log.forcedIndex());
        assertEquals(0, hand.doWork());
    }

    @Test
    void leavesMuchToTheHandAndGoesOnMeanwhile() throws OperatingFault {
        write(PAYLOAD.capacity());
        assertEquals(1, forcing.work());
        assertEquals(0, log.forcedIndex());
        write(100);
        assertEquals(0, forcing.work());
        assertEquals(1, hand.doWork());
        assertEquals(0, log.forcedIndex());
        assertEquals(2, forcing.work());
        assertEquals(2, log.forcedIndex());
    }

    @Test
    void forcesEverythingItselfWithoutAHand() throws OperatingFault {
        LogForcing alone = new LogForcing(log, new ManualClock(0), new FlightNotes(1));
        write(PAYLOAD.capacity());
        alone.wrote(PAYLOAD.capacity());
        assertEquals(1, alone.work());
        assertEquals(1, log.forcedIndex());
    }

    private void write(int lengthBytes) throws OperatingFault {
        log.beginBatch(1, 0);
        log.appendEntry(1, PAYLOAD, 0, lengthBytes);
        forcing.wrote(log.batchBytes());
        log.writeBatch();
    }
}
