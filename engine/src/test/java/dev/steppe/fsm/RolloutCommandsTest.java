package dev.steppe.fsm;

import static dev.steppe.fsm.FsmWorld.overRegions;
import static dev.steppe.fsm.FsmWorld.withEnv;
import static dev.steppe.fsm.FsmWorld.withUpdate;
import static dev.steppe.state.StateSamples.job;
import static dev.steppe.state.StateSamples.node;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steppe.command.Command;
import dev.steppe.command.CommandOutcome;
import dev.steppe.command.CommandOutcome.JobStaged;
import dev.steppe.command.CommandOutcome.Refused.Code;
import dev.steppe.model.job.Job;
import dev.steppe.model.job.JobKey;
import dev.steppe.model.job.JobVersion;
import dev.steppe.model.job.OnFailure;
import dev.steppe.model.job.Update;
import dev.steppe.model.placement.Evaluation;
import dev.steppe.model.placement.Evaluation.Trigger;
import dev.steppe.model.placement.Plan;
import dev.steppe.model.rollout.Deployment;
import dev.steppe.model.rollout.DeploymentStatus;
import dev.steppe.model.rollout.RolloutMembership;
import dev.steppe.model.rollout.RolloutVerb;
import dev.steppe.model.rollout.StatusReason;
import dev.steppe.model.rollout.VerbOutcome;
import java.util.List;
import org.junit.jupiter.api.Test;

final class RolloutCommandsTest {
    private static final Update REVERTING = new Update(1, 10_000, 300_000, 600_000, true);
    private static final Job WEB = withUpdate(overRegions(job("web", 2, 1000)), REVERTING);
    private static final JobKey KEY = WEB.key();

    private final FsmWorld world = new FsmWorld();

    @Test
    void stagesInertly() {
        world.nodes(node("n1", 4000));
        long active = world.runAll(job("web", 2, 1000), "n1");
        Deployment before = world.state().deployment(active);
        JobVersion current = world.state().job(KEY);
        JobStaged staged = assertInstanceOf(JobStaged.class, world.stage(WEB, 5, "r1"));
        Deployment pending = world.state().deployment(staged.deploymentId());
        assertEquals(DeploymentStatus.PENDING, pending.status());
        assertEquals(new Deployment.Version(2, 5), pending.version());
        assertEquals(world.logTimeMs() + 5_000, pending.membership().stallByMs());
        assertEquals(5, world.state().staged(KEY).version());
        assertEquals(world.index(), world.state().staged(KEY).stagedIndex());
        assertEquals(current, world.state().job(KEY));
        assertEquals(before, world.state().deployment(active));
        assertEquals(List.of(Trigger.JOB_REGISTER), world.triggers(KEY));
    }

    @Test
    void stagesAJobThatIsNotHereYet() {
        JobStaged staged = assertInstanceOf(JobStaged.class, world.stage(WEB, 0, "r1"));
        assertEquals(
                new Deployment.Version(0, 0),
                world.state().deployment(staged.deploymentId()).version());
        assertNull(world.state().job(KEY));
    }

    @Test
    void replacesALowerStagedVersion() {
        JobStaged first = assertInstanceOf(JobStaged.class, world.stage(WEB, 0, "r1"));
        world.stage(WEB, 1, "r2");
        assertEquals("r2", world.state().staged(KEY).rolloutId());
        Deployment cancelled = world.state().deployment(first.deploymentId());
        assertEquals(DeploymentStatus.CANCELLED, cancelled.status());
        assertEquals(StatusReason.SUPERSEDED, cancelled.reason());
        assertEquals(0, cancelled.membership().stallByMs());
    }

    @Test
    void refusesToStageWhatIsTooLowOrWasReadBefore() {
        world.stage(WEB, 3, "r1");
        world.refuses(stageJob(WEB, 3, 1), Code.VERSION_TOO_LOW);
        world.refuses(stageJob(WEB, 4, 0), Code.INDEX_CONFLICT);
        world.refuses(stageJob(WEB, 4, Command.ANY_INDEX), Code.INDEX_CONFLICT);
        world.refuses(stageJob(job("web", 2, 1000), 4, 1), Code.INVALID_JOB);
        world.refuses(stageJob(overRegions(job("web", -1, 1000)), 4, 1), Code.INVALID_JOB);
        world.move(RolloutVerb.RUN, "r1", KEY, 3);
        world.refuses(stageJob(WEB, 3, world.index()), Code.VERSION_TOO_LOW);
        assertInstanceOf(JobStaged.class, world.apply(stageJob(WEB, 4, 6 + 1)));
    }

