package dev.steppe.applier;

import static dev.steppe.reconcile.JobFixture.group;
import static dev.steppe.reconcile.JobFixture.rolling;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steppe.base.InvariantBroken;
import dev.steppe.command.Command;
import dev.steppe.command.CommandOutcome;
import dev.steppe.model.job.Job;
import dev.steppe.model.placement.Plan;
import dev.steppe.planner.EngineWorld;
import dev.steppe.planner.Planner;
import dev.steppe.planner.PlannerConfig;
import dev.steppe.rank.Shard;
import dev.steppe.reconcile.JobFixture;
import dev.steppe.state.StateView;
import dev.steppe.verify.PlanAlterations;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Names in brackets are those of {@code scheduling-cases.md}. */
final class PlanApplierTest {
    private final EngineWorld world = new EngineWorld();
    private final Sink sink = new Sink();

    @Test
    void putsManyPlansIntoOneEntry() {
        PlanApplier applier = applier(ApplierConfig.DEFAULT);
        world.nodes(EngineWorld.node("n1", 10_000));
        List<Plan> plans = List.of(plan("a", 2), plan("b", 3));
        applier.observe(world.view());
        applier.offer(1, plans.get(0));
        applier.offer(2, plans.get(1));
        applier.flush();
        assertEquals(
                List.of(2), sink.entries.stream().map(one -> one.plans().size()).toList());
        commitNext(applier);
        assertEquals(new PlanAnswer.Committed(world.view().index(), 2), sink.answers.get(1L));
        assertEquals(new PlanAnswer.Committed(world.view().index(), 3), sink.answers.get(2L));
    }

    /** A12. */
    @Test
    void seesThePlansInFlight() {
        PlanApplier applier = applier(ApplierConfig.DEFAULT);
        world.nodes(EngineWorld.node("n1", 500));
        Plan first = plan("a", 1);
        Plan second = plan("b", 1);
        applier.observe(world.view());
        applier.offer(1, first);
        applier.offer(2, second);
        assertTrue(sink.answers.isEmpty(), "what stands in its way is in no view yet");
        applier.flush();
        commitNext(applier);
        assertEquals(new PlanAnswer.Committed(world.view().index(), 1), sink.answers.get(1L));
        PlanAnswer.Refused refused = assertInstanceOf(PlanAnswer.Refused.class, sink.answers.get(2L));
        assertEquals(world.view().index(), refused.refreshIndex());
        assertTrue(refused.reason().contains("n1 refused: cpu 500+500 > 500"), refused.reason());
        assertEquals(1, applier.counters().refusedPlanCount());
    }

    @Test
    void answersAtOnceIfOnlyTheViewOrAnAppliedEntryStandsInTheWay() {
        PlanApplier applier = applier(ApplierConfig.DEFAULT);
        world.nodes(EngineWorld.node("n1", 500));
        Plan first = plan("a", 1);
        Plan second = plan("b", 1);
        Plan third = plan("c", 1);
        applier.observe(world.view());
        applier.offer(1, first);
        applier.flush();
        Command.CommitPlans entry = sink.entries.remove();
        applier.judged(entry, world.apply(entry));
        applier.offer(2, second);
        assertEquals(
                world.view().index(),
                assertInstanceOf(PlanAnswer.Refused.class, sink.answers.get(2L)).refreshIndex(),
                "applied, but the base view does not have it");
        applier.observe(world.view());
        applier.offer(3, third);
        assertInstanceOf(PlanAnswer.Refused.class, sink.answers.get(3L));
    }

    @Test
    void holdsBackASecondPlanOfAJobInFlight() {
        PlanApplier applier = applier(ApplierConfig.DEFAULT);
        world.nodes(EngineWorld.node("n1", 10_000));
        Plan plan = plan("a", 1);
        applier.observe(world.view());
        applier.offer(1, plan);
        applier.offer(2, plan);
        applier.flush();
        commitNext(applier);
        assertInstanceOf(PlanAnswer.Committed.class, sink.answers.get(1L));
        assertInstanceOf(PlanAnswer.Refused.class, sink.answers.get(2L));
        applier.offer(3, plan);
        assertInstanceOf(PlanAnswer.Refused.class, sink.answers.get(3L), "the placement index moved");
    }

