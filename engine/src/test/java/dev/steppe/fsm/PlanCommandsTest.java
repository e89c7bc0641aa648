package dev.steppe.fsm;

import static dev.steppe.fsm.FsmWorld.creation;
import static dev.steppe.fsm.FsmWorld.withEnv;
import static dev.steppe.fsm.FsmWorld.withUpdate;
import static dev.steppe.state.StateSamples.job;
import static dev.steppe.state.StateSamples.node;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steppe.command.Command;
import dev.steppe.command.Command.CommitPlans.Numbered;
import dev.steppe.command.CommandOutcome;
import dev.steppe.command.CommandOutcome.PlanOutcome;
import dev.steppe.command.CommandOutcome.PlansJudged;
import dev.steppe.command.CommandOutcome.Refused.Code;
import dev.steppe.model.job.Job;
import dev.steppe.model.job.JobKey;
import dev.steppe.model.job.Update;
import dev.steppe.model.node.NodeStatus;
import dev.steppe.model.placement.Allocation;
import dev.steppe.model.placement.Allocation.ClientStatus;
import dev.steppe.model.placement.Allocation.DesiredStatus;
import dev.steppe.model.placement.Allocation.Health;
import dev.steppe.model.placement.AllocationId;
import dev.steppe.model.placement.Evaluation;
import dev.steppe.model.placement.Plan;
import dev.steppe.model.placement.Plan.StopReason;
import dev.steppe.model.rollout.Deployment;
import dev.steppe.model.rollout.DeploymentStatus;
import dev.steppe.model.rollout.RolloutVerb;
import dev.steppe.model.rollout.StatusReason;
import dev.steppe.raft.api.machine.EntryPosition;
import dev.steppe.verify.PlanAlterations;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

final class PlanCommandsTest {
    private static final Job WEB = job("web", 3, 1000);
    private static final JobKey KEY = WEB.key();

    private final FsmWorld world = new FsmWorld();

    static Stream<PlanAlterations.Alteration> alterations() {
        return PlanAlterations.all().stream();
    }

    @Test
    void acceptsEveryPlanThatHolds() {
        for (Plan plan : PlanAlterations.valid()) {
            PlanOutcome outcome = judge(plan);
            assertEquals("", outcome.refusal());
            assertEquals(plan.places().size(), outcome.placedCount());
        }
    }

    @ParameterizedTest
    @MethodSource("alterations")
    void refusesAPlanWithOneWrongField(PlanAlterations.Alteration alteration) {
        PlanOutcome outcome = judge(alteration.plan());
        assertFalse(outcome.isFull(), alteration::name);
        if (alteration.isWhole()) {
            assertEquals(0, outcome.placedCount(), outcome::refusal);
        }
    }

    @Test
    void placesAndCountsAndRemembersWhatWasRead() {
        world.nodes(node("n1", 4000));
        long deploymentId = world.runAll(WEB, "n1");
        Allocation second = world.state().allocation(AllocationId.of(FsmWorld.TERM, 1, 1));
        assertEquals("web.g[1]", second.slot().name());
        assertEquals(new Allocation.Origin(2, 0, deploymentId), second.origin());
        assertEquals(1000, second.resources().cpuMhz());
        assertEquals(1000, world.state().freeCpuMhz(0));
        assertEquals(world.index(), world.state().job(KEY).indexes().placementIndex());
        Deployment deployment = world.state().deployment(deploymentId);
        assertEquals(Evaluation.idAt(world.index(), 0), deploymentId);
        assertEquals(DeploymentStatus.RUNNING, deployment.status());
        assertEquals(
                new Deployment.GroupState("g", false, 600_000, world.logTimeMs() + 600_000, 3, 3, 0, 0),
                deployment.groups().get(0));
    }

    @Test
    void refusesASecondPlanOfTheSameReading() {
        world.nodes(node("n1", 9000));
        long evalId = world.submit(WEB);
        Plan plan = world.plan(evalId, KEY, world.freshPlaces(WEB, "n1"), List.of(), creation(WEB));
        world.commitFully(plan);
        long hash = world.state().stateHash();
        PlanOutcome again = world.commit(plan);
        assertEquals(0, again.placedCount());
        assertEquals("placement index of job default/web was 0 when it was read and is 3", again.refusal());
        assertEquals(hash, world.state().stateHash());
    }

