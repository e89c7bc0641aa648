package dev.steppe.raft.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steppe.base.InvariantBroken;
import dev.steppe.raft.quorum.Membership;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RaftSimulationTest {
    private static final long SEEDS = Long.getLong("steppe.sim.seeds", 100);
    private static final long RUN_NS = 6_000 * SimWorld.MS;
    private static final long CALM_NS = 3_000 * SimWorld.MS;

    /** Loss, duplication, reordering, one-sided and whole partitions, crashes that keep only what was forced. */
    @ParameterizedTest
    @ValueSource(ints = {3, 5})
    void keepsEverySafetyRuleAndComesToRest(int voterCount) {
        Tally tally = new Tally();
        for (long seed = 1; seed <= SEEDS; seed++) {
            tally.add(worldAfter(seed, voterCount, 2));
        }
        // The worlds must have done something worth checking.
        tally.expect("entries committed", tally.committed, 100);
        tally.expect("reads answered", tally.reads, 10);
        tally.expect("conflicts cut", tally.cuts, 0.25);
        tally.expect("memberships appended", tally.memberships, 1);
        tally.expect("offices handed over", tally.transfers, 0.1);
        tally.expect("snapshots installed", tally.installs, 0.1);
        tally.expect("members healed", tally.healings, 0.2);
    }

    /** What happened in all worlds together. */
    private static final class Tally {
        private long committed;
        private long reads;
        private long cuts;
        private long memberships;
        private long transfers;
        private long installs;
        private long healings;

        void add(SimWorld world) {
            committed += world.checkers.committedIndex();
            reads += world.checkers.readsAnswered;
            cuts += world.checkers.cutsSeen;
            memberships += world.checkers.membershipsSeen;
            transfers += world.checkers.transfersSeen;
            installs += world.checkers.installsSeen;
            healings += world.checkers.healingsSeen;
        }

        void expect(String what, long count, double perWorld) {
            assertTrue(count >= perWorld * SEEDS, what + " in all worlds: " + count);
        }
    }

    @Test
    void repeatsItselfStepByStep() {
        SimWorld first = worldAfter(42, 3, 2);
        SimWorld second = worldAfter(42, 3, 2);
        assertEquals(first.traceHash, second.traceHash);
        assertEquals(first.stepCount, second.stepCount);
        for (int i = 0; i < 5; i++) {
            assertEquals(
                    first.members.get(i).core.stateHash(),
                    second.members.get(i).core.stateHash());
        }
    }

    @Test
    void needsNobodyElseWithOneVoter() {
        SimWorld world = worldAfter(7, 1, 0);
        assertTrue(world.checkers.committedIndex() > 10);
    }

    private static SimWorld worldAfter(long seed, int voterCount, int spareCount) {
        SimWorld world = new SimWorld(seed, voterCount, spareCount);
        try {
            world.run(RUN_NS);
            world.calm(CALM_NS);
            comesToRest(world);
        } catch (InvariantBroken broken) {
            throw new AssertionError("seed " + seed + ", step " + world.stepCount, broken);
        }
        return world;
    }

    private static void comesToRest(SimWorld world) {
        SimMember leader = world.leader();
        assertNotNull(leader, "no leader although all is calm, seed " + world.seed);
        assertTrue(leader.propose(Long.MAX_VALUE), "the leader takes nothing, seed " + world.seed);
        long index = leader.log.lastIndex();
        world.calm(CALM_NS);
        Membership membership = leader.core.membership();
        for (SimMember member : world.members) {
            if (membership.admits(member.id, member.directoryId)) {
                String who = "member " + member.id + " of " + membership + ", seed " + world.seed;
                assertTrue(member.core.commitIndex() >= index, "lags behind: " + who);
                assertEquals(leader.log.chain(index), member.log.chain(index), "logs differ: " + who);
                assertFalse(member.core.isQuarantined(), "is not healed: " + who);
            }
        }
    }
}
