package dev.steppe.fsm;

import static dev.steppe.state.StateSamples.job;
import static dev.steppe.state.StateSamples.node;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.steppe.command.Command;
import dev.steppe.command.Command.ReportAllocations.Report;
import dev.steppe.command.CommandOutcome.Refused.Code;
import dev.steppe.model.job.Job;
import dev.steppe.model.node.NodeStatus;
import dev.steppe.model.placement.Allocation;
import dev.steppe.model.placement.Allocation.ClientStatus;
import dev.steppe.model.placement.Allocation.DesiredStatus;
import dev.steppe.model.placement.Allocation.Health;
import dev.steppe.model.placement.Plan;
import dev.steppe.model.placement.Plan.StopReason;
import dev.steppe.model.rollout.Deployment;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class ReportCommandsTest {
    private static final Job WEB = job("web", 2, 1000);

    private final FsmWorld world = new FsmWorld();
    private long deploymentId;

    @BeforeEach
    void runsTwoAllocations() {
        world.nodes(node("n1", 4000), node("n2", 4000));
        deploymentId = world.runAll(WEB, "n1");
    }

    @Test
    void countsHealthAndMovesTheProgressDeadlineOn() {
        long armedMs = group().requireProgressByMs();
        world.report(first(), ClientStatus.RUNNING, Health.UNKNOWN);
        assertEquals(armedMs, group().requireProgressByMs());
        world.report(first(), ClientStatus.RUNNING, Health.HEALTHY);
        assertEquals(1, group().healthyCount());
        assertEquals(world.logTimeMs() + 600_000, group().requireProgressByMs());
        assertEquals(world.index(), first().status().healthIndex());
        long movedMs = group().requireProgressByMs();
        world.report(first(), ClientStatus.RUNNING, Health.UNHEALTHY);
        assertEquals(0, group().healthyCount());
        assertEquals(1, group().unhealthyCount());
        assertEquals(movedMs, group().requireProgressByMs());
    }

    @Test
    void countsAnAllocationOnceHoweverOftenItIsReported() {
        world.report(first(), ClientStatus.RUNNING, Health.HEALTHY);
        long writtenAt = world.index();
        world.report(first(), ClientStatus.RUNNING, Health.HEALTHY);
        world.report(first(), ClientStatus.PENDING, Health.UNKNOWN);
        assertEquals(1, group().healthyCount());
        assertEquals(writtenAt, first().modifyIndex());
    }

    @Test
    void freesWhatAnEndedAllocationHeldAndCallsItUnhealthy() {
        world.report(first(), ClientStatus.RUNNING, Health.HEALTHY);
        world.report(first(), ClientStatus.FAILED, Health.HEALTHY);
        assertEquals(Health.UNHEALTHY, first().status().health());
        assertEquals(0, group().healthyCount());
        assertEquals(1, group().unhealthyCount());
        assertEquals(3000, world.state().freeCpuMhz(0));
        world.report(first(), ClientStatus.RUNNING, Health.HEALTHY);
        assertEquals(ClientStatus.FAILED, first().status().client());
        assertEquals(3000, world.state().freeCpuMhz(0));
    }

    @Test
    void keepsTheStatusOfAStoppedAllocationAndPassesOverItsHealth() {
        long evalId = world.state().evaluationsOfJob(WEB.key()).get(0).id();
        Plan.Stop stop = new Plan.Stop(first().id(), false, StopReason.NOT_NEEDED);
        world.commitFully(world.plan(evalId, WEB.key(), List.of(), List.of(stop), Plan.DeploymentChange.NONE));
        world.report(first(), ClientStatus.COMPLETE, Health.HEALTHY);
        assertEquals(
                new Allocation.Status(DesiredStatus.STOP, ClientStatus.COMPLETE, Health.UNKNOWN, "not needed", 0),
                first().status());
        assertEquals(0, group().healthyCount());
    }

    @Test
    void leavesALostAllocationLostWhateverItsClientSaysLater() {
        long evalId = world.state().evaluationsOfJob(WEB.key()).get(0).id();
        world.apply(new Command.SetNodeStatus(List.of("n1"), NodeStatus.DOWN));
        Plan.Stop stop = new Plan.Stop(first().id(), true, StopReason.LOST);
        world.commitFully(world.plan(evalId, WEB.key(), List.of(), List.of(stop), Plan.DeploymentChange.NONE));
        Allocation lost = first();
        assertEquals(ClientStatus.LOST, lost.status().client());
        world.apply(new Command.SetNodeStatus(List.of("n1"), NodeStatus.READY));
        for (ClientStatus said : ClientStatus.values()) {
            world.report(lost, said, Health.HEALTHY);
            assertEquals(lost, first());
        }
    }

    @Test
    void passesOverWhatClientsMayNotSay() {
        Allocation before = first();
        world.report(before, ClientStatus.LOST, Health.UNHEALTHY);
        world.apply(new Command.ReportAllocations(
                "n2", List.of(new Report(before.id(), ClientStatus.RUNNING, Health.HEALTHY))));
        assertEquals(before, first());
        world.refuses(new Command.ReportAllocations("nx", List.of()), Code.NOT_FOUND);
    }

    private Allocation first() {
        return world.state().allocationsOfJob(WEB.key()).get(0);
    }

    private Deployment.GroupState group() {
        return world.state().deployment(deploymentId).groups().get(0);
    }
}