    /** A04. */
    @Test
    void commitsTheRowsThatHold() {
        PlanApplier applier = applier(ApplierConfig.DEFAULT);
        world.nodes(EngineWorld.node("n1", 1_000));
        Plan plan = plan("a", 2);
        world.commit(plan("b", 1));
        applier.observe(world.view());
        applier.offer(1, plan);
        applier.flush();
        assertEquals(1, sink.entries.peek().plans().get(0).plan().places().size());
        commitAbove(applier, 10);
        PlanAnswer.Partial partial = assertInstanceOf(PlanAnswer.Partial.class, sink.answers.get(1L));
        assertEquals(1, partial.placedCount());
        assertEquals(1, partial.refusedCount());
        assertEquals(world.view().index(), partial.index());
        assertEquals(1, applier.counters().refusedRowCount());
    }

    @Test
    void freesWhatAPlanInFlightStops() {
        PlanApplier applier = applier(ApplierConfig.DEFAULT);
        world.nodes(EngineWorld.node("n1", 500));
        world.commit(plan("a", 1));
        world.apply(new Command.StopJob(job("a", 1).key()));
        Plan stop =
                planner().attempt(world.ask(job("a", 1).key()), world.view()).plan();
        assertNotNull(stop);
        world.nodes(EngineWorld.node("n2", 500));
        Plan place = onNode(plan("b", 1), "n1", 1);
        applier.observe(world.view());
        applier.offer(1, stop);
        applier.offer(2, place);
        applier.flush();
        commitAbove(applier, 10);
        assertInstanceOf(PlanAnswer.Committed.class, sink.answers.get(1L));
        assertInstanceOf(PlanAnswer.Committed.class, sink.answers.get(2L));
    }

    @Test
    void dropsTheOverlayWhenTheBaseViewHasIt() {
        PlanApplier applier = applier(ApplierConfig.DEFAULT);
        world.nodes(EngineWorld.node("n1", 1_000));
        Plan first = plan("a", 1);
        Plan second = plan("b", 1);
        StateView before = world.view();
        applier.observe(before);
        applier.offer(1, first);
        applier.flush();
        Command.CommitPlans entry = sink.entries.remove();
        CommandOutcome outcome = world.apply(entry);
        applier.observe(world.view());
        applier.judged(entry, outcome);
        applier.observe(before);
        applier.offer(2, second);
        applier.flush();
        assertEquals(1, sink.entries.remove().plans().size(), "counted twice, the first would fill the node");
    }

    @Test
    void countsAPlanOnceThoughItsOutcomeComesLate() {
        PlanApplier applier = applier(ApplierConfig.DEFAULT);
        world.nodes(EngineWorld.node("n1", 1_000));
        List<Plan> plans = List.of(plan("a", 1), plan("b", 1), plan("c", 1));
        applier.observe(world.view());
        applier.offer(1, plans.get(0));
        applier.flush();
        Command.CommitPlans entry = sink.entries.remove();
        CommandOutcome outcome = world.apply(entry);
        applier.observe(world.view());
        applier.offer(2, plans.get(1));
        applier.flush();
        assertEquals(1, sink.entries.size());
        applier.judged(entry, outcome);
        commitNext(applier);
        applier.offer(3, plans.get(2));
        assertInstanceOf(PlanAnswer.Committed.class, sink.answers.get(2L));
        assertInstanceOf(PlanAnswer.Refused.class, sink.answers.get(3L), "taken away once, not twice");
    }

    @Test
    void takesAnswersInAnyOrder() {
        PlanApplier applier = applier(new ApplierConfig(1, 100, 2));
        world.nodes(EngineWorld.node("n1", 1_000));
        List<Plan> plans = List.of(plan("a", 1), plan("b", 1), plan("c", 1));
        applier.observe(world.view());
        applier.offer(1, plans.get(0));
        applier.offer(2, plans.get(1));
        applier.offer(3, plans.get(2));
        Command.CommitPlans first = sink.entries.remove();
        applier.dropped(sink.entries.remove());
        assertEquals(new PlanAnswer.Unknown(), sink.answers.get(2L));
        assertFalse(sink.answers.containsKey(3L), "the first stands in its way as well");
        applier.judged(first, world.apply(first));
        assertInstanceOf(PlanAnswer.Committed.class, sink.answers.get(1L));
        assertInstanceOf(PlanAnswer.Refused.class, sink.answers.get(3L));
        assertThrows(InvariantBroken.class, () -> applier.dropped(first));
    }