    @Test
    void runsTheStagedVersionInOneEntry() {
        world.nodes(node("n1", 4000));
        long older = world.runAll(job("web", 2, 1000), "n1");
        world.stage(WEB, 5, "r1");
        CommandOutcome.RolloutMoved moved = world.move(RolloutVerb.RUN, "r1", KEY, 5);
        assertEquals(VerbOutcome.APPLIED, moved.outcome());
        Deployment running = moved.deployment();
        assertEquals(running, world.state().activeDeployment(world.state().job(KEY)));
        assertEquals(DeploymentStatus.RUNNING, running.status());
        assertEquals(0, running.membership().stallByMs());
        assertEquals(world.logTimeMs() + 600_000, running.groups().get(0).requireProgressByMs());
        JobVersion row = world.state().job(KEY);
        assertEquals(5, row.version());
        assertEquals(8, row.submitTimeMs());
        assertFalse(row.stable());
        assertEquals(new JobVersion.Indexes(2, world.index(), world.index(), 3), row.indexes());
        assertNull(world.state().staged(KEY));
        assertEquals(StatusReason.SUPERSEDED, world.state().deployment(older).reason());
        assertEquals(DeploymentStatus.CANCELLED, world.state().deployment(older).status());
        assertEquals(List.of(Trigger.JOB_REGISTER, Trigger.JOB_REGISTER), world.triggers(KEY));
    }

    @Test
    void givesAFirstVersionItsIncarnationWhenItRuns() {
        world.stage(WEB, 0, "r1");
        world.move(RolloutVerb.RUN, "r1", KEY, 0);
        assertEquals(2, world.state().job(KEY).indexes().createIndex());
        assertEquals(
                new Deployment.Version(2, 0),
                world.state().activeDeployment(world.state().job(KEY)).version());
    }

    @Test
    void answersAlreadyWhereAVerbWasSaidBefore() {
        world.stage(WEB, 0, "r1");
        assertEquals(
                VerbOutcome.REFUSED,
                world.move(RolloutVerb.COMMIT, "r1", KEY, 0).outcome());
        world.move(RolloutVerb.RUN, "r1", KEY, 0);
        long hash = world.state().stateHash();
        assertEquals(
                VerbOutcome.ALREADY, world.move(RolloutVerb.RUN, "r1", KEY, 0).outcome());
        assertEquals(
                VerbOutcome.REFUSED,
                world.move(RolloutVerb.UNSTAGE, "r1", KEY, 0).outcome());
        assertEquals(
                VerbOutcome.REFUSED,
                world.move(RolloutVerb.UNBLOCK, "r1", KEY, 0).outcome());
        assertEquals(hash, world.state().stateHash());
    }

    @Test
    void touchesNothingForAnotherRolloutOrVersion() {
        world.stage(WEB, 3, "r1");
        long hash = world.state().stateHash();
        CommandOutcome.RolloutMoved other = world.move(RolloutVerb.CANCEL, "r0", KEY, 2);
        assertEquals(VerbOutcome.SUPERSEDED, other.outcome());
        assertNull(other.deployment());
        assertEquals(
                VerbOutcome.SUPERSEDED,
                world.move(RolloutVerb.RUN, "r1", KEY, 2).outcome());
        assertEquals(
                VerbOutcome.REFUSED, world.move(RolloutVerb.RUN, "r1", KEY, 4).outcome());
        assertEquals(
                VerbOutcome.REFUSED,
                world.move(RolloutVerb.FAIL, "r9", JobKey.of("x"), 0).outcome());
        assertEquals(hash, world.state().stateHash());
    }

    @Test
    void answersSupersededForARolloutThatANewerOneReplaced() {
        world.stage(WEB, 0, "r1");
        world.stage(WEB, 1, "r2");
        assertEquals(
                VerbOutcome.SUPERSEDED,
                world.move(RolloutVerb.RUN, "r1", KEY, 0).outcome());
        assertEquals(
                VerbOutcome.ALREADY,
                world.move(RolloutVerb.CANCEL, "r1", KEY, 0).outcome());
    }

