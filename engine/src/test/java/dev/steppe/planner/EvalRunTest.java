package dev.steppe.planner;

import static dev.steppe.reconcile.JobFixture.group;
import static dev.steppe.reconcile.JobFixture.job;
import static dev.steppe.reconcile.JobFixture.rolling;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import dev.steppe.model.job.Job;
import dev.steppe.model.placement.Evaluation;
import dev.steppe.planner.EvalRun.PlanFate;
import dev.steppe.planner.EvalRun.Step;
import dev.steppe.rank.Shard;
import java.util.List;
import org.junit.jupiter.api.Test;

final class EvalRunTest {
    private static final Job WEB = job("web", group("web", 6, rolling(1), "a"));

    private final EngineWorld world = new EngineWorld();
    private final Planner planner = new Planner(PlannerConfig.DEFAULT);

    @Test
    void waitsForTheViewItMustSee() {
        world.nodes(EngineWorld.node("n1", 20_000));
        Evaluation evaluation = world.submit(WEB);
        EvalRun run = new EvalRun(planner, evaluation, 3);
        assertEquals(new Step.Await(3), run.plan(world.view()));
        world.ask(WEB.key());
        assertInstanceOf(Step.Submit.class, run.plan(world.view()));
    }

    @Test
    void concludesOnceAllIsCommitted() {
        world.nodes(EngineWorld.node("n1", 20_000));
        EvalRun run = run(planner);
        assertInstanceOf(Step.Submit.class, run.plan(world.view()));
        Step end = run.answered(PlanFate.FULL, 9);
        assertEquals(new Step.Conclude(Evaluation.Status.COMPLETE, 2, List.of(), false), end);
    }

    @Test
    void concludesAsBlockedWhereSomeFoundNoNode() {
        world.nodes(EngineWorld.node("n1", 1_000));
        EvalRun run = run(planner);
        assertInstanceOf(Step.Submit.class, run.plan(world.view()));
        Step.Conclude end = assertInstanceOf(Step.Conclude.class, run.answered(PlanFate.FULL, 9));
        assertEquals(Evaluation.Status.BLOCKED, end.status());
        assertEquals(4, end.failures().get(0).unplacedCount());
    }

    @Test
    void concludesAtOnceWhereThereIsNothingToDo() {
        EvalRun run = new EvalRun(planner, world.submit(job("none", group("web", 0, rolling(1), "a"))), 0);
        assertInstanceOf(Step.Conclude.class, run.plan(world.view()));
    }

    @Test
    void triesAgainOnANewerViewAfterALostRace() {
        world.nodes(EngineWorld.node("n1", 20_000));
        EvalRun run = run(planner);
        run.plan(world.view());
        assertEquals(new Step.Await(7), run.answered(PlanFate.PARTIAL, 7));
        assertEquals(new Step.Await(7), run.plan(world.view()));
    }

    @Test
    void goesOnWhereOnePlanWasNotEnough() {
        world.nodes(EngineWorld.node("n1", 20_000));
        EvalRun run = run(new Planner(new PlannerConfig(Shard.WHOLE, 4, 10)));
        for (int expected : new int[] {4, 2}) {
            Step.Submit submit = assertInstanceOf(Step.Submit.class, run.plan(world.view()));
            assertEquals(expected, submit.plan().places().size());
            assertEquals("", world.commit(submit.plan()).refusal());
            Step next = run.answered(PlanFate.FULL, world.view().index());
            assertEquals(expected == 4, next instanceof Step.Await);
        }
    }

    @Test
    void givesUpAfterFiveAttemptsWithoutProgress() {
        world.nodes(EngineWorld.node("n1", 20_000));
        EvalRun run = run(planner);
        for (int attempt = 1; attempt <= 4; attempt++) {
            run.plan(world.view());
            assertEquals(new Step.Await(0), run.answered(PlanFate.REFUSED, 0));
        }
        run.plan(world.view());
        assertEquals(new Step.Await(0), run.answered(PlanFate.PARTIAL, 0), "progress counts anew");
        for (int attempt = 1; attempt <= 4; attempt++) {
            run.plan(world.view());
            assertEquals(new Step.Await(0), run.answered(PlanFate.REFUSED, 0));
        }
        run.plan(world.view());
        assertEquals(
                new Step.Conclude(Evaluation.Status.FAILED, 2, List.of(), true), run.answered(PlanFate.REFUSED, 0));
    }

    private EvalRun run(Planner with) {
        return new EvalRun(with, world.submit(WEB), 0);
    }
}