    @Test
    void answersWhatWasInFlightAsUnknownWhenTheTermChanges() {
        PlanApplier applier = applier(new ApplierConfig(1, 100, 1));
        world.nodes(EngineWorld.node("n1", 1_000));
        List<Plan> plans = List.of(plan("a", 1), plan("b", 1), plan("c", 1));
        applier.observe(world.view());
        applier.offer(1, plans.get(0));
        applier.offer(2, plans.get(1));
        assertFalse(applier.hasRoom(), "one entry is under way, one is full");
        Command.CommitPlans entry = sink.entries.remove();
        applier.changeTerm(2);
        assertEquals(new PlanAnswer.Unknown(), sink.answers.get(1L));
        assertEquals(new PlanAnswer.Unknown(), sink.answers.get(2L));
        applier.judged(entry, world.apply(entry));
        applier.dropped(entry);
        applier.offer(3, plans.get(2));
        assertEquals(2, sink.entries.peek().term());
        assertEquals(1, sink.entries.remove().plans().get(0).sequence());
        assertThrows(InvariantBroken.class, () -> applier.changeTerm(1));
    }

    @Test
    void givesBackWhatTheLogDidNotTake() {
        PlanApplier applier = applier(ApplierConfig.DEFAULT);
        world.nodes(EngineWorld.node("n1", 500));
        List<Plan> plans = List.of(plan("a", 1), plan("b", 1));
        applier.observe(world.view());
        applier.offer(1, plans.get(0));
        applier.flush();
        applier.offer(2, plans.get(1));
        Command.CommitPlans entry = sink.entries.remove();
        applier.dropped(entry);
        assertEquals(new PlanAnswer.Unknown(), sink.answers.get(1L));
        assertInstanceOf(PlanAnswer.Refused.class, sink.answers.get(2L));
        applier.offer(3, plans.get(1));
        applier.flush();
        commitNext(applier);
        assertInstanceOf(PlanAnswer.Committed.class, sink.answers.get(3L));
        assertThrows(InvariantBroken.class, () -> applier.dropped(entry));
    }

    @Test
    void answersThePlansOfARefusedEntry() {
        PlanApplier applier = applier(ApplierConfig.DEFAULT);
        world.nodes(EngineWorld.node("n1", 500));
        Plan plan = plan("a", 1);
        applier.observe(world.view());
        applier.changeTerm(9);
        applier.offer(1, plan);
        applier.flush();
        Command.CommitPlans entry = sink.entries.remove();
        applier.judged(entry, world.apply(entry));
        PlanAnswer.Refused refused = assertInstanceOf(PlanAnswer.Refused.class, sink.answers.get(1L));
        assertTrue(refused.reason().contains("term"), refused.reason());
    }

    @Test
    void boundsAnEntryByPlansAndRows() {
        PlanApplier applier = applier(new ApplierConfig(2, 5, 2));
        world.nodes(EngineWorld.node("n1", 100_000));
        List<Plan> plans = List.of(plan("a", 1), plan("b", 1), plan("c", 6), plan("d", 4), plan("e", 1));
        applier.observe(world.view());
        applier.offer(1, plans.get(0));
        applier.offer(2, plans.get(1));
        applier.offer(3, plans.get(2));
        assertEquals(2, sink.entries.size());
        applier.offer(4, plans.get(3));
        applier.offer(5, plans.get(4));
        assertFalse(applier.hasRoom());
        assertThrows(InvariantBroken.class, () -> applier.offer(6, plans.get(4)));
        commitNext(applier);
        applier.flush();
        assertTrue(applier.hasRoom());
        assertEquals(2, sink.entries.size());
        long last = 0;
        for (Command.CommitPlans.Numbered one : sink.entries.getLast().plans()) {
            assertTrue(one.sequence() > last);
            last = one.sequence();
        }
        assertEquals(5, last);
    }