    @Test
    void unstagesAndCancelsPendingOnesWithTheirSlot() {
        world.stage(WEB, 0, "r1");
        assertEquals(
                VerbOutcome.APPLIED,
                world.move(RolloutVerb.UNSTAGE, "r1", KEY, 0).outcome());
        assertNull(world.state().staged(KEY));
        world.stage(WEB, 0, "r2");
        CommandOutcome.RolloutMoved moved = world.move(RolloutVerb.CANCEL, "r2", KEY, 0);
        assertEquals(DeploymentStatus.CANCELLED, moved.deployment().status());
        assertEquals("an operator said so; said by west", moved.deployment().description());
        assertNull(world.state().staged(KEY));
        assertNull(world.state().job(KEY));
    }

    @Test
    void passesTheBarrierAndMakesTheVersionStable() {
        long deploymentId = blocked("r1", 0);
        assertEquals(
                VerbOutcome.APPLIED,
                world.move(RolloutVerb.PREPARE, "r1", KEY, 0).outcome());
        assertEquals(0, world.state().deployment(deploymentId).membership().stallByMs());
        assertFalse(world.state().job(KEY).stable());
        assertEquals(
                VerbOutcome.APPLIED,
                world.move(RolloutVerb.COMMIT, "r1", KEY, 0).outcome());
        assertEquals(
                DeploymentStatus.SUCCESSFUL,
                world.state().deployment(deploymentId).status());
        assertTrue(world.state().job(KEY).stable());
        assertEquals(
                VerbOutcome.ALREADY, world.move(RolloutVerb.FAIL, "r1", KEY, 0).outcome());
    }

    @Test
    void unblocksStraightFromBlocked() {
        long deploymentId = blocked("r1", 0);
        world.move(RolloutVerb.UNBLOCK, "r1", KEY, 0);
        assertEquals(
                DeploymentStatus.SUCCESSFUL,
                world.state().deployment(deploymentId).status());
        assertTrue(world.state().job(KEY).stable());
    }

    @Test
    void namesTheRegionThatSaysSoButNotItself() {
        world.stage(WEB, 0, "r1");
        assertEquals("another region failed: said by west", failedPeer("r1", 0, "west"));
        world.stage(WEB, 1, "r2");
        assertEquals("another region failed", failedPeer("r2", 1, "east"));
    }

    private String failedPeer(String rolloutId, long version, String fromRegion) {
        CommandOutcome outcome = world.apply(
                new Command.MoveRollout(RolloutVerb.FAIL, rolloutId, KEY, version, StatusReason.PEER, fromRegion));
        return ((CommandOutcome.RolloutMoved) outcome).deployment().description();
    }

    @Test
    void revertsAFailedVersionToTheStableOneUnderANewNumber() {
        blocked("r1", 0);
        world.move(RolloutVerb.UNBLOCK, "r1", KEY, 0);
        Job next = withEnv(WEB, "2");
        world.stage(next, 4, "r2");
        world.move(RolloutVerb.RUN, "r2", KEY, 4);
        Deployment failed = world.move(RolloutVerb.FAIL, "r2", KEY, 4).deployment();
        assertEquals(DeploymentStatus.FAILED, failed.status());
        assertEquals("an operator said so: said by west; rolling back to version 0", failed.description());
        JobVersion reverted = world.state().job(KEY);
        assertEquals(5, reverted.version());
        assertEquals(0, reverted.specVersion());
        assertEquals(WEB, reverted.spec());
        assertFalse(reverted.stable());
        assertEquals(world.index(), reverted.indexes().jobModifyIndex());
        assertNull(world.state().activeDeployment(reverted));
        List<Evaluation> asked = world.state().evaluationsOfJob(KEY);
        assertEquals(Trigger.DEPLOYMENT_WATCHER, asked.get(asked.size() - 1).trigger());
        assertEquals(failed.id(), asked.get(asked.size() - 1).deploymentId());
    }

