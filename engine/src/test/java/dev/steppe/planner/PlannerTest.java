package dev.steppe.planner;

import static dev.steppe.reconcile.JobFixture.group;
import static dev.steppe.reconcile.JobFixture.job;
import static dev.steppe.reconcile.JobFixture.rolling;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steppe.command.Command;
import dev.steppe.model.job.Constraint;
import dev.steppe.model.job.Job;
import dev.steppe.model.job.Opaque;
import dev.steppe.model.job.Resources;
import dev.steppe.model.job.Task;
import dev.steppe.model.job.TaskGroup;
import dev.steppe.model.job.Update;
import dev.steppe.model.node.NodeStatus;
import dev.steppe.model.placement.Allocation;
import dev.steppe.model.placement.Evaluation;
import dev.steppe.model.placement.GroupFailure;
import dev.steppe.model.placement.Plan;
import dev.steppe.model.rollout.Deployment;
import dev.steppe.model.rollout.DeploymentStatus;
import dev.steppe.model.rollout.StatusReason;
import dev.steppe.rank.Shard;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/**
 * Names in brackets are those of {@code scheduling-cases.md}. Allocations ask for 500 MHz, 256 MiB, 150 MiB of disk.
 */
final class PlannerTest {
    private static final Update MP1 = rolling(1);

    private final EngineWorld world = new EngineWorld();
    private final Planner planner = new Planner(PlannerConfig.DEFAULT);

    /** S01. */
    @Test
    void placesANewJob() {
        world.nodes(EngineWorld.node("n1", 2_000), EngineWorld.node("n2", 4_000));
        PlanAttempt attempt = planner.attempt(world.submit(web(10, "a")), world.view());
        Plan plan = planOf(attempt);
        assertEquals(Evaluation.Status.COMPLETE, attempt.conclusion());
        assertEquals(10, plan.places().size());
        TreeSet<Integer> ordinals = new TreeSet<>();
        plan.places().forEach(place -> ordinals.add(place.ordinal()));
        assertEquals(10, ordinals.size());
        assertEquals(
                4,
                plan.places().stream().filter(one -> one.nodeId().equals("n1")).count(),
                "the fullest first");
        assertEquals("", world.commit(plan).refusal());
        assertEquals(10, world.live(web(10, "a").key()).size());
    }

    /** S02. */
    @Test
    void saysThatThereAreNoNodes() {
        PlanAttempt attempt = planner.attempt(world.submit(web(10, "a")), world.view());
        assertEquals(Evaluation.Status.BLOCKED, attempt.conclusion());
        assertEquals(List.of(new GroupFailure("web", 10, 0, 0, 0, new TreeMap<>())), attempt.failures());
        Plan plan = planOf(attempt);
        assertTrue(plan.places().isEmpty());
        assertEquals(1, plan.deployment().create().size(), "the deployment is there before the first allocation");
    }

    /** S04. */
    @Test
    void placesWhatFitsAndCountsTheFirstReasonOfEveryNode() {
        world.nodes(
                EngineWorld.node("a", 600),
                EngineWorld.node("b", "dc1", new Resources(400, 4_000, 4_000)),
                EngineWorld.node("c", "dc1", new Resources(4_000, 200, 4_000)),
                EngineWorld.node("d", "dc1", new Resources(4_000, 4_000, 100)),
                EngineWorld.node("e", "dc2", new Resources(4_000, 4_000, 4_000)),
                EngineWorld.node("f", 4_000));
        world.status(NodeStatus.DOWN, "f");
        Job job = job("web", List.of("dc1"), List.of(), group("web", 3, MP1, "a"));
        PlanAttempt attempt = planner.attempt(world.submit(job), world.view());
        assertEquals(1, planOf(attempt).places().size());
        SortedMap<String, Integer> reasons = new TreeMap<>();
        reasons.put("cpu", 2);
        reasons.put("memory", 1);
        reasons.put("disk", 1);
        reasons.put("datacenter", 1);
        assertEquals(List.of(new GroupFailure("web", 2, 5, 1, 4, reasons)), attempt.failures());
    }

    /** S05. */
    @Test
    void placesOneGroupThoughAnotherFindsNoNode() {
        world.nodes(EngineWorld.node("n1", 4_000));
        Constraint windows = new Constraint("${attr.kernel.name}", Constraint.Operator.EQUAL, "windows");
        Job job = job("two", group("web", 2, MP1, "a"), group("api", 1, MP1, "a"));
        Job constrained = job.withGroups(List.of(
                job.groups().get(0),
                new TaskGroup(
                        "api",
                        1,
                        List.of(windows),
                        job.groups().get(1).tasks(),
                        MP1,
                        150,
                        new TreeMap<>(),
                        job.opaque())));
        PlanAttempt attempt = planner.attempt(world.submit(constrained), world.view());
        assertEquals(2, planOf(attempt).places().size());
        assertEquals(1, attempt.failures().size());
        assertEquals("api", attempt.failures().get(0).group());
        assertEquals(
                "[${attr.kernel.name} = windows]",
                attempt.failures().get(0).reasons().keySet().toString());
    }