    @Test
    void acceptsPlansThatHoldAndRefusesEveryWrongField() {
        for (Plan plan : PlanAlterations.valid()) {
            offerToWorld(plan);
            assertEquals(plan, sink.entries.remove().plans().get(0).plan());
        }
        List<PlanAlterations.Alteration> alterations = PlanAlterations.all();
        assertTrue(alterations.size() > 50);
        for (PlanAlterations.Alteration alteration : alterations) {
            sink.answers.clear();
            offerToWorld(alteration.plan());
            if (alteration.isWhole()) {
                assertTrue(sink.entries.isEmpty(), alteration.name());
                assertInstanceOf(PlanAnswer.Refused.class, sink.answers.get(1L), alteration.name());
            } else if (!sink.entries.isEmpty()) {
                Plan left = sink.entries.remove().plans().get(0).plan();
                assertTrue(rows(left) < rows(alteration.plan()), alteration.name());
            }
        }
    }

    private void offerToWorld(Plan plan) {
        PlanApplier applier = new PlanApplier(
                ApplierConfig.DEFAULT, sink, PlanAlterations.world().view());
        applier.changeTerm(PlanAlterations.TERM);
        applier.offer(1, plan);
        applier.flush();
    }

    private static int rows(Plan plan) {
        return plan.places().size() + plan.stops().size() + plan.updates().size();
    }

    private PlanApplier applier(ApplierConfig config) {
        PlanApplier applier = new PlanApplier(config, sink, world.view());
        applier.changeTerm(EngineWorld.TERM);
        return applier;
    }

    /** Applies the oldest entry and hands on view and outcome in the order that the applier wants. */
    private void commitNext(PlanApplier applier) {
        Command.CommitPlans entry = sink.entries.remove();
        applier.judged(entry, world.apply(entry));
        applier.observe(world.view());
    }

    /** The same after plans were committed without the applier: its sequences must lie above theirs. */
    private void commitAbove(PlanApplier applier, long above) {
        Command.CommitPlans entry = sink.entries.remove();
        List<Command.CommitPlans.Numbered> raised = new ArrayList<>();
        entry.plans().forEach(one -> raised.add(new Command.CommitPlans.Numbered(one.sequence() + above, one.plan())));
        CommandOutcome.PlansJudged outcome = assertInstanceOf(
                CommandOutcome.PlansJudged.class, world.apply(new Command.CommitPlans(entry.term(), raised)));
        List<CommandOutcome.PlanOutcome> lowered = new ArrayList<>();
        outcome.plans()
                .forEach(one -> lowered.add(new CommandOutcome.PlanOutcome(
                        one.sequence() - above, one.placedCount(), one.refusedCount(), one.refusal())));
        applier.judged(entry, new CommandOutcome.PlansJudged(outcome.index(), lowered));
        applier.observe(world.view());
    }

    private Plan plan(String id, int count) {
        Plan plan =
                planner().attempt(world.submit(job(id, count)), world.view()).plan();
        assertNotNull(plan);
        return plan;
    }

    private static Job job(String id, int count) {
        return JobFixture.job(id, group("web", count, rolling(0), "a"));
    }

    private static Planner planner() {
        return new Planner(new PlannerConfig(Shard.WHOLE, 100, 10));
    }

    private static Plan onNode(Plan plan, String nodeId, long specIndex) {
        Plan.Place row = plan.places().get(0);
        Plan.Place moved = new Plan.Place(
                row.group(),
                row.ordinal(),
                nodeId,
                specIndex,
                row.jobVersion(),
                row.inDeployment(),
                row.previous(),
                row.score());
        return new Plan(
                plan.evalId(),
                plan.job(),
                plan.basis(),
                plan.allAtOnce(),
                List.of(moved),
                plan.stops(),
                plan.updates(),
                plan.deployment());
    }

    /** Keeps what the applier wishes for. */
    private static final class Sink implements ApplierOutput {
        final ArrayDeque<Command.CommitPlans> entries = new ArrayDeque<>();
        final SortedMap<Long, PlanAnswer> answers = new TreeMap<>();

        @Override
        public void propose(Command.CommitPlans entry) {
            entries.add(entry);
        }

        @Override
        public void answer(long ticket, PlanAnswer answer) {
            assertTrue(answers.put(ticket, answer) == null, "answered twice");
        }
    }
}