    @Test
    void leavesANewerStagedVersionAloneAndRevertsOnceThatIsGone() {
        blocked("r1", 0);
        world.move(RolloutVerb.UNBLOCK, "r1", KEY, 0);
        world.stage(withEnv(WEB, "2"), 1, "r2");
        world.move(RolloutVerb.RUN, "r2", KEY, 1);
        long newer = assertInstanceOf(JobStaged.class, world.stage(withEnv(WEB, "3"), 2, "r3"))
                .deploymentId();
        Deployment failed = world.move(RolloutVerb.FAIL, "r2", KEY, 1).deployment();
        assertEquals(
                "an operator said so: said by west; not rolling back: version 2 waits to be run", failed.description());
        assertEquals(DeploymentStatus.PENDING, world.state().deployment(newer).status());
        assertEquals(1, world.state().job(KEY).version());
        world.move(RolloutVerb.UNSTAGE, "r3", KEY, 2);
        assertEquals(3, world.state().job(KEY).version());
        assertEquals(WEB, world.state().job(KEY).spec());
        assertEquals(
                failed.description() + "; rolling back to version 0",
                world.state().deployment(failed.id()).description());
        List<Evaluation> asked = world.state().evaluationsOfJob(KEY);
        assertEquals(world.index(), asked.get(asked.size() - 1).createIndex());
    }

    @Test
    void runsANewerStagedVersionAfterTheCurrentOneFailed() {
        blocked("r1", 0);
        world.move(RolloutVerb.UNBLOCK, "r1", KEY, 0);
        world.stage(withEnv(WEB, "2"), 1, "r2");
        world.move(RolloutVerb.RUN, "r2", KEY, 1);
        world.stage(withEnv(WEB, "3"), 2, "r3");
        world.move(RolloutVerb.FAIL, "r2", KEY, 1);
        assertEquals(
                VerbOutcome.APPLIED, world.move(RolloutVerb.RUN, "r3", KEY, 2).outcome());
        assertEquals(2, world.state().job(KEY).version());
    }

    @Test
    void givesNoVersionAgainThatWasStagedAndNeverRan() {
        blocked("r1", 0);
        world.move(RolloutVerb.UNBLOCK, "r1", KEY, 0);
        world.stage(withEnv(WEB, "2"), 1, "r2");
        world.move(RolloutVerb.UNSTAGE, "r2", KEY, 1);
        world.submit(withEnv(WEB, "3").withMultiregion(null));
        assertEquals(2, world.state().job(KEY).version(), "version 1 has a cancelled deployment, and would be halted");
    }

    @Test
    void refusesToStageNumbersThatCannotBe() {
        world.refuses(stageJob(WEB, Long.MAX_VALUE, 0), Code.INVALID_JOB);
        RolloutMembership less =
                new RolloutMembership("r5", "east", List.of("east", "west"), -1, OnFailure.DEFAULT, 99, 5_000, 0);
        world.refuses(new Command.StageJob(WEB, 0, 0, less, 8), Code.INVALID_JOB);
        RolloutMembership back =
                new RolloutMembership("r5", "east", List.of("east", "west"), 1, OnFailure.DEFAULT, 99, -1, 0);
        world.refuses(new Command.StageJob(WEB, 0, 0, back, 8), Code.INVALID_JOB);
        world.stage(WEB, 1L << 53, "r1");
        world.submit(WEB.withMultiregion(null));
        assertEquals((1L << 53) + 1, world.state().job(KEY).version());
    }

    @Test
    void saysWhyItDoesNotRollBack() {
        world.stage(WEB, 0, "r1");
        world.move(RolloutVerb.RUN, "r1", KEY, 0);
        assertEquals(
                "an operator said so: said by west; not rolling back: no version is stable",
                world.move(RolloutVerb.FAIL, "r1", KEY, 0).deployment().description());
        FsmWorld other = new FsmWorld();
        other.nodes(node("n1", 9000));
        Job web = withUpdate(job("web", 1, 1000), REVERTING);
        other.runAll(web, "n1");
        other.completeDeployment(Evaluation.idAt(2, 0), KEY);
        other.apply(new Command.StopJob(KEY));
        long evalId = other.submit(web);
        Plan.DeploymentChange create = new Plan.DeploymentChange(Plan.GroupGoal.allOf(web), 0, false);
        other.commitFully(other.plan(evalId, KEY, List.of(), List.of(), create));
        long deploymentId = other.basis(KEY).deploymentId();
        other.apply(new Command.FailDeployment(deploymentId, StatusReason.PROGRESS_DEADLINE, "group g"));
        assertEquals(
                "no progress within the progress deadline: group g; not rolling back: version 0 has the same spec",
                other.state().deployment(deploymentId).description());
        assertEquals(1, other.state().job(KEY).version());
    }

