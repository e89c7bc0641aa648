package dev.steppe.raft.node.disk;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steppe.base.OperatingFault;
import dev.steppe.raft.log.LogConfig;
import dev.steppe.raft.log.LogRecovery;
import dev.steppe.raft.log.RecoveryVerdict;
import dev.steppe.raft.log.layout.LogIdentity;
import dev.steppe.raft.log.layout.LogPosition;
import dev.steppe.raft.node.flight.FlightNotes;
import dev.steppe.raft.node.mail.MailPen;
import dev.steppe.raft.node.mail.NodeMail;
import dev.steppe.raft.storage.memory.MemoryDisk;
import dev.steppe.runtime.clock.ManualClock;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the log agent tells of where its log begins. */
class LogBaseTest {
    private static final int FRAME_MAX_BYTES = 1 << 14;

    private final NodeMail mail = new NodeMail(FRAME_MAX_BYTES, FRAME_MAX_BYTES, 16);
    private final MailPen toLog = new MailPen(mail.log);
    private LogAgent agent;

    @BeforeEach
    void open() throws OperatingFault {
        RecoveryVerdict verdict = LogRecovery.open(
                new MemoryDisk().hold(),
                new LogIdentity(1, 1),
                LogConfig.holding(1 << 16, 4_096),
                () -> 5,
                LogPosition.ORIGIN);
        assertTrue(verdict instanceof RecoveryVerdict.Clean);
        SupplyAgent supply = new SupplyAgent(mail.faults, mail.logBell);
        LogAgent.Watch watch = new LogAgent.Watch(new ManualClock(0), new FlightNotes(1));
        agent = new LogAgent(((RecoveryVerdict.Clean) verdict).open(), mail, supply, watch);
        agent.doWork();
        supply.doWork();
        agent.doWork();
    }

    /** What the consensus agent is told in one turn: index and whether the log began anew there. */
    private List<String> toldInOneTurn() {
        List<String> told = new ArrayList<>();
        mail.progress.drain((type, buffer, offset, length) -> {}, 100);
        agent.doWork();
        mail.progress.drain(
                (type, buffer, offset, length) -> {
                    if (type == NodeMail.BASE) {
                        told.add(NodeMail.word(buffer, offset, 0) + ":" + NodeMail.word(buffer, offset, 2));
                    }
                },
                100);
        assertEquals(0, mail.faults.drain(fault -> {}, 1), "a fault of the disk");
        return told;
    }

    /** The core waits for the new beginning; told as an old one, it would wait for ever. */
    @Test
    void tellsThatItBeganAnewThoughItsFrontGoesInTheSameTurn() {
        toLog.offer(NodeMail.RESET, 9, 2, 7, 0);
        toLog.offer(NodeMail.DROP_PREFIX, 9, 0, 0, 0);
        assertEquals(List.of("9:1"), toldInOneTurn());
        toLog.offer(NodeMail.DROP_PREFIX, 9, 0, 0, 0);
        assertEquals(List.of("9:0"), toldInOneTurn());
    }
}