    @Test
    void placesWhatFitsAndSaysWhatDoesNot() {
        world.nodes(node("n1", 2500));
        long evalId = world.submit(WEB);
        PlanOutcome outcome =
                world.commit(world.plan(evalId, KEY, world.freshPlaces(WEB, "n1"), List.of(), creation(WEB)));
        assertEquals(new PlanOutcome(1, 2, 1, "n1 refused: cpu 2000+1000 > 2500"), outcome);
        assertEquals(2, world.state().allocationsOfJob(KEY).size());
    }

    @Test
    void judgesEachPlanAgainstWhatTheOnesBeforeItLeft() {
        world.nodes(node("n1", 3000));
        Job api = job("api", 1, 1000);
        Plan first = world.plan(world.submit(WEB), KEY, world.freshPlaces(WEB, "n1"), List.of(), creation(WEB));
        Plan second = world.plan(
                world.submit(api), api.key(), world.freshPlaces(api, "n1"), List.of(), Plan.DeploymentChange.NONE);
        PlansJudged judged = world.apply(
                new Command.CommitPlans(FsmWorld.TERM, List.of(new Numbered(1, first), new Numbered(2, second))),
                PlansJudged.class);
        assertEquals(3, judged.plans().get(0).placedCount());
        assertEquals(0, judged.plans().get(1).placedCount());
    }

    @Test
    void refusesAnotherTermAndSequencesThatDoNotAscend() {
        world.nodes(node("n1", 9000));
        long evalId = world.submit(WEB);
        Plan plan = world.plan(evalId, KEY, world.freshPlaces(WEB, "n1"), List.of(), creation(WEB));
        world.refuses(new Command.CommitPlans(FsmWorld.TERM - 1, List.of(new Numbered(1, plan))), Code.STALE_TERM);
        assertEquals(3, commitAs(5, plan).placedCount());
        Job api = job("api", 1, 1000);
        Plan other = world.plan(world.submit(api), api.key(), world.freshPlaces(api, "n1"), List.of(), creation(api));
        assertEquals(0, commitAs(5, other).placedCount());
        assertEquals(0, commitAs(4, other).placedCount());
        assertEquals(0, commitAs(0, other).placedCount());
        assertEquals(0, commitAs(1L << 43, other).placedCount());
        assertEquals(1, commitAs(6, other).placedCount());
    }

    @Test
    void stopsWithItsReasonAndTakesTheHealthOutOfTheCount() {
        world.nodes(node("n1", 4000), node("n2", 4000));
        long deploymentId = world.runAll(WEB, "n1");
        world.reportAllHealthy(KEY);
        assertEquals(3, groupOf(deploymentId).healthyCount());
        world.apply(new Command.SetNodeStatus(List.of("n1"), NodeStatus.DOWN));
        Allocation first = world.state().allocationsOfJob(KEY).get(0);
        long evalId = world.state().evaluationsOfJob(KEY).get(1).id();
        world.commitFully(world.plan(
                evalId,
                KEY,
                List.of(new Plan.Place("g", 0, "n2", 1, 0, true, first.id(), 1)),
                List.of(new Plan.Stop(first.id(), true, StopReason.LOST)),
                Plan.DeploymentChange.NONE));
        Allocation stopped = world.state().allocation(first.id());
        assertEquals(
                new Allocation.Status(
                        DesiredStatus.STOP,
                        ClientStatus.LOST,
                        Health.HEALTHY,
                        "its node is down",
                        stopped.status().healthIndex()),
                stopped.status());
        assertEquals(2, groupOf(deploymentId).healthyCount());
        assertEquals(4, groupOf(deploymentId).placedCount());
        assertEquals(first.id(), world.state().latestIn(first.slot()).previous());
        assertEquals(2000, world.state().freeCpuMhz(0));
    }

    @Test
    void completesADeploymentAndMakesItsVersionStable() {
        world.nodes(node("n1", 4000));
        long deploymentId = world.runAll(WEB, "n1");
        world.completeDeployment(Evaluation.idAt(2, 0), KEY);
        assertEquals(
                DeploymentStatus.SUCCESSFUL,
                world.state().deployment(deploymentId).status());
        assertTrue(world.state().job(KEY).stable());
        assertEquals(0, world.state().stableVersion(KEY).version());
    }

    @Test
    void blocksACompleteDeploymentOfARolloutAndArmsItsStall() {
        world.nodes(node("n1", 4000));
        Job web = FsmWorld.overRegions(WEB);
        world.stage(web, 0, "r1");
        world.move(RolloutVerb.RUN, "r1", KEY, 0);
        long evalId = world.state().evaluationsOfJob(KEY).get(0).id();
        long deploymentId = world.basis(KEY).deploymentId();
        world.commitFully(world.plan(evalId, KEY, world.freshPlaces(web, "n1"), List.of(), Plan.DeploymentChange.NONE));
        world.completeDeployment(evalId, KEY);
        Deployment blocked = world.state().deployment(deploymentId);
        assertEquals(DeploymentStatus.BLOCKED, blocked.status());
        assertEquals(world.logTimeMs() + 5_000, blocked.membership().stallByMs());
        assertFalse(world.state().job(KEY).stable());
    }

