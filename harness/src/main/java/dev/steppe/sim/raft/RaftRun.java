package dev.steppe.sim.raft;

import dev.steppe.base.InvariantBroken;
import dev.steppe.check.InvariantViolated;
import dev.steppe.fault.Chance;
import dev.steppe.fault.Swarm;
import dev.steppe.sim.raft.SeedOutcome.Failure;
import dev.steppe.sim.world.Trace;
import java.io.PrintWriter;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** One seed of the world {@code raft}, from an empty disk to a majority at rest. */
public final class RaftRun {
    private static final long FOUNDING_NS = TimeUnit.MINUTES.toNanos(1);

    private RaftRun() {}

    /**
     * Plays one seed.
     *
     * @param safetyNs world time during which nemeses strike
     * @param lines where to tell what happens, if anybody reads it
     */
    public static SeedOutcome play(long seed, long safetyNs, @Nullable PrintWriter lines) {
        return play(seed, Swarm.draw(new Chance(seed)), safetyNs, lines);
    }

    /** Plays one seed with a swarm of the caller's choice. */
    static SeedOutcome play(long seed, Swarm swarm, long safetyNs, @Nullable PrintWriter lines) {
        Chance chance = new Chance(seed).split();
        Trace trace = new Trace(lines);
        RaftWorld world = new RaftWorld(swarm, chance, trace);
        world.tell(swarm.toString());
        Failure failure = null;
        try {
            world.openAll();
            // A group begins once all its first voters have met; what can befall it comes later.
            world.run(FOUNDING_NS, world::isFounded);
            Clients clients = new Clients(world);
            clients.start();
            new Nemeses(world).start();
            if (swarm.operation().wishGapNs() > 0) {
                new Operator(world).start();
            }
            world.run(safetyNs, () -> false);
            new LivenessPhase(world, clients).run();
        } catch (InvariantViolated violation) {
            failure = new Failure(violation.invariant(), violation.detail(), trace.eventCount());
        } catch (InvariantBroken broken) {
            failure = new Failure("P7", String.valueOf(broken.getMessage()), trace.eventCount());
        }
        if (failure != null) {
            world.tell("violated " + failure.invariant() + ": " + failure.detail());
        }
        world.conclude();
        return new SeedOutcome(seed, failure, trace.hash(), trace.eventCount(), world.nowNs(), world.coverage);
    }
}
