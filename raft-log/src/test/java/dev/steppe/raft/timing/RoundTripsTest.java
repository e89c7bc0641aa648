package dev.steppe.raft.timing;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.steppe.raft.timing.RoundTrips.Verdict;
import org.junit.jupiter.api.Test;

class RoundTripsTest {
    private static final long MS = 1_000_000;

    @Test
    void knowsNothingBeforeTheFirstAnswer() {
        RoundTrips trips = new RoundTrips();
        trips.asked(2, 1, 0);
        assertEquals(-1, trips.medianNs(2));
        assertEquals(Verdict.UNKNOWN, trips.verdict(2, 10 * MS));
    }

    @Test
    void takesTheMedianSoThatOnePauseDoesNotCount() {
        RoundTrips trips = new RoundTrips();
        for (int round = 1; round <= 9; round++) {
            trips.asked(2, round, 0);
            trips.answered(2, round, round == 5 ? 500 * MS : 2 * MS);
        }
        assertEquals(2 * MS, trips.medianNs(2));
        assertEquals(Verdict.NEAR, trips.verdict(2, 10 * MS));
        assertEquals(Verdict.FAR, trips.verdict(2, MS));
    }

    @Test
    void forgetsOldTripsWhenAPeerMovesAway() {
        RoundTrips trips = new RoundTrips();
        for (int round = 1; round <= 100; round++) {
            trips.asked(3, round, 0);
            trips.answered(3, round, MS);
        }
        for (int round = 101; round <= 108; round++) {
            trips.asked(3, round, 0);
            trips.answered(3, round, 40 * MS);
        }
        assertEquals(Verdict.FAR, trips.verdict(3, 10 * MS));
        trips.forget(3);
        assertEquals(Verdict.UNKNOWN, trips.verdict(3, 10 * MS));
    }

    @Test
    void timesNoAnswerToAnotherRoundThanTheOneItAsked() {
        RoundTrips trips = new RoundTrips();
        trips.asked(2, 7, 0);
        trips.asked(2, 8, 90 * MS);
        trips.answered(2, 6, 91 * MS);
        trips.answered(2, 8, 91 * MS);
        assertEquals(-1, trips.medianNs(2), "the answer to round 7 was lost");
        trips.asked(2, 9, 100 * MS);
        trips.answered(2, 9, 103 * MS);
        trips.answered(2, 9, 300 * MS);
        assertEquals(3 * MS, trips.medianNs(2));
    }

    @Test
    void timesNothingAcrossLeaderships() {
        RoundTrips trips = new RoundTrips();
        trips.asked(2, 7, 0);
        trips.leadershipEnded();
        trips.answered(2, 7, 900 * MS);
        assertEquals(-1, trips.medianNs(2));
    }
}
