package dev.steppe.raft.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.steppe.base.InvariantBroken;
import dev.steppe.base.OperatingFault;
import dev.steppe.raft.api.ProposalListener;
import dev.steppe.raft.api.ProposeVerdict;
import dev.steppe.raft.api.ReadListener;
import dev.steppe.raft.log.AppendVerdict;
import dev.steppe.raft.log.LogConfig;
import dev.steppe.raft.log.LogRecovery;
import dev.steppe.raft.log.RaftLog;
import dev.steppe.raft.log.RecoveryVerdict;
import dev.steppe.raft.log.layout.LogIdentity;
import dev.steppe.raft.log.layout.LogPosition;
import dev.steppe.raft.node.apply.ApplyAgent;
import dev.steppe.raft.node.apply.CheckedEntries;
import dev.steppe.raft.node.apply.Replica;
import dev.steppe.raft.node.desk.Desks;
import dev.steppe.raft.node.desk.ProposalDesk;
import dev.steppe.raft.node.desk.ReadDesk;
import dev.steppe.raft.node.mail.MailPen;
import dev.steppe.raft.node.mail.NodeMail;
import dev.steppe.raft.storage.memory.MemoryDisk;
import dev.steppe.runtime.clock.SeededEntropy;
import dev.steppe.runtime.handover.Doorbell;
import java.util.ArrayList;
import java.util.List;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ApplyAgentTest {
    private static final int TERM = 3;

    private static final int SEAT_COUNT = 1 << 10;

    private final MemoryDisk disk = new MemoryDisk();
    private final NodeMail mail = new NodeMail(1_024, 1_024, SEAT_COUNT);
    private final MailPen toApply = new MailPen(mail.apply);
    private final ReadDesk reads = new ReadDesk(new Doorbell());
    private final RecordingDesk proposals = new RecordingDesk();
    private final CountingMachine machine = new CountingMachine();
    private final List<String> told = new ArrayList<>();
    private ApplyAgent<Long> agent;

    /** A desk at which numbered proposals wait; what they are told is written down. */
    private final class RecordingDesk {
        private final ProposalDesk<Long> desk = new ProposalDesk<>(SEAT_COUNT, 1 << 16, 64, new Doorbell());

        private int sit(int number) {
            UnsafeBuffer buffer = new UnsafeBuffer(new byte[8]);
            assertEquals(
                    ProposeVerdict.ACCEPTED,
                    desk.offer(NodeMail.KIND_COMMAND, buffer, 0, 8, new TellingListener(number, told)));
            int[] seatId = new int[1];
            desk.drain((type, bytes, offset, length) -> seatId[0] = type - 1, 1);
            return seatId[0];
        }
    }

    private record TellingListener(int number, List<String> told) implements ProposalListener<Long>, ReadListener {
        @Override
        public void onApplied(long index, long term, Long result) {
            told.add(number + " applied at " + index + " as " + result);
        }

        @Override
        public void onLost(String reason) {
            told.add(number + " lost");
        }

        @Override
        public void onUnknown(String reason) {
            told.add(number + " unknown");
        }

        @Override
        public void onReadable(long appliedIndex) {
            told.add(number + " readable at " + appliedIndex);
        }

        @Override
        public void onRefused(String reason) {
            told.add(number + " refused");
        }
    }

    /** Entry 1 is empty, 2 to 9 are commands. */
    @BeforeEach
    void openLog() throws OperatingFault {
        RecoveryVerdict verdict = LogRecovery.open(
                disk.hold(),
                new LogIdentity(7, 1),
                LogConfig.holding(1 << 16, 1_024),
                new SeededEntropy(1),
                LogPosition.ORIGIN);
        RaftLog log = ((RecoveryVerdict.Clean) verdict).open().log();
        UnsafeBuffer buffer = new UnsafeBuffer(new byte[8]);
        log.beginBatch(TERM, 1_000);
        log.appendEntry(NodeMail.KIND_NO_OP, buffer, 0, 0);
        for (int number = 2; number <= 9; number++) {
            buffer.putLong(0, number);
            assertEquals(AppendVerdict.APPENDED, log.appendEntry(NodeMail.KIND_COMMAND, buffer, 0, 8));
        }
        log.writeBatch();
        agent = new ApplyAgent<>(
                new ApplyAgent.State<>(new Replica<>(machine, 1, new byte[0]), machine, 0),
                mail,
                new Desks<>(proposals.desk, reads),
                new CheckedEntries(log.openCursor(), 7, 64));
    }

    private void read(int number, long readIndex) {
        reads.offer(new TellingListener(number, told));
        toApply.send(NodeMail.READ, reads.collect(), readIndex, 0);
    }

    @Test
    void tellsEachProposerTheResultOfItsOwnEntry() {
        toApply.send(NodeMail.EXPECT, proposals.sit(1), 3, TERM);
        toApply.send(NodeMail.EXPECT, proposals.sit(2), 5, TERM);
        toApply.send(NodeMail.APPLY, 4, 0, 0);
        agent.doWork();
        assertEquals(List.of("1 applied at 3 as 2"), told);
        toApply.send(NodeMail.APPLY, 5, 0, 0);
        agent.doWork();
        assertEquals(List.of("1 applied at 3 as 2", "2 applied at 5 as 4"), told);
    }

    @Test
    void stopsRatherThanTellAProposerOfAnotherEntry() {
        toApply.send(NodeMail.EXPECT, proposals.sit(1), 3, TERM - 1);
        toApply.send(NodeMail.APPLY, 4, 0, 0);
        assertThrows(InvariantBroken.class, agent::doWork);
        assertEquals(List.of(), told);
    }

    @Test
    void abandonsOnlyWhatIsBehindTheCommitIndex() {
        toApply.send(NodeMail.EXPECT, proposals.sit(1), 2, TERM);
        toApply.send(NodeMail.EXPECT, proposals.sit(2), 3, TERM);
        toApply.send(NodeMail.EXPECT, proposals.sit(3), 4, TERM);
        toApply.send(NodeMail.ABANDON, 2, 0, 0);
        agent.doWork();
        assertEquals(List.of("3 unknown", "2 unknown"), told);
        toApply.send(NodeMail.APPLY, 4, 0, 0);
        agent.doWork();
        assertEquals("1 applied at 2 as 1", told.get(2));
        assertEquals(3, told.size());
    }

    @Test
    void answersAReadOnceWhatItWaitsForIsApplied() {
        read(1, 5);
        read(2, -1);
        toApply.send(NodeMail.APPLY, 4, 0, 0);
        agent.doWork();
        assertEquals(List.of("2 refused"), told);
        toApply.send(NodeMail.APPLY, 6, 0, 0);
        agent.doWork();
        assertEquals(List.of("2 refused", "1 readable at 6"), told);
        read(3, 6);
        agent.doWork();
        assertEquals("3 readable at 6", told.get(2));
    }

    @Test
    void tellsOfALeadershipOnceItsOwnEntryIsApplied() {
        toApply.send(NodeMail.ROLE, TERM - 1, 2, 0);
        toApply.send(NodeMail.ROLE, TERM, 1, 5);
        toApply.send(NodeMail.APPLY, 4, 0, 0);
        agent.doWork();
        assertEquals(List.of("follower 2 of 2"), machine.roles);
        toApply.send(NodeMail.APPLY, 5, 0, 0);
        agent.doWork();
        assertEquals(List.of("follower 2 of 2", "leader 3"), machine.roles);
    }

    @Test
    void forgetsALeadershipThatEndedBefore() {
        toApply.send(NodeMail.ROLE, TERM, 1, 5);
        toApply.send(NodeMail.ROLE, TERM + 1, -1, 0);
        toApply.send(NodeMail.APPLY, 9, 0, 0);
        agent.doWork();
        assertEquals(List.of("follower 4 of -1"), machine.roles);
    }

    /** What a failed force took back must not reach the state, though a majority of others has committed it. */
    @Test
    void appliesNothingThatIsNotWhatWasWritten() {
        String segment = disk.names().stream()
                .filter(name -> name.startsWith("segments/"))
                .findFirst()
                .orElseThrow();
        int payloadOffset = 4_096 + 56 + 24 + 4 * 32 + 24;
        disk.flipBit(segment, payloadOffset, 0);
        toApply.send(NodeMail.EXPECT, proposals.sit(1), 6, TERM);
        toApply.send(NodeMail.APPLY, 9, 0, 0);
        agent.doWork();
        assertEquals(5, machine.appliedIndex);
        assertEquals(1, mail.faults.waitingCount());
        toApply.send(NodeMail.APPLY, 9, 0, 0);
        agent.doWork();
        assertEquals(5, machine.appliedIndex, "nor later, nor anything behind it");
        assertEquals(List.of(), told);
    }
}
