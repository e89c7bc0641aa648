package dev.steppe.deploy;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.steppe.command.Command;
import dev.steppe.model.job.JobKey;
import dev.steppe.model.job.OnFailure;
import dev.steppe.model.placement.Evaluation.Trigger;
import dev.steppe.model.rollout.Deployment;
import dev.steppe.model.rollout.Deployment.GroupState;
import dev.steppe.model.rollout.DeploymentStatus;
import dev.steppe.model.rollout.RolloutMembership;
import dev.steppe.model.rollout.StatusReason;
import dev.steppe.state.StateStore;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class DeploymentMachineTest {
    private static final JobKey APP = JobKey.of("app");

    private final StateStore store = new StateStore();
    private final List<Command> proposals = new ArrayList<>();
    private final DeploymentMachine machine = new DeploymentMachine(false);
    private long index;

    @Test
    void failsAtTheFirstUnhealthyAllocationWithoutAProgressDeadline() {
        machine.start(store.view(), 0, proposals::add);
        publish(running(1, group(0, 0, 3, 1)), 10);
        assertEquals(List.of(failure(1, StatusReason.UNHEALTHY, "group web")), taken());
    }

    @Test
    void letsAGroupWithAProgressDeadlineGoOnDespiteAnUnhealthyAllocation() {
        machine.start(store.view(), 0, proposals::add);
        publish(running(1, group(600_000, 600_010, 1, 1)), 10);
        assertEquals(List.of(), taken());
        assertEquals(600_010, machine.nextDeadlineMs());
    }

    @Test
    void failsAtTheProgressDeadlineAndNotBefore() {
        machine.start(store.view(), 0, proposals::add);
        publish(running(1, group(600_000, 600_010, 1, 0)), 10);
        machine.onTime(600_009, proposals::add);
        assertEquals(List.of(), taken());
        machine.onTime(600_010, proposals::add);
        assertEquals(List.of(failure(1, StatusReason.PROGRESS_DEADLINE, "group web")), taken());
    }

    @Test
    void forgetsTheDeadlineOfAGroupThatIsComplete() {
        machine.start(store.view(), 0, proposals::add);
        publish(running(1, group(600_000, 600_010, 3, 0)), 10);
        assertEquals(Long.MAX_VALUE, machine.nextDeadlineMs());
    }

    @Test
    void proposesAgainWhatIsNotSeen() {
        machine.start(store.view(), 0, proposals::add);
        publish(running(1, group(0, 0, 0, 1)), 10);
        taken();
        machine.onTime(5_009, proposals::add);
        assertEquals(List.of(), taken());
        assertEquals(5_010, machine.nextDeadlineMs());
        machine.onTime(5_010, proposals::add);
        assertEquals(1, taken().size());
        publish(
                running(1, group(0, 0, 0, 1)).withStatus(DeploymentStatus.FAILED, StatusReason.UNHEALTHY, "", 9),
                5_020);
        machine.onTime(60_000, proposals::add);
        assertEquals(List.of(), taken());
        assertEquals(Long.MAX_VALUE, machine.nextDeadlineMs());
    }

    @Test
    void asksOnceAJobHoweverManyOfItsAllocationsChanged() {
        machine.start(store.view(), 0, proposals::add);
        publish(running(1, group(600_000, 600_000, 0, 0)), 10);
        assertEquals(List.of(), taken());
        publish(running(1, group(600_000, 600_000, 2, 0)), 20);
        Command.CreateEvaluations asked = new Command.CreateEvaluations(
                List.of(new Command.CreateEvaluations.Asked(APP, Trigger.DEPLOYMENT_WATCHER, 0, 1)));
        assertEquals(List.of(asked), taken());
        publish(running(1, group(600_000, 700_000, 2, 0)), 30);
        assertEquals(List.of(), taken());
    }

    @Test
    void asksAfterViewsThatItDidNotSee() {
        machine.start(store.view(), 0, proposals::add);
        publish(running(1, group(600_000, 600_000, 0, 0)), 10);
        commit(running(1, group(600_000, 600_000, 1, 0)));
        commit(running(2, group(600_000, 600_000, 0, 0)));
        machine.published(store.view(), 20, proposals::add);
        assertEquals(1, taken().size());
    }

    @Test
    void hasRunningDeploymentsLookedAtByANewLeaderWhichWaitsBeforeItActsOnDeadlines() {
        commit(running(1, group(600_000, 5, 0, 0)));
        machine.start(store.view(), 1_000_000, proposals::add);
        assertEquals(1, taken().size(), "the question, and no failure");
        assertEquals(1_001_000, machine.nextDeadlineMs());
        machine.onTime(1_001_000, proposals::add);
        assertEquals(List.of(failure(1, StatusReason.PROGRESS_DEADLINE, "group web")), taken());
    }

    @Test
    void leavesTheStallTimeToTheWatcherWhereThereIsOne() {
        machine.start(store.view(), 0, proposals::add);
        publish(blocked(1, 600_000), 10);
        assertEquals(Long.MAX_VALUE, machine.nextDeadlineMs());
        DeploymentMachine alone = new DeploymentMachine(true);
        alone.start(store.view(), 0, proposals::add);
        assertEquals(600_000, alone.nextDeadlineMs());
        alone.onTime(600_000, proposals::add);
        assertEquals(List.of(failure(1, StatusReason.STALL, "")), taken());
    }

    @Test
    void doesNothingWhileItDoesNotLead() {
        publish(running(1, group(0, 0, 0, 1)), 10);
        machine.start(store.view(), 20, proposals::add);
        taken();
        machine.stop();
        machine.onTime(60_000, proposals::add);
        publish(running(1, group(0, 0, 0, 2)), 60_001);
        assertEquals(List.of(), taken());
    }

    private void publish(Deployment deployment, long nowMs) {
        commit(deployment);
        machine.published(store.view(), nowMs, proposals::add);
    }

    private void commit(Deployment deployment) {
        store.tx().putDeployment(deployment);
        store.commit(++index, index);
    }

    private List<Command> taken() {
        List<Command> taken = List.copyOf(proposals);
        proposals.clear();
        return taken;
    }

    private static Command failure(long id, StatusReason reason, String detail) {
        return new Command.FailDeployment(id, reason, detail);
    }

    private static GroupState group(long deadlineMs, long requireByMs, int healthyCount, int unhealthyCount) {
        return new GroupState("web", false, deadlineMs, requireByMs, 3, 3, healthyCount, unhealthyCount);
    }

    private static Deployment running(long id, GroupState group) {
        return new Deployment(
                id,
                APP,
                new Deployment.Version(1, id),
                DeploymentStatus.RUNNING,
                StatusReason.NONE,
                "",
                List.of(group),
                null,
                1,
                1);
    }

    private static Deployment blocked(long id, long stallByMs) {
        RolloutMembership membership = new RolloutMembership(
                "tokyo-1-1", "tokyo", List.of("tokyo"), 1, OnFailure.DEFAULT, 1, 600_000, stallByMs);
        return running(id, group(0, 0, 3, 0))
                .withStatus(DeploymentStatus.BLOCKED, StatusReason.NONE, "", 1)
                .withMembership(membership, 1);
    }
}