    /** S12. */
    @Test
    void updatesOnANodeThatIsFullOfWhatItReplaces() {
        world.nodes(EngineWorld.node("n1", 500));
        bringUp(web(1, "a"));
        PlanAttempt attempt = planner.attempt(world.submit(web(1, "b")), world.view());
        Plan plan = planOf(attempt);
        assertEquals(Plan.StopReason.UPDATED, plan.stops().get(0).reason());
        assertEquals(plan.stops().get(0).id(), plan.places().get(0).previous());
        assertEquals("", world.commit(plan).refusal());
    }

    @Test
    void movesAnAllocationWhoseNodeANewVersionRulesOut() {
        world.nodes(EngineWorld.node("n1", 500), EngineWorld.node("n2", "dc2", new Resources(4_000, 4_000, 4_000)));
        bringUp(job("web", List.of("dc1"), List.of(), group("web", 1, MP1, "a")));
        Job elsewhere = job("web", List.of("dc2"), List.of(), group("web", 1, MP1, "a"));
        Plan plan = planOf(planner.attempt(world.submit(elsewhere), world.view()));
        assertEquals(List.of(), plan.updates());
        assertEquals("n2", plan.places().get(0).nodeId());
        assertEquals("", world.commit(plan).refusal());
        Constraint notN2 = new Constraint("${node.unique.id}", Constraint.Operator.NOT_EQUAL, "n2");
        Job nowhere = job("web", List.of("dc2"), List.of(notN2), group("web", 1, MP1, "a"));
        world.heal(nowhere.key());
        PlanAttempt attempt = planner.attempt(world.submit(nowhere), world.view());
        assertEquals(Evaluation.Status.BLOCKED, attempt.conclusion());
        assertEquals(1, world.live(nowhere.key()).size(), "what runs goes on until there is a place for its successor");
    }

    /** S13. */
    @Test
    void keepsTheOldAllocationIfItsReplacementFindsNoNode() {
        world.nodes(EngineWorld.node("n1", 500));
        bringUp(web(1, "a"));
        TaskGroup group = web(1, "b").groups().get(0);
        Task log = new Task("log", "exec", 100, 64, List.of(), new TreeMap<>(), new TreeMap<>(), Opaque.NONE);
        Job bigger = job("web", group.withTasks(List.of(group.tasks().get(0), log)));
        PlanAttempt attempt = planner.attempt(world.submit(bigger), world.view());
        assertEquals(1, attempt.failures().size());
        assertTrue(planOf(attempt).stops().isEmpty());
        assertEquals(1, attempt.failures().get(0).reasons().get("cpu"), "what it would free is counted as free");
    }

    @Test
    void takesAJobWhollyOrNotAtAll() {
        world.nodes(EngineWorld.node("n1", 1_000));
        Job job = allAtOnce(web(3, "a"));
        PlanAttempt attempt = planner.attempt(world.submit(job), world.view());
        assertNull(attempt.plan());
        assertEquals(Evaluation.Status.BLOCKED, attempt.conclusion());
        world.nodes(EngineWorld.node("n2", 1_000));
        Plan plan = planOf(planner.attempt(world.ask(job.key()), world.view()));
        assertTrue(plan.allAtOnce());
        assertEquals(3, plan.places().size());
        assertEquals("", world.commit(plan).refusal());
    }

    @Test
    void cutsWhatIsTooMuchForOnePlan() {
        world.nodes(EngineWorld.node("n1", 20_000));
        Planner small = new Planner(new PlannerConfig(Shard.WHOLE, 4, 10));
        Evaluation evaluation = world.submit(web(10, "a"));
        for (int expected : new int[] {4, 4, 2}) {
            PlanAttempt attempt = small.attempt(evaluation, world.view());
            assertEquals(expected, planOf(attempt).places().size());
            assertEquals(expected == 4, attempt.hasMore());
            assertEquals("", world.commit(attempt.plan()).refusal());
        }
        assertNull(small.attempt(evaluation, world.view()).plan());
    }

