package dev.steppe.raft.timing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.steppe.base.InvariantBroken;
import dev.steppe.raft.timing.TimingReport.Verdict;
import org.junit.jupiter.api.Test;

class BroadcastTimerTest {
    private static final long MS = 1_000_000;
    private static final long ELECTION_NS = 1_000 * MS;

    @Test
    void measuresFromAppendToQuorum() {
        BroadcastTimer timer = new BroadcastTimer(ELECTION_NS, 0);
        timer.appended(3, 10 * MS);
        timer.appended(5, 11 * MS);
        timer.committed(4, 12 * MS);
        assertEquals(1, timer.report(12 * MS).broadcast().count());
        assertEquals(2.0 * MS, (double) timer.report(12 * MS).broadcast().p50Ns(), 0.02 * MS);
        timer.committed(5, 12 * MS);
        assertEquals(2, timer.report(12 * MS).broadcast().count());
    }

    @Test
    void warnsAboveATenthOfTheElectionTimeOut() {
        BroadcastTimer timer = new BroadcastTimer(ELECTION_NS, 0);
        assertEquals(Verdict.OK, timer.report(0).verdict());
        timer.appended(1, 0);
        timer.committed(1, 99 * MS);
        assertEquals(Verdict.OK, timer.report(99 * MS).verdict());
        timer.appended(2, 100 * MS);
        timer.committed(2, 201 * MS);
        assertEquals(Verdict.BROADCAST_SLOW, timer.report(201 * MS).verdict());
        assertEquals(9.9, timer.report(201 * MS).electionPerBroadcast(), 0.1);
    }

    @Test
    void forgetsWhatALostLeadershipLeftOpen() {
        BroadcastTimer timer = new BroadcastTimer(ELECTION_NS, 0);
        timer.appended(9, 0);
        assertThrows(InvariantBroken.class, () -> timer.appended(9, 1));
        timer.leadershipEnded();
        timer.appended(4, 10 * MS);
        timer.committed(9, 12 * MS);
        assertEquals(1, timer.report(12 * MS).broadcast().count());
    }

    @Test
    void dividesTheTimeWatchedByTheLosses() {
        BroadcastTimer timer = new BroadcastTimer(ELECTION_NS, 5 * MS);
        assertEquals(20.0, timer.report(20_005 * MS).lossesPerElection());
        timer.leaderLosses(4);
        assertEquals(5.0, timer.report(20_005 * MS).lossesPerElection());
    }

    @Test
    void leavesOutWhatDoesNotFitAndGoesOn() {
        BroadcastTimer timer = new BroadcastTimer(ELECTION_NS, 0);
        for (int index = 1; index <= 5_000; index++) {
            timer.appended(index, index);
        }
        timer.committed(5_000, 10 * MS);
        assertEquals(4_096, timer.report(10 * MS).broadcast().count());
        timer.appended(5_001, 10 * MS);
        timer.committed(5_001, 11 * MS);
        assertEquals(4_097, timer.report(11 * MS).broadcast().count());
    }
}
