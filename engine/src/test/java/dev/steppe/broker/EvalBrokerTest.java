package dev.steppe.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steppe.model.job.JobKey;
import dev.steppe.model.placement.Evaluation;
import dev.steppe.model.placement.Evaluation.Status;
import dev.steppe.model.placement.Evaluation.Trigger;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class EvalBrokerTest {
    private final List<String> wishes = new ArrayList<>();
    private final EvalBroker broker = new EvalBroker(BrokerConfig.DEFAULT, new BrokerOutput() {
        @Override
        public void conclude(Evaluation evaluation, Status status) {
            wishes.add(status + " " + evaluation.id());
        }

        @Override
        public void followUp(JobKey job, Trigger trigger, long waitUntilMs) {
            wishes.add(trigger + " " + job + " " + waitUntilMs);
        }
    });

    @Test
    void leasesByPriorityThenAge() {
        broker.observe(pending(1, "a", 10), 0);
        broker.observe(pending(2, "b", 30), 0);
        broker.observe(pending(3, "c", 20), 0);
        broker.observe(pending(4, "d", 20), 0);
        assertEquals(2, lease(0).evaluation().id());
        assertEquals(3, lease(0).evaluation().id());
        assertEquals(4, lease(0).evaluation().id());
        assertEquals(1, lease(0).evaluation().id());
        assertNull(broker.lease(0));
    }

    @Test
    void leasesOneEvaluationOfAJobAtATime() {
        broker.observe(pending(1, "a", 50), 0);
        broker.observe(pending(2, "a", 50), 0);
        assertEquals(1, lease(0).evaluation().id());
        assertNull(broker.lease(0));
        broker.observe(answered(pending(1, "a", 50), Status.COMPLETE, 5, 6), 0);
        assertEquals(2, lease(0).evaluation().id());
    }

    @Test
    void asksTheNewestOfThoseThatWaitedAndCancelsTheOthers() {
        for (int id = 1; id <= 5; id++) {
            broker.observe(pending(id, "a", 50), 0);
        }
        assertEquals(1, lease(0).evaluation().id());
        broker.observe(answered(pending(1, "a", 50), Status.COMPLETE, 5, 6), 0);
        assertEquals(5, lease(0).evaluation().id());
        assertEquals(List.of("CANCELED 4", "CANCELED 3", "CANCELED 2"), wishes);
    }

    @Test
    void asksNothingOnAViewOlderThanItsLeadership() {
        broker.reset(78);
        broker.observe(pending(1, "a", 50), 0);
        assertEquals(78, lease(0).waitIndex(), "evaluations newer than this one may have been cancelled for it");
    }

    @Test
    void saysAConclusionAgainThatNoRowConfirms() {
        for (int id = 1; id <= 3; id++) {
            broker.observe(pending(id, "a", 50), 0);
        }
        lease(0);
        broker.observe(answered(pending(1, "a", 50), Status.COMPLETE, 5, 6), 0);
        assertEquals(List.of("CANCELED 2"), wishes);
        broker.advance(59_999);
        assertEquals(List.of("CANCELED 2"), wishes);
        broker.advance(60_000);
        assertEquals(List.of("CANCELED 2", "CANCELED 2"), wishes);
        broker.observe(answered(pending(2, "a", 50), Status.CANCELED, 0, 7), 60_000);
        broker.advance(500_000);
        assertEquals(List.of("CANCELED 2", "CANCELED 2"), wishes);
    }

    @Test
    void freesTheTurnOfAJobWhoseFailureWasLostOnItsWay() {
        broker.observe(pending(1, "a", 50), 0);
        long nowMs = 0;
        for (int delivery = 1; delivery <= 3; delivery++) {
            Lease lease = lease(nowMs);
            broker.giveBack(1, lease.token(), nowMs);
            nowMs += 100_000;
            broker.advance(nowMs);
        }
        broker.observe(pending(2, "a", 50), nowMs);
        assertNull(broker.lease(nowMs));
        assertEquals(2, wishes.stream().filter("FAILED 1"::equals).count());
        assertEquals(
                1,
                wishes.stream()
                        .filter(wish -> wish.startsWith("FAILED_FOLLOW_UP"))
                        .count());
        broker.observe(answered(pending(1, "a", 50), Status.FAILED, 0, 9), nowMs);
        assertEquals(2, lease(nowMs).evaluation().id());
    }

    @Test
    void ignoresAnEvaluationThatItKnows() {
        broker.observe(pending(1, "a", 50), 0);
        broker.observe(pending(1, "a", 50), 0);
        lease(0);
        broker.observe(pending(1, "a", 50), 0);
        assertNull(broker.lease(0));
        assertEquals(1, broker.trackedCount());
    }

    @Test
    void makesTheNextPlannerWaitForTheLastAnswer() {
        broker.observe(pending(1, "a", 50), 0);
        assertEquals(1, lease(0).waitIndex());
        broker.observe(pending(2, "a", 50), 0);
        broker.observe(answered(pending(1, "a", 50), Status.COMPLETE, 5, 9), 0);
        assertEquals(9, lease(0).waitIndex());
    }

    @Test
    void redeliversALeaseThatRanOut() {
        broker.observe(pending(1, "a", 50), 0);
        Lease first = lease(0);
        assertEquals(60_000, broker.nextDeadlineMs());
        broker.advance(59_999);
        assertNull(broker.lease(59_999));
        broker.advance(60_000);
        assertNull(broker.lease(60_000));
        assertEquals(61_000, broker.nextDeadlineMs());
        broker.advance(61_000);
        Lease second = lease(61_000);
        assertNotEquals(first.token(), second.token());
        assertFalse(broker.giveBack(1, first.token(), 61_001), "an old token has no lease");
        assertTrue(broker.giveBack(1, second.token(), 61_001));
        assertEquals(81_001, broker.nextDeadlineMs());
    }

    @Test
    void keepsALeaseThatIsExtended() {
        broker.observe(pending(1, "a", 50), 0);
        Lease lease = lease(0);
        assertTrue(broker.extend(1, lease.token(), 50_000));
        broker.advance(100_000);
        assertTrue(broker.extend(1, lease.token(), 100_000));
        assertFalse(broker.extend(1, lease.token() + 1, 100_000));
        broker.advance(160_000);
        assertFalse(broker.extend(1, lease.token(), 160_000));
    }

    @Test
    void failsAnEvaluationThatCameBackTooOften() {
        broker.observe(pending(1, "a", 50), 0);
        broker.observe(pending(2, "a", 50), 0);
        long nowMs = 0;
        for (int delivery = 1; delivery <= 3; delivery++) {
            Lease lease = lease(nowMs);
            assertTrue(broker.giveBack(1, lease.token(), nowMs));
            nowMs += delivery < 3 ? 100_000 : 0;
            broker.advance(nowMs);
        }
        assertEquals("FAILED 1", wishes.get(0));
        assertTrue(wishes.get(1).startsWith("FAILED_FOLLOW_UP default/a "), wishes::toString);
        assertEquals(2, wishes.size());
        assertNull(broker.lease(nowMs), "the turn passes on when the log says so, not before");
        broker.observe(answered(pending(1, "a", 50), Status.FAILED, 0, 9), nowMs);
        assertEquals(2, lease(nowMs).evaluation().id());
    }

    @Test
    void spreadsFollowUpsOverFiveMinutes() {
        for (int id = 1; id <= 1_000; id++) {
            long waitMs = BrokerConfig.DEFAULT.followUpWaitMs(Evaluation.idAt(id, 0));
            assertTrue(waitMs >= 60_000 && waitMs < 360_000, "wait " + waitMs);
        }
        assertNotEquals(BrokerConfig.DEFAULT.followUpWaitMs(65_536), BrokerConfig.DEFAULT.followUpWaitMs(131_072));
    }

    @Test
    void hidesADelayedEvaluationUntilItsTime() {
        broker.observe(delayed(1, "a", 5_000), 1_000);
        broker.observe(pending(2, "a", 50), 1_000);
        assertEquals(2, lease(1_000).evaluation().id(), "a delayed one holds no turn");
        broker.observe(answered(pending(2, "a", 50), Status.COMPLETE, 3, 4), 2_000);
        assertNull(broker.lease(4_999));
        assertEquals(5_000, broker.nextDeadlineMs());
        broker.advance(5_000);
        assertEquals(1, lease(5_000).evaluation().id());
    }

    @Test
    void wakesWhatWasBlockedBeforeRoomAppeared() {
        broker.observe(blocked(1, "a", 10, 11), 0);
        broker.observe(blocked(2, "b", 30, 31), 0);
        assertEquals(2, broker.blockedCount());
        broker.roomAppeared(20);
        Lease woken = lease(0);
        assertEquals(1, woken.evaluation().id());
        assertEquals(20, woken.waitIndex(), "it must see the room that woke it");
        assertNull(broker.lease(0));
    }

    @Test
    void losesNoWakeUpIfTheRoomAppearedFirst() {
        broker.observe(pending(1, "a", 50), 0);
        lease(0);
        broker.roomAppeared(20);
        broker.observe(answered(pending(1, "a", 50), Status.BLOCKED, 15, 25), 0);
        assertEquals(1, lease(0).evaluation().id());
        broker.observe(answered(pending(1, "a", 50), Status.BLOCKED, 26, 28), 0);
        assertNull(broker.lease(0), "it saw that room");
        assertEquals(1, broker.blockedCount());
    }

    @Test
    void keepsTheNewerOfTwoBlockedEvaluations() {
        broker.observe(blocked(1, "a", 100, 101), 0);
        broker.observe(blocked(2, "a", 101, 102), 0);
        broker.observe(blocked(3, "a", 102, 103), 0);
        broker.observe(blocked(4, "a", 100, 104), 0);
        assertEquals(List.of("CANCELED 1", "CANCELED 2", "CANCELED 4"), wishes);
        assertEquals(1, broker.blockedCount());
    }

    @Test
    void cancelsABlockedEvaluationThatALaterAnswerCovers() {
        broker.observe(blocked(1, "a", 10, 11), 0);
        broker.observe(pending(20, "a", 50), 0);
        lease(0);
        broker.observe(answered(pending(20, "a", 50), Status.COMPLETE, 21, 22), 0);
        assertEquals(List.of("CANCELED 1"), wishes);
        broker.roomAppeared(30);
        assertNull(broker.lease(0));
        broker.observe(answered(blocked(1, "a", 10, 11), Status.CANCELED, 10, 31), 0);
        assertEquals(0, broker.trackedCount());
    }

    @Test
    void asksEveryBlockedEvaluationOnceAfterAChangeOfLeader() {
        broker.observe(pending(1, "a", 50), 0);
        lease(0);
        broker.reset(40);
        broker.observe(pending(1, "a", 50), 0);
        broker.observe(blocked(2, "b", 10, 11), 0);
        assertEquals(1, lease(0).evaluation().id());
        assertEquals(2, lease(0).evaluation().id());
        assertEquals(Long.MAX_VALUE, new EvalBroker(BrokerConfig.DEFAULT, NOTHING).nextDeadlineMs());
    }

    @Test
    void refusesATokenOfAnotherEvaluation() {
        broker.observe(pending(1, "a", 50), 0);
        broker.observe(pending(2, "b", 50), 0);
        Lease one = lease(0);
        lease(0);
        assertFalse(broker.giveBack(2, one.token(), 0));
        assertFalse(broker.giveBack(3, one.token(), 0));
        broker.observe(answered(pending(1, "a", 50), Status.COMPLETE, 2, 3), 0);
        assertFalse(broker.giveBack(1, one.token(), 0), "the answer ended the lease");
    }

    private Lease lease(long nowMs) {
        Lease lease = broker.lease(nowMs);
        assertNotNull(lease);
        return lease;
    }

    static final BrokerOutput NOTHING = new BrokerOutput() {
        @Override
        public void conclude(Evaluation evaluation, Status status) {
            throw new AssertionError("no wish expected");
        }

        @Override
        public void followUp(JobKey job, Trigger trigger, long waitUntilMs) {
            throw new AssertionError("no wish expected");
        }
    };

    static Evaluation pending(long id, String job, int priority) {
        return row(id, job, priority, 0);
    }

    static Evaluation delayed(long id, String job, long waitUntilMs) {
        return row(id, job, 50, waitUntilMs);
    }

    static Evaluation blocked(long id, String job, long snapshotIndex, long modifyIndex) {
        return answered(row(id, job, 50, 0), Status.BLOCKED, snapshotIndex, modifyIndex);
    }

    static Evaluation answered(Evaluation row, Status status, long snapshotIndex, long index) {
        return row.withStatus(status, snapshotIndex, List.of(), index);
    }

    private static Evaluation row(long id, String job, int priority, long waitUntilMs) {
        return new Evaluation(
                id,
                JobKey.of(job),
                priority,
                Trigger.JOB_REGISTER,
                Status.PENDING,
                waitUntilMs,
                0,
                0,
                List.of(),
                id,
                id);
    }
}