    @Test
    void doesNotRevertWhenANewerVersionIsWanted() {
        world.nodes(node("n1", 9000));
        Job web = withUpdate(job("web", 1, 1000), REVERTING);
        world.runAll(web, "n1");
        world.completeDeployment(Evaluation.idAt(2, 0), KEY);
        long evalId = world.submit(withEnv(web, "2"));
        Plan.DeploymentChange create = new Plan.DeploymentChange(Plan.GroupGoal.allOf(web), 0, false);
        world.commitFully(world.plan(evalId, KEY, List.of(), List.of(), create));
        long deploymentId = world.basis(KEY).deploymentId();
        world.submit(withEnv(web, "3"));
        world.apply(new Command.FailDeployment(deploymentId, StatusReason.UNHEALTHY, "x"));
        assertEquals(
                DeploymentStatus.FAILED, world.state().deployment(deploymentId).status());
        assertEquals(
                "an allocation is unhealthy: x",
                world.state().deployment(deploymentId).description());
        assertEquals(2, world.state().job(KEY).version());
        assertEquals(
                Trigger.DEPLOYMENT_WATCHER,
                world.triggers(KEY).get(world.triggers(KEY).size() - 1));
    }

    @Test
    void failsAPendingOneWithoutAnyOtherEffect() {
        long deploymentId =
                assertInstanceOf(JobStaged.class, world.stage(WEB, 0, "r1")).deploymentId();
        world.apply(new Command.FailDeployment(deploymentId, StatusReason.STALL, ""));
        assertEquals(
                DeploymentStatus.FAILED, world.state().deployment(deploymentId).status());
        assertNull(world.state().staged(KEY));
        assertEquals(List.of(), world.triggers(KEY));
        world.refuses(new Command.FailDeployment(deploymentId, StatusReason.STALL, ""), Code.WRONG_STATE);
        world.refuses(new Command.FailDeployment(7, StatusReason.STALL, ""), Code.NOT_FOUND);
    }

    @Test
    void refreshesTheStallTimeOfWhatWaits() {
        long deploymentId =
                assertInstanceOf(JobStaged.class, world.stage(WEB, 0, "r1")).deploymentId();
        world.apply(new Command.RefreshStall("r1", KEY), CommandOutcome.Done.class);
        assertEquals(
                world.logTimeMs() + 5_000,
                world.state().deployment(deploymentId).membership().stallByMs());
        world.refuses(new Command.RefreshStall("r2", KEY), Code.NOT_FOUND);
        world.move(RolloutVerb.RUN, "r1", KEY, 0);
        world.apply(new Command.RefreshStall("r1", KEY), CommandOutcome.Done.class);
        assertEquals(0, world.state().deployment(deploymentId).membership().stallByMs());
    }

    /** Stages, runs, places and completes a version in this region; answers its deployment, which is blocked. */
    private long blocked(String rolloutId, long version) {
        world.nodes(node("n1", 9000));
        world.stage(WEB, version, rolloutId);
        world.move(RolloutVerb.RUN, rolloutId, KEY, version);
        long evalId = world.state().evaluationsOfJob(KEY).get(0).id();
        world.commitFully(world.plan(evalId, KEY, world.freshPlaces(WEB, "n1"), List.of(), Plan.DeploymentChange.NONE));
        world.completeDeployment(evalId, KEY);
        return world.basis(KEY).deploymentId();
    }

    private static Command.StageJob stageJob(Job spec, long version, long checkIndex) {
        RolloutMembership membership =
                new RolloutMembership("r5", "east", List.of("east", "west"), 1, OnFailure.DEFAULT, 99, 5_000, 0);
        return new Command.StageJob(spec, version, checkIndex, membership, 8);
    }
}
