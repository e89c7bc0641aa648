package dev.steppe.raft.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

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
    void keepsEverySafetyRuleAndComesToRest(int memberCount) {
        long committed = 0;
        long reads = 0;
        long cuts = 0;
        for (long seed = 1; seed <= SEEDS; seed++) {
            SimWorld world = worldAfter(seed, memberCount);
            committed += world.checkers.committedIndex();
            reads += world.checkers.readsAnswered;
            cuts += world.checkers.cutsSeen;
        }
        // The worlds must have done something worth checking.
        assertTrue(committed > 20_000, "entries committed in all worlds: " + committed);
        assertTrue(reads > 2_000, "reads answered in all worlds: " + reads);
        assertTrue(cuts > 50, "conflicts cut in all worlds: " + cuts);
    }

    @Test
    void repeatsItselfStepByStep() {
        SimWorld first = worldAfter(42, 3);
        SimWorld second = worldAfter(42, 3);
        assertEquals(first.traceHash, second.traceHash);
        assertEquals(first.stepCount, second.stepCount);
        for (int i = 0; i < 3; i++) {
            assertEquals(
                    first.members.get(i).core.stateHash(),
                    second.members.get(i).core.stateHash());
        }
    }

    @Test
    void needsNobodyElseWithOneVoter() {
        SimWorld world = worldAfter(7, 1);
        assertTrue(world.checkers.committedIndex() > 10);
    }

    private static SimWorld worldAfter(long seed, int memberCount) {
        SimWorld world = new SimWorld(seed, memberCount);
        world.run(RUN_NS);
        world.calm(CALM_NS);
        SimMember leader = world.leader();
        assertNotNull(leader, "no leader although all is calm, seed " + seed);
        assertTrue(leader.propose(Long.MAX_VALUE), "the leader takes nothing, seed " + seed);
        long index = leader.log.lastIndex();
        world.calm(CALM_NS);
        for (SimMember member : world.members) {
            assertEquals(index, member.core.commitIndex(), "member " + member.id + " lags behind, seed " + seed);
            assertEquals(leader.log.chain(index), member.log.chain(index), "logs differ, seed " + seed);
        }
        return world;
    }
}