    @Test
    void finishesStopsBeforeItPlacesIfThePlanIsTooSmall() {
        world.nodes(EngineWorld.node("n1", 20_000), EngineWorld.node("n2", 20_000));
        bringUp(web(6, "a"));
        world.status(NodeStatus.DOWN, "n1");
        Planner small = new Planner(new PlannerConfig(Shard.WHOLE, 4, 10));
        Evaluation evaluation = world.ask(web(6, "a").key());
        Plan first = planOf(small.attempt(evaluation, world.view()));
        assertEquals(4, first.stops().size());
        assertEquals(0, first.places().size());
        assertEquals("", world.commit(first).refusal());
        Plan second = planOf(small.attempt(evaluation, world.view()));
        assertEquals(2, second.stops().size());
        assertEquals(2, second.places().size());
        assertEquals("", world.commit(second).refusal());
    }

    /** S17. */
    @Test
    void stopsAllOfAStoppedJob() {
        world.nodes(EngineWorld.node("n1", 20_000));
        Job job = web(3, "a");
        bringUp(job);
        world.apply(new Command.StopJob(job.key()));
        Plan plan = planOf(planner.attempt(world.ask(job.key()), world.view()));
        assertEquals(3, plan.stops().size());
        assertEquals("", world.commit(plan).refusal());
        assertTrue(world.live(job.key()).isEmpty());
        assertNull(planner.attempt(world.ask(job.key()), world.view()).plan());
    }

    /** S19. */
    @Test
    void hasNothingToDoWhereNothingChanged() {
        world.nodes(EngineWorld.node("n1", 20_000));
        Job job = web(3, "a");
        bringUp(job);
        PlanAttempt attempt = planner.attempt(world.ask(job.key()), world.view());
        assertNull(attempt.plan());
        assertEquals(Evaluation.Status.COMPLETE, attempt.conclusion());
        assertEquals(world.view().index(), attempt.snapshotIndex());
    }

    @Test
    void completesADeploymentAndMarksTheVersionStable() {
        world.nodes(EngineWorld.node("n1", 20_000));
        Job job = web(2, "a");
        bringUp(job);
        Deployment deployment = world.view().deploymentsOfJob(job.key()).get(0);
        assertEquals(DeploymentStatus.SUCCESSFUL, deployment.status());
        assertTrue(world.view().job(job.key()).stable());
    }

    /** S7 and C7 of {@code multiregion.md}. */
    @Test
    void repairsAFailedVersionWithTheStableOne() {
        world.nodes(EngineWorld.node("n1", 20_000), EngineWorld.node("n2", 20_000));
        Job job = web(3, "a");
        bringUp(job);
        assertEquals(
                "",
                world.commit(planOf(planner.attempt(world.submit(web(3, "b")), world.view())))
                        .refusal());
        Deployment active = world.view().activeDeployment(world.view().job(job.key()));
        world.apply(new Command.FailDeployment(active.id(), StatusReason.UNHEALTHY, ""));
        world.status(NodeStatus.DOWN, "n1");
        Plan plan = planOf(planner.attempt(world.ask(job.key()), world.view()));
        assertEquals(3, plan.places().size());
        plan.places().forEach(place -> assertEquals(0, place.jobVersion()));
        assertEquals("", world.commit(plan).refusal());
    }

    @Test
    void answersTheSameTwice() {
        world.nodes(EngineWorld.node("n1", 2_000), EngineWorld.node("n2", 4_000));
        Evaluation evaluation = world.submit(web(20, "a"));
        PlanAttempt first = planner.attempt(evaluation, world.view());
        assertEquals(first, planner.attempt(evaluation, world.view()), "the scratch of the first attempt is gone");
        assertEquals(first, new Planner(PlannerConfig.DEFAULT).attempt(evaluation, world.view()));
    }

    @Test
    void hasNothingToDoForAJobThatIsNotThere() {
        Evaluation evaluation = world.submit(web(1, "a"));
        PlanAttempt attempt = planner.attempt(evaluation, new EngineWorld().view());
        assertNull(attempt.plan());
        assertFalse(attempt.hasMore());
    }

    /** Submits, places, heals and completes. */
    private void bringUp(Job job) {
        Evaluation evaluation = world.submit(job);
        for (int round = 0; round < 10; round++) {
            Plan plan = planner.attempt(evaluation, world.view()).plan();
            if (plan != null) {
                assertEquals("", world.commit(plan).refusal());
            }
            world.heal(job.key());
        }
        for (Allocation one : world.live(job.key())) {
            assertEquals(world.view().job(job.key()).version(), one.origin().jobVersion());
        }
    }

    private static Plan planOf(PlanAttempt attempt) {
        Plan plan = attempt.plan();
        assertNotNull(plan);
        return plan;
    }

    private static Job web(int count, String release) {
        return job("web", group("web", count, MP1, release));
    }

    private static Job allAtOnce(Job job) {
        return new Job(
                job.key(),
                job.name(),
                job.priority(),
                true,
                job.datacenters(),
                job.constraints(),
                job.meta(),
                job.groups(),
                null,
                job.opaque());
    }
}
