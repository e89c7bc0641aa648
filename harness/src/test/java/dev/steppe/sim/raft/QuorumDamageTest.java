package dev.steppe.sim.raft;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steppe.fault.Chance;
import dev.steppe.fault.Swarm;
import dev.steppe.raft.core.RaftCore.Role;
import dev.steppe.sim.world.Trace;
import dev.steppe.transport.memory.PacketModel.Nature;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What a group does when more is damaged than it can bear (reliability.md S2, S4): it stands still and says so. */
class QuorumDamageTest {
    private static final long SECOND_NS = TimeUnit.SECONDS.toNanos(1);
    /** Behind the header of a segment, where the first entries are. */
    private static final int FIRST_RECORDS_OFFSET = 4_096;

    static LongStream seeds() {
        return LongStream.rangeClosed(1, 4);
    }

    /** A group in peace that has committed something, with clients. */
    static RaftWorld worldUnderLoad(int voterCount, long seed) {
        Swarm swarm = new Swarm(
                voterCount,
                List.of(),
                SECOND_NS,
                Nature.healthy(200_000),
                new Swarm.Pace(50, 2_000, 20_000, 0),
                new Swarm.Load(4, 20_000_000, 100, 200, 500, 100),
                new Swarm.Compaction(0, 0, 0),
                Swarm.Operation.NONE);
        RaftWorld world = new RaftWorld(swarm, new Chance(seed), new Trace(null));
        world.openAll();
        new Clients(world).start();
        world.run(5 * SECOND_NS, () -> false);
        assertTrue(world.clientChecker.acknowledgedCount() > 10, "nothing is committed in peace");
        return world;
    }

    /** Kills the member, damages its disk, and opens it again. */
    static void damage(RaftWorld world, SimMember member) {
        world.checker.tainted(member.id);
        world.kill(member);
        String segment = member.disk.names().stream()
                .filter(name -> name.startsWith("segments/"))
                .findFirst()
                .orElseThrow();
        member.disk.flipBit(segment, FIRST_RECORDS_OFFSET + world.chance.below(2_000), world.chance.below(8));
        world.open(member);
        assertTrue(member.node().inspection().core().isQuarantined(), "damage was not found");
    }

    private static void run(RaftWorld world, long seconds) {
        world.run(world.nowNs() + seconds * SECOND_NS, () -> false);
    }

    /** Two of three, or three of five, have lost what they had acknowledged: nobody leads, and who asks is told why. */
    @ParameterizedTest
    @MethodSource("seeds")
    void standsStillOnceAMajorityIsDamaged(long seed) {
        int voterCount = seed % 2 == 0 ? 3 : 5;
        RaftWorld world = worldUnderLoad(voterCount, seed);
        int damagedCount = voterCount / 2 + 1;
        for (int i = 0; i < damagedCount; i++) {
            damage(world, world.members.get(i));
        }
        run(world, 5);
        long before = world.clientChecker.acknowledgedCount();
        int mostCount = 0;
        for (int i = 0; i < 100; i++) {
            world.run(world.nowNs() + SECOND_NS / 3, () -> false);
            for (SimMember member : world.members) {
                assertTrue(member.node().inspection().core().role() != Role.LEADER, "a hollow quorum has a leader");
                mostCount = Math.max(mostCount, member.node().status().group().quarantinedVoterCount());
            }
        }
        assertEquals(before, world.clientChecker.acknowledgedCount(), "a hollow quorum commits");
        assertEquals(damagedCount, mostCount, "nobody says why the group stands still");
    }

    /** As many as the group can bear: it goes on, and fills them again. */
    @ParameterizedTest
    @MethodSource("seeds")
    void goesOnWhileAMinorityIsDamaged(long seed) {
        int voterCount = seed % 2 == 0 ? 3 : 5;
        RaftWorld world = worldUnderLoad(voterCount, seed);
        long before = world.clientChecker.acknowledgedCount();
        for (int i = 0; i < voterCount / 2; i++) {
            damage(world, world.members.get(i));
        }
        run(world, 20);
        assertTrue(world.clientChecker.acknowledgedCount() > before + 100);
        for (SimMember member : world.members) {
            assertEquals(false, member.node().inspection().core().isQuarantined());
        }
    }
}
