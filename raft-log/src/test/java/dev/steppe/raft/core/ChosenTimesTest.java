package dev.steppe.raft.core;

import static dev.steppe.raft.core.OneCore.append;
import static dev.steppe.raft.core.OneCore.voteAsk;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steppe.base.InvariantBroken;
import dev.steppe.raft.core.CoreSettings.Times;
import dev.steppe.raft.core.RaftCore.Role;
import dev.steppe.raft.core.track.Quarantine;
import org.junit.jupiter.api.Test;

class ChosenTimesTest {
    private static final long LEAST_NS = 1_000;
    private static final long MOST_NS = 4_000;
    private static final Times TIMES = new Times(100, LEAST_NS, MOST_NS, true);

    private static OneCore follower() {
        return OneCore.timed(TIMES, Quarantine.NONE).hears(append(2, 1, 0, 0));
    }

    private static OneCore leader(long chosenNs) {
        return OneCore.timed(TIMES, Quarantine.NONE)
                .step(new RaftInput.TimingChosen(LEAST_NS))
                .leadsAndHasCommitted()
                .step(new RaftInput.TimingChosen(chosenNs));
    }

    private static boolean answersAtOnce(OneCore one) {
        return one.step(new RaftInput.ReadAsked().set(7)).output.readCount() == 1;
    }

    @Test
    void beginWithTheMost() {
        OneCore one = OneCore.timed(TIMES, Quarantine.NONE);
        assertEquals(MOST_NS, one.core.electionMinNs());
        assertEquals(Role.FOLLOWER, one.passes(MOST_NS - 1).core.role());
        assertEquals(Role.PRE_CANDIDATE, one.passes(MOST_NS + 1).core.role());
    }

    /** Drawn between the chosen time and twice that; whatever seed, never before and never after. */
    @Test
    void keepAFollowerFromStandingUntilTheyArePast() {
        for (long chosenNs : new long[] {1_000, 1_700, 3_999}) {
            OneCore one = follower().step(new RaftInput.TimingChosen(chosenNs));
            for (int attempt = 0; attempt < 50; attempt++) {
                one.hears(append(2, 1, 0, 0));
                long inNs = one.core.nextDeadlineNs() - one.nowNs;
                assertTrue(inNs >= chosenNs && inNs < 2 * chosenNs, chosenNs + ": " + inNs);
            }
            assertEquals(Role.FOLLOWER, one.passes(chosenNs - 1).core.role());
            assertEquals(Role.PRE_CANDIDATE, one.passes(chosenNs + 1).core.role());
        }
    }

    /** The time that runs already is not the old one. */
    @Test
    void holdFromTheMomentOfTheirChoice() {
        OneCore one = follower();
        one.nowNs += 10;
        one.step(new RaftInput.TimingChosen(LEAST_NS));
        assertTrue(one.core.nextDeadlineNs() < one.nowNs + 2 * LEAST_NS);
        one.step(new RaftInput.TimingChosen(MOST_NS));
        assertTrue(one.core.nextDeadlineNs() >= one.nowNs + MOST_NS);
    }

    @Test
    void keepAFollowerTrueToItsLeader() {
        OneCore one = follower().step(new RaftInput.TimingChosen(3_000)).hears(append(2, 1, 0, 0));
        one.nowNs += 2_999;
        assertFalse(one.hears(voteAsk(3, 1, true, 0, 0)).granted());
        one.nowNs += 1;
        assertTrue(one.hears(voteAsk(3, 1, true, 0, 0)).granted());
    }

    @Test
    void keepALeaderInOfficeWithoutAMajority() {
        assertEquals(Role.LEADER, leader(3_000).passes(2_999).core.role());
        assertEquals(Role.FOLLOWER, leader(3_000).passes(3_000).core.role());
        assertEquals(Role.FOLLOWER, leader(LEAST_NS).passes(LEAST_NS).core.role());
    }

    /** The others may have been told the least: a lease must not outlast their patience. */
    @Test
    void makeNoLongerLeaseThanTheLeastAllows() {
        OneCore one = leader(MOST_NS).beats(2);
        one.nowNs += LEAST_NS - 2;
        assertTrue(answersAtOnce(one));
        one.nowNs += 1;
        assertFalse(answersAtOnce(one));
    }

    /** A candidate that was told the most counts votes for twice that. */
    @Test
    void doNotShortenAQuarantine() {
        OneCore one = OneCore.timed(TIMES, Quarantine.DOUBTFUL).step(new RaftInput.TimingChosen(LEAST_NS));
        for (long passedNs = 500; passedNs < 4 * MOST_NS; passedNs += 500) {
            assertTrue(one.passes(500).core.isQuarantined(), passedNs + " ns");
        }
        one.passes(500).forcesVault();
        assertFalse(one.core.isQuarantined());
    }

    @Test
    void stayWithinTheirBounds() {
        OneCore one = follower();
        assertThrows(InvariantBroken.class, () -> one.step(new RaftInput.TimingChosen(LEAST_NS - 1)));
        assertThrows(InvariantBroken.class, () -> one.step(new RaftInput.TimingChosen(MOST_NS + 1)));
        OneCore fixed = new OneCore(3, 1);
        assertThrows(InvariantBroken.class, () -> fixed.step(new RaftInput.TimingChosen(1_500)));
        assertEquals(OneCore.TIMES.electionMinNs(), OneCore.TIMES.bounded(1_500));
    }

    @Test
    void belongToTheState() {
        OneCore one = follower();
        long hash = one.core.stateHash();
        RaftCore copy = one.core.copy();
        assertEquals(hash, copy.stateHash());
        copy.step(new RaftInput.TimingChosen(LEAST_NS), one.nowNs, one.output);
        assertEquals(MOST_NS, one.core.electionMinNs());
        assertFalse(hash == copy.stateHash());
        assertEquals(LEAST_NS, copy.copy().electionMinNs());
    }
}
