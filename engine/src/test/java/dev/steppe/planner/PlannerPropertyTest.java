package dev.steppe.planner;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steppe.command.Command;
import dev.steppe.command.CommandOutcome;
import dev.steppe.model.job.Constraint;
import dev.steppe.model.job.Job;
import dev.steppe.model.job.JobKey;
import dev.steppe.model.job.Resources;
import dev.steppe.model.job.TaskGroup;
import dev.steppe.model.job.Update;
import dev.steppe.model.node.Node;
import dev.steppe.model.node.NodeStatus;
import dev.steppe.model.placement.Allocation;
import dev.steppe.model.placement.Allocation.ClientStatus;
import dev.steppe.model.placement.Allocation.Health;
import dev.steppe.model.placement.Evaluation;
import dev.steppe.model.placement.Plan;
import dev.steppe.model.rollout.StatusReason;
import dev.steppe.rank.Shard;
import dev.steppe.reconcile.JobFixture;
import dev.steppe.state.StateView;
import dev.steppe.verify.PlanVerdict;
import dev.steppe.verify.PlanVerifier;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeMap;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** Random regions: whatever a planner plans holds on the view that it read, and commits in full right after. */
final class PlannerPropertyTest {
    private final PlanVerifier verifier = new PlanVerifier();

    @Property(tries = 60)
    void plansWhatHoldsOnTheViewThatItRead(@ForAll long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        EngineWorld world = new EngineWorld();
        for (int i = 0; i < 8; i++) {
            world.nodes(randomNode(random, i));
        }
        Planner planner = new Planner(new PlannerConfig(
                new Shard(random.nextInt(2), 2), random.nextInt(4) == 0 ? 3 : 1_000, 1 + random.nextInt(3)));
        for (int step = 0; step < 60; step++) {
            disturb(world, random);
            JobKey key = JobKey.of("job" + random.nextInt(3));
            if (world.view().job(key) != null) {
                planAndCommit(world, planner, key);
            }
        }
    }

    private void planAndCommit(EngineWorld world, Planner planner, JobKey key) {
        Evaluation evaluation = world.ask(key);
        StateView view = world.view();
        PlanAttempt attempt = planner.attempt(evaluation, view);
        Plan plan = attempt.plan();
        if (plan == null) {
            return;
        }
        PlanVerdict verdict = verifier.verify(plan, view);
        assertInstanceOf(PlanVerdict.Accepted.class, verdict, () -> verdict + " of " + plan);
        CommandOutcome.PlanOutcome outcome = world.commit(plan);
        assertEquals("", outcome.refusal());
        assertEquals(plan.places().size(), outcome.placedCount());
        Plan again = planner.attempt(world.ask(key), world.view()).plan();
        if (!attempt.hasMore() && attempt.failures().isEmpty() && again != null) {
            assertTrue(
                    again.places().isEmpty()
                            && again.stops().isEmpty()
                            && again.updates().isEmpty(),
                    () -> "not idempotent: " + plan + " then " + again);
        }
        checkCounts(world, key);
    }

    private static void checkCounts(EngineWorld world, JobKey key) {
        TreeMap<String, Integer> live = new TreeMap<>();
        for (Allocation one : world.live(key)) {
            if (world.view().node(one.nodeId()).isReady()) {
                live.merge(one.slot().group(), 1, Integer::sum);
            }
        }
        Job job = world.view().job(key).spec();
        live.forEach((name, count) -> assertTrue(
                job.group(name).map(TaskGroup::count).orElse(0) >= count || isCut(world, key), "more run than wanted"));
    }

    /** A plan that was cut may have left stops for the next one. */
    private static boolean isCut(EngineWorld world, JobKey key) {
        Planner whole = new Planner(PlannerConfig.DEFAULT);
        Plan rest = whole.attempt(world.ask(key), world.view()).plan();
        return rest != null && !rest.stops().isEmpty();
    }

    private static void disturb(EngineWorld world, SplittableRandom random) {
        JobKey key = JobKey.of("job" + random.nextInt(3));
        List<Allocation> live = world.live(key);
        switch (random.nextInt(9)) {
            case 0, 1 -> world.submit(randomJob(random, key));
            case 2 -> world.nodes(randomNode(random, random.nextInt(10)));
            case 3 -> world.status(random.nextBoolean() ? NodeStatus.DOWN : NodeStatus.READY, "n" + random.nextInt(8));
            case 4 -> world.heal(key);
            case 5, 6 -> report(world, random, live);
            case 7 -> failDeployments(world);
            default -> {
                if (random.nextInt(3) == 0 && world.view().job(key) != null) {
                    world.apply(new Command.StopJob(key));
                }
            }
        }
    }

    private static void report(EngineWorld world, SplittableRandom random, List<Allocation> live) {
        if (!live.isEmpty()) {
            Allocation one = live.get(random.nextInt(live.size()));
            switch (random.nextInt(4)) {
                case 0 -> world.report(one, ClientStatus.FAILED, Health.UNHEALTHY);
                case 1 -> world.report(one, ClientStatus.COMPLETE, Health.UNKNOWN);
                case 2 -> world.report(one, ClientStatus.RUNNING, Health.UNHEALTHY);
                default -> world.report(one, ClientStatus.RUNNING, Health.HEALTHY);
            }
        }
    }

    private static void failDeployments(EngineWorld world) {
        List<Long> open = new ArrayList<>();
        world.view().forEachOpenDeployment(row -> open.add(row.id()));
        open.forEach(id -> world.apply(new Command.FailDeployment(id, StatusReason.OPERATOR, "")));
    }

    private static Node randomNode(SplittableRandom random, int number) {
        int unit = number % 3 + 1;
        TreeMap<String, String> attributes = new TreeMap<>();
        attributes.put("kernel.name", random.nextInt(4) == 0 ? "windows" : "linux");
        attributes.put("unique.serial", "s" + number);
        return new Node(
                "n" + number,
                "n" + number,
                "dc" + random.nextInt(2),
                "c1",
                attributes,
                new TreeMap<>(),
                new Resources(unit * 1_000, unit * 1_000, 5_000));
    }

    private static Job randomJob(SplittableRandom random, JobKey key) {
        String release = "r" + random.nextInt(3);
        List<Constraint> constraints = new ArrayList<>();
        if (random.nextInt(3) == 0) {
            constraints.add(new Constraint("${attr.kernel.name}", Constraint.Operator.EQUAL, "linux"));
        }
        if (random.nextInt(4) == 0) {
            constraints.add(new Constraint("${attr.unique.serial}", Constraint.Operator.NOT_EQUAL, "s1"));
        }
        Update update = new Update(random.nextInt(4), 1_000, 5_000, 20_000, random.nextBoolean());
        TaskGroup web = JobFixture.group("web", random.nextInt(8), update, release);
        TaskGroup api = JobFixture.group("api", random.nextInt(4), JobFixture.rolling(1), release);
        List<String> datacenters = random.nextInt(3) == 0 ? List.of("dc0") : List.of("dc*");
        Job job = random.nextInt(4) == 0
                ? JobFixture.job(key.id(), datacenters, constraints, web)
                : JobFixture.job(key.id(), datacenters, constraints, web, api);
        return random.nextInt(5) != 0
                ? job
                : new Job(
                        key,
                        job.name(),
                        50,
                        true,
                        job.datacenters(),
                        job.constraints(),
                        job.meta(),
                        job.groups(),
                        null,
                        job.opaque());
    }
}
