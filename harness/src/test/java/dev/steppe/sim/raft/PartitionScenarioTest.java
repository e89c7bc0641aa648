package dev.steppe.sim.raft;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
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

/** Partial partitions by name (reliability.md N2): a leader that a majority hears stays; one that nobody hears goes. */
class PartitionScenarioTest {
    private static final long SECOND_NS = TimeUnit.SECONDS.toNanos(1);

    static LongStream seeds() {
        return LongStream.rangeClosed(1, 10);
    }

    /** A group at peace under load, with a leader, and the ordinals of the others. */
    private static final class Scene {
        final RaftWorld world;
        final Clients clients;

        Scene(int voterCount, long seed) {
            Swarm swarm = new Swarm(
                    voterCount,
                    List.of(),
                    SECOND_NS,
                    Nature.healthy(200_000),
                    new Swarm.Pace(50, 2_000, 20_000, 0),
                    new Swarm.Load(4, 20_000_000, 100, 200, 500, 100),
                    new Swarm.Compaction(0, 0, 0),
                    Swarm.Operation.NONE);
            world = new RaftWorld(swarm, new Chance(seed), new Trace(null));
            world.openAll();
            clients = new Clients(world);
            clients.start();
            world.run(5 * SECOND_NS, () -> false);
            assertTrue(acknowledged() > 10, "nothing is committed in peace");
        }

        /** Ordinal of the leader of the latest term. */
        int leader() {
            int leader = -1;
            long term = 0;
            for (SimMember member : world.members) {
                var core = member.node().inspection().core();
                if (core.role() == Role.LEADER && core.term() > term) {
                    leader = member.id - 1;
                    term = core.term();
                }
            }
            return leader;
        }

        long term() {
            return world.members.stream()
                    .mapToLong(member -> member.node().inspection().core().term())
                    .max()
                    .orElseThrow();
        }

        long acknowledged() {
            return world.clientChecker.acknowledgedCount();
        }

        void cutBoth(int one, int other) {
            world.cut(one, other, true);
            world.cut(other, one, true);
        }

        /** Nobody asks for a while: all logs are equal, and only the leader's word stands against a candidate. */
        void idle(long seconds) {
            clients.stop();
            run(seconds);
            clients.start();
        }

        void run(long seconds) {
            world.run(world.nowNs() + seconds * SECOND_NS, () -> false);
        }

        int other(int ordinal, int step) {
            return (ordinal + step) % world.members.size();
        }
    }

    /** Cloudflare, November 2020: two of three do not hear each other, both hear the third. */
    @ParameterizedTest
    @MethodSource("seeds")
    void keepsALeaderThatIsStillHeardByAMajority(long seed) {
        for (int apart = 1; apart <= 2; apart++) {
            Scene scene = new Scene(3, seed);
            int leader = scene.leader();
            long term = scene.term();
            long before = scene.acknowledged();
            // Either the leader and one follower, or the two followers.
            scene.cutBoth(apart == 1 ? leader : scene.other(leader, 1), scene.other(leader, 2));
            scene.idle(10);
            scene.run(10);
            assertEquals(leader, scene.leader());
            assertEquals(term, scene.term());
            assertTrue(scene.acknowledged() > before + 100);
            scene.world.healAll();
            scene.run(5);
            assertEquals(term, scene.term(), "healing disturbs");
        }
    }

    /** A follower that is heard and hears nobody asks for votes again and again. */
    @ParameterizedTest
    @MethodSource("seeds")
    void isNotDisturbedByOneThatCannotHear(long seed) {
        Scene scene = new Scene(5, seed);
        int leader = scene.leader();
        long term = scene.term();
        int deaf = scene.other(leader, 1);
        for (int other = 0; other < 5; other++) {
            if (other != deaf) {
                scene.world.cut(other, deaf, true);
            }
        }
        scene.idle(10);
        scene.run(10);
        scene.world.healAll();
        scene.run(5);
        assertEquals(leader, scene.leader());
        assertEquals(term, scene.term());
    }

    /** A leader that is heard by everyone and hears nobody must give up, and somebody else must follow. */
    @ParameterizedTest
    @MethodSource("seeds")
    void deposesALeaderThatHearsNobody(long seed) {
        Scene scene = new Scene(3, seed);
        int deaf = scene.leader();
        scene.world.cut(scene.other(deaf, 1), deaf, true);
        scene.world.cut(scene.other(deaf, 2), deaf, true);
        scene.run(5);
        long before = scene.acknowledged();
        scene.run(15);
        assertNotEquals(deaf, scene.leader());
        assertTrue(scene.acknowledged() > before + 100);
    }

    /** All hear one hub only, and the leader is not the hub: the hub alone can lead (OmniPaxos: quorum loss). */
    @ParameterizedTest
    @MethodSource("seeds")
    void electsTheOnlyOneThatReachesAMajority(long seed) {
        Scene scene = new Scene(5, seed);
        int hub = scene.other(scene.leader(), 2);
        for (int one = 0; one < 5; one++) {
            for (int other = one + 1; other < 5; other++) {
                if (one != hub && other != hub) {
                    scene.cutBoth(one, other);
                }
            }
        }
        scene.run(20);
        assertEquals(hub, scene.leader());
        long term = scene.term();
        long before = scene.acknowledged();
        scene.run(20);
        assertEquals(term, scene.term(), "elections do not end");
        assertTrue(scene.acknowledged() > before + 100);
        scene.world.healAll();
        scene.run(5);
        assertTrue(scene.term() <= term + 2, "elections after healing");
    }
}
