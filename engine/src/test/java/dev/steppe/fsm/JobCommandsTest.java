package dev.steppe.fsm;

import static dev.steppe.fsm.FsmWorld.overRegions;
import static dev.steppe.fsm.FsmWorld.withEnv;
import static dev.steppe.state.StateSamples.job;
import static dev.steppe.state.StateSamples.node;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steppe.command.Command;
import dev.steppe.command.CommandOutcome.JobRegistered;
import dev.steppe.command.CommandOutcome.Refused;
import dev.steppe.command.CommandOutcome.Refused.Code;
import dev.steppe.model.job.Job;
import dev.steppe.model.job.JobKey;
import dev.steppe.model.job.JobVersion;
import dev.steppe.model.placement.Evaluation;
import dev.steppe.model.placement.Evaluation.Trigger;
import dev.steppe.model.rollout.DeploymentStatus;
import dev.steppe.model.rollout.StatusReason;
import java.util.List;
import org.junit.jupiter.api.Test;

final class JobCommandsTest {
    private static final Job WEB = job("web", 2, 1000);
    private static final JobKey KEY = WEB.key();

    private final FsmWorld world = new FsmWorld();

    @Test
    void registersAFirstVersionAndAsksAboutIt() {
        JobRegistered answer = world.apply(new Command.SubmitJob(WEB, 0, 7), JobRegistered.class);
        assertEquals(new JobRegistered(1, 0, Evaluation.idAt(1, 0), 1), answer);
        JobVersion row = world.state().job(KEY);
        assertEquals(new JobVersion.Indexes(1, 1, 1, 0), row.indexes());
        assertEquals(7, row.submitTimeMs());
        assertEquals(List.of(Trigger.JOB_REGISTER), world.triggers(KEY));
    }

    @Test
    void writesNoNewVersionOfAnEqualSpecButAsksAgain() {
        world.submit(WEB);
        JobVersion before = world.state().job(KEY);
        long evalId = world.submit(WEB);
        assertEquals(before, world.state().job(KEY));
        assertEquals(Evaluation.idAt(2, 0), evalId);
    }

    @Test
    void writesTheNextVersionOfAnotherSpec() {
        world.submit(WEB);
        world.submit(withEnv(WEB, "2"));
        JobVersion row = world.state().job(KEY);
        assertEquals(1, row.version());
        assertEquals(1, row.specVersion());
        assertEquals(new JobVersion.Indexes(1, 2, 2, 0), row.indexes());
        assertEquals(0, world.state().jobVersion(KEY, 0).version());
    }

    @Test
    void carriesThePlacementIndexIntoTheNextVersion() {
        world.nodes(node("n1", 4000));
        world.runAll(WEB, "n1");
        long placedAt = world.index();
        world.submit(withEnv(WEB, "2"));
        assertEquals(placedAt, world.state().job(KEY).indexes().placementIndex());
    }

    @Test
    void refusesAnotherCheckIndex() {
        world.submit(WEB);
        world.refuses(new Command.SubmitJob(withEnv(WEB, "2"), 0, 0), Code.INDEX_CONFLICT);
        world.refuses(new Command.SubmitJob(withEnv(WEB, "2"), 2, 0), Code.INDEX_CONFLICT);
        world.refuses(new Command.SubmitJob(job("new", 1, 1000), 1, 0), Code.INDEX_CONFLICT);
        assertEquals(
                1,
                world.apply(new Command.SubmitJob(withEnv(WEB, "2"), 1, 0), JobRegistered.class)
                        .version());
    }

    @Test
    void refusesAJobThatBreaksARuleAndNamesTheField() {
        Command command = new Command.SubmitJob(job("web", -1, 1000), Command.ANY_INDEX, 0);
        world.refuses(command, Code.INVALID_JOB);
        assertEquals(
                "TaskGroups[0].Count is -1; it must be 0 to 50000",
                world.apply(command, Refused.class).sentence());
        assertNull(world.state().job(KEY));
    }

    @Test
    void refusesAJobOfSeveralRegions() {
        world.refuses(new Command.SubmitJob(overRegions(WEB), Command.ANY_INDEX, 0), Code.INVALID_JOB);
    }

    @Test
    void putsANewVersionAboveTheStagedOneAndDropsThat() {
        world.submit(WEB);
        world.stage(overRegions(WEB), 1, "r1");
        long pending = world.state().staged(KEY).deploymentId();
        JobRegistered answer =
                world.apply(new Command.SubmitJob(withEnv(WEB, "2"), Command.ANY_INDEX, 0), JobRegistered.class);
        assertEquals(2, answer.version());
        assertNull(world.state().staged(KEY));
        assertEquals(StatusReason.SUPERSEDED, world.state().deployment(pending).reason());
    }

    @Test
    void stopsAJobWithItsDeploymentsAndItsStagedVersion() {
        world.nodes(node("n1", 4000));
        long active = world.runAll(WEB, "n1");
        world.stage(overRegions(WEB), 1, "r1");
        long pending = world.state().staged(KEY).deploymentId();
        world.apply(new Command.StopJob(KEY), JobRegistered.class);
        assertTrue(world.state().job(KEY).stopped());
        assertNull(world.state().staged(KEY));
        for (long id : new long[] {active, pending}) {
            assertEquals(
                    DeploymentStatus.CANCELLED, world.state().deployment(id).status());
            assertEquals(StatusReason.STOPPED, world.state().deployment(id).reason());
        }
        assertEquals(List.of(Trigger.JOB_REGISTER, Trigger.JOB_DEREGISTER), world.triggers(KEY));
    }

    @Test
    void startsAStoppedJobAsANewVersionEvenOfAnEqualSpec() {
        world.submit(WEB);
        world.apply(new Command.StopJob(KEY));
        world.submit(WEB);
        assertEquals(1, world.state().job(KEY).version());
        assertFalse(world.state().job(KEY).stopped());
        assertEquals(1, world.state().job(KEY).indexes().createIndex());
    }

    @Test
    void refusesToStopWhatDoesNotExist() {
        world.refuses(new Command.StopJob(KEY), Code.NOT_FOUND);
    }
}