    @Test
    void updatesInPlaceUnderTheNewDeploymentAndCancelsTheOld() {
        world.nodes(node("n1", 4000));
        long old = world.runAll(WEB, "n1");
        world.reportAllHealthy(KEY);
        Job next = job("web", 3, 1000).withPlace(List.of("dc*"), WEB.meta());
        long evalId = world.submit(next);
        List<Plan.InPlace> updates = world.state().allocationsOfJob(KEY).stream()
                .map(row -> new Plan.InPlace(row.id(), true))
                .toList();
        Plan.DeploymentChange change = new Plan.DeploymentChange(Plan.GroupGoal.allOf(next), old, false);
        world.commitFully(new Plan(evalId, KEY, world.basis(KEY), false, List.of(), List.of(), updates, change));
        long now = world.basis(KEY).deploymentId();
        Allocation first = world.state().allocationsOfJob(KEY).get(0);
        assertEquals(new Allocation.Origin(2, 1, now), first.origin());
        assertEquals(Health.UNKNOWN, first.status().health());
        assertEquals(ClientStatus.RUNNING, first.status().client());
        assertEquals(3, groupOf(now).placedCount());
        assertEquals(StatusReason.SUPERSEDED, world.state().deployment(old).reason());
        assertEquals(DeploymentStatus.CANCELLED, world.state().deployment(old).status());
    }

    @Test
    void keepsAGroupWithoutUpdateRuleOutOfDeployments() {
        world.nodes(node("n1", 4000));
        Job plain = withUpdate(WEB, new Update(0, 0, 1, 0, false));
        long evalId = world.submit(plain);
        List<Plan.Place> places = List.of(new Plan.Place("g", 0, "n1", 1, 0, false, null, 0));
        world.commitFully(world.plan(evalId, KEY, places, List.of(), Plan.DeploymentChange.NONE));
        assertEquals(0, world.state().allocationsOfJob(KEY).get(0).origin().deploymentId());
        assertEquals(List.of(), world.state().deploymentsOfJob(KEY));
    }

    @Test
    void refusesToGoOnWithAVersionWhoseDeploymentIsOver() {
        world.nodes(node("n1", 9000));
        long failed = world.runAll(WEB, "n1");
        world.apply(new Command.FailDeployment(failed, StatusReason.OPERATOR, ""));
        long evalId = world.state().evaluationsOfJob(KEY).get(1).id();
        PlanOutcome outcome = world.commit(world.plan(evalId, KEY, List.of(), List.of(), creation(WEB)));
        assertTrue(outcome.refusal().contains("is over"), outcome::refusal);
        assertNull(world.state().activeDeployment(world.state().job(KEY)));
    }

    @Test
    void wantsTheOlderDeploymentCancelledBeforeItCreatesAnother() {
        world.nodes(node("n1", 9000));
        world.runAll(WEB, "n1");
        Job next = withEnv(WEB, "2");
        long evalId = world.submit(next);
        PlanOutcome outcome = world.commit(world.plan(evalId, KEY, List.of(), List.of(), creation(next)));
        assertTrue(outcome.refusal().contains("does not cancel it"), outcome::refusal);
    }

    private Deployment.GroupState groupOf(long deploymentId) {
        return world.state().deployment(deploymentId).groups().get(0);
    }

    private PlanOutcome commitAs(long sequence, Plan plan) {
        Command command = new Command.CommitPlans(FsmWorld.TERM, List.of(new Numbered(sequence, plan)));
        return world.apply(command, PlansJudged.class).plans().get(0);
    }

    /** Lets a fresh state machine over the world of the alterations judge the plan. */
    private static PlanOutcome judge(Plan plan) {
        EngineFsm fsm = new EngineFsm(PlanAlterations.world(), view -> {});
        EntryPosition at = new EntryPosition().at(PlanAlterations.INDEX + 1, PlanAlterations.TERM, 2_000);
        CommandOutcome outcome = fsm.apply(
                at,
                new Command.CommitPlans(
                        PlanAlterations.TERM, List.of(new Numbered(PlanAlterations.NEXT_SEQUENCE, plan))));
        return ((PlansJudged) outcome).plans().get(0);
    }
}
