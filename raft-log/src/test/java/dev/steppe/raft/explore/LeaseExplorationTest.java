package dev.steppe.raft.explore;

import static dev.steppe.raft.explore.member.Mark.CHANGE_ACCEPTED;
import static dev.steppe.raft.explore.member.Mark.LEADER_ELECTED;
import static dev.steppe.raft.explore.member.Mark.LEASE_OVER;
import static dev.steppe.raft.explore.member.Mark.LEASE_READ;
import static dev.steppe.raft.explore.member.Mark.LOYAL_REFUSES;
import static dev.steppe.raft.explore.member.Mark.TRANSFER_FAILED;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Reads that are answered without a round, while others elect the next leader. A follower waits for the shortest
 * election time-out since it last heard its leader; that no clock drifts further than assumed means here: it does not
 * tire, and does not stand, before every round that it heard is too old for a lease at the leader that sent it.
 */
class LeaseExplorationTest {
    private static final String ONE_LEADS = """
            tire 2
            tire 3
            elect 1 with 2
            settle 1 2 3
            heartbeat 1
            settle 1 2 3
            lose
            """;

    /** Only one follower has heard the round that the lease stands on. */
    private static final String TWO_IS_BOUND = ONE_LEADS + """
            lease-ends 1
            heartbeat 1
            deliver 1>2 AppendAsk
            deliver 2>1 AppendReply
            lose
            """;

    /** The leader has told a follower to stand, whose ask goes past those who hear a leader. */
    private static final String TWO_IS_TOLD = ONE_LEADS + """
            transfer 1 2
            deliver 1>2 TimeoutNow
            lose 1>2 2>1
            """;

    private static Bounds bounds() {
        return Bounds.of(3).terms(2).ballots(4).rounds(4).reads(1).leases().terse();
    }

    private static Finding leases(int packets) {
        return Exploration.after(ONE_LEADS, bounds().packets(packets))
                .holds("leases", LEASE_READ, LEASE_OVER, LOYAL_REFUSES, LEADER_ELECTED);
    }

    private static Finding crashes(int packets) {
        return Exploration.after(TWO_IS_BOUND, bounds().crashes(1).packets(packets))
                .holds("leases over crashes", LEASE_READ, LEASE_OVER, LOYAL_REFUSES, LEADER_ELECTED);
    }

    private static Finding transfers(int packets) {
        return Exploration.after(TWO_IS_TOLD, bounds().packets(packets))
                .holds("leases and transfers", LEASE_READ, LEASE_OVER, TRANSFER_FAILED, LEADER_ELECTED);
    }

    private static Finding changes(int packets) {
        return Exploration.after(TWO_IS_BOUND, bounds().changes(2).packets(packets))
                .holds("leases and changes", LEASE_READ, LEASE_OVER, CHANGE_ACCEPTED, LEADER_ELECTED);
    }

    @Test
    void answersNothingOldWhileClocksKeepTheirWord() {
        assertTrue(leases(9).isComplete());
        assertTrue(changes(6).isComplete());
    }

    @Test
    void answersNothingOldAfterACrashOrATransfer() {
        assertTrue(crashes(8).isComplete());
        assertTrue(transfers(9).isComplete());
    }

    /** Without what it relies on, the search must find what it searches for. */
    @Test
    void answersWhatIsOldOnceClocksDoNot() {
        Finding finding = Exploration.after(ONE_LEADS, bounds().adrift().packets(9));
        assertNotNull(finding.broken(), finding::toString);
        assertTrue(finding.broken().startsWith("C1 a stale read"), finding::toString);
    }

    @Test
    @Tag("extended")
    void answersNothingOldInLongerStories() {
        assertTrue(leases(10).isComplete());
        assertTrue(crashes(10).isComplete());
        assertTrue(transfers(10).isComplete());
        assertTrue(changes(9).isComplete());
    }
}
