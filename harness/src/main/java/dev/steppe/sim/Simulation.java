package dev.steppe.sim;

import dev.steppe.fault.Coverage;
import dev.steppe.sim.raft.RaftRun;
import dev.steppe.sim.raft.SeedOutcome;
import dev.steppe.sim.raft.SeedOutcome.Failure;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Plays seeds one after another and sums up. Every {@value #TWICE_EVERY}th seed is played twice: one seed must be one
 * history (H4). What comes out consists of the platform's own types, so that it can leave a class loader of its own.
 */
public final class Simulation {
    private static final int TWICE_EVERY = 50;
    private static final double NS_PER_HOUR = TimeUnit.HOURS.toNanos(1);

    private final long safetyNs;
    private final @Nullable PrintWriter lines;
    private final Consumer<String> narrator;
    private final Coverage coverage = new Coverage();
    private final List<Map<String, Object>> failedSeeds = new ArrayList<>();
    private long eventCount;
    private long virtualNs;
    private long traceHash;

    private Simulation(long safetyNs, @Nullable PrintWriter lines, Consumer<String> narrator) {
        this.safetyNs = safetyNs;
        this.lines = lines;
        this.narrator = narrator;
    }

    /**
     * Plays {@code seedCount} seeds from {@code firstSeed} on.
     *
     * @param safetyNs world time of each seed's safety phase
     * @param lines where each event is told, if anybody reads it
     * @param narrator told one sentence for each seed that fails
     * @return the members of {@code steppe/sim/v1} from {@code firstSeed} on, in their order
     */
    public static Map<String, Object> run(
            long firstSeed, long seedCount, long safetyNs, @Nullable PrintWriter lines, Consumer<String> narrator) {
        long startNs = System.nanoTime();
        Simulation simulation = new Simulation(safetyNs, lines, narrator);
        for (long i = 0; i < seedCount; i++) {
            simulation.play(firstSeed + i);
        }
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("firstSeed", firstSeed);
        tree.put("seeds", seedCount);
        tree.put("failedSeeds", simulation.failedSeeds);
        tree.put("events", simulation.eventCount);
        tree.put("simulatedHours", simulation.virtualNs / NS_PER_HOUR);
        tree.put("elapsedMs", TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startNs));
        tree.put("traceHash", String.format(java.util.Locale.ROOT, "%016x", simulation.traceHash));
        tree.put("coverage", simulation.coverage.byLabel());
        return tree;
    }

    private void play(long seed) {
        SeedOutcome outcome = RaftRun.play(seed, safetyNs, lines);
        coverage.add(outcome.coverage());
        eventCount += outcome.eventCount();
        virtualNs += outcome.virtualNs();
        traceHash = Long.rotateLeft(traceHash, 7) * 31 + outcome.traceHash();
        Failure failure = outcome.failure();
        if (failure == null && seed % TWICE_EVERY == 0) {
            failure = comparedWith(outcome, RaftRun.play(seed, safetyNs, null));
        }
        if (failure != null) {
            note(seed, failure);
        }
    }

    private static @Nullable Failure comparedWith(SeedOutcome first, SeedOutcome second) {
        if (first.traceHash() == second.traceHash()) {
            return null;
        }
        return new Failure(
                "H4",
                "one seed gave two histories, of " + first.eventCount() + " and " + second.eventCount() + " events",
                first.eventCount());
    }

    private void note(long seed, Failure failure) {
        Map<String, Object> failed = new LinkedHashMap<>();
        failed.put("seed", seed);
        failed.put("invariant", failure.invariant());
        failed.put("detail", failure.detail());
        failed.put("atEvent", failure.atEvent());
        failedSeeds.add(failed);
        narrator.accept("seed " + seed + " violates " + failure.invariant() + " at event " + failure.atEvent() + ": "
                + failure.detail());
    }
}
