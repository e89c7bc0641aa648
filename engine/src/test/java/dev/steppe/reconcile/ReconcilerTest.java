package dev.steppe.reconcile;

import static dev.steppe.reconcile.JobFixture.group;
import static dev.steppe.reconcile.JobFixture.job;
import static dev.steppe.reconcile.JobFixture.rolling;
import static dev.steppe.reconcile.JobWorld.goal;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steppe.model.job.Job;
import dev.steppe.model.job.Update;
import dev.steppe.model.placement.Allocation;
import dev.steppe.model.placement.Allocation.ClientStatus;
import dev.steppe.model.placement.Allocation.DesiredStatus;
import dev.steppe.model.placement.Allocation.Health;
import dev.steppe.model.placement.Plan;
import dev.steppe.model.placement.Plan.StopReason;
import dev.steppe.model.rollout.Deployment;
import dev.steppe.model.rollout.DeploymentStatus;
import dev.steppe.reconcile.Reconciliation.Tally;
import dev.steppe.reconcile.Reconciliation.Wanted;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Names in brackets are those of {@code scheduling-cases.md}. */
final class ReconcilerTest {
    private static final Update NONE = rolling(0);
    private static final Update MP4 = rolling(4);

    private final JobWorld world = new JobWorld();

    /** R02. */
    @Test
    void fillsFreeOrdinalsFirst() {
        world.submit(web(10, NONE, "a")).running(0, 0, 3).running(0, 5, 7);
        Reconciliation answer = world.reconcile();
        assertEquals(new Tally(5, 0, 0, 0, 5), answer.tallies().get("web"));
        assertEquals(List.of(3, 4, 7, 8, 9), ordinals(answer.wanted()));
    }

    /** R03. */
    @Test
    void stopsTheHighestOrdinals() {
        world.submit(web(10, NONE, "a")).running(0, 0, 20);
        Reconciliation answer = world.reconcile();
        assertEquals(new Tally(0, 10, 0, 0, 10), answer.tallies().get("web"));
        assertEquals(
                List.of(19, 18, 17, 16, 15, 14, 13, 12, 11, 10),
                answer.stops().stream()
                        .map(stop -> world.allocations.get(stop.id()).slot().ordinal())
                        .toList());
    }

    /** R04. */
    @Test
    void stopsAllOfAGroupThatWantsNone() {
        world.submit(web(0, NONE, "a")).running(0, 0, 20);
        assertEquals(new Tally(0, 20, 0, 0, 0), world.reconcile().tallies().get("web"));
    }

    /** R77, R78. */
    @Test
    void stopsAFailedAllocationBeforeAHealthyOne() {
        world.submit(web(5, NONE, "a")).running(0, 0, 6);
        Allocation third = world.live().get(2);
        world.change(third, DesiredStatus.RUN, ClientStatus.FAILED, Health.UNKNOWN);
        Reconciliation answer = world.reconcile();
        assertEquals(List.of(new Plan.Stop(third.id(), false, StopReason.NOT_NEEDED)), answer.stops());
        assertTrue(answer.wanted().isEmpty());
    }

    /** R06, R45. */
    @Test
    void updatesInPlaceWithoutALimit() {
        world.submit(web(10, MP4, "a")).running(0, 0, 10);
        Job retimed = web(10, rolling(3), "a");
        world.submit(retimed);
        Reconciliation answer = world.reconcile();
        assertEquals(new Tally(0, 0, 10, 0, 0), answer.tallies().get("web"));
        assertEquals(List.of(new Plan.GroupGoal("web", 10)), answer.deployment().create());
        assertTrue(answer.updates().stream().allMatch(Plan.InPlace::inDeployment));
    }

    /** R07. */
    @Test
    void growsInPlace() {
        world.submit(web(10, NONE, "a")).running(0, 0, 10).submit(web(15, NONE, "a"));
        Reconciliation answer = world.reconcile();
        assertEquals(new Tally(5, 0, 10, 0, 0), answer.tallies().get("web"));
        assertEquals(List.of(10, 11, 12, 13, 14), ordinals(answer.wanted()));
    }

    /** R08. */
    @Test
    void shrinksInPlace() {
        world.submit(web(10, NONE, "a")).running(0, 0, 10).submit(web(5, NONE, "a"));
        assertEquals(new Tally(0, 5, 5, 0, 0), world.reconcile().tallies().get("web"));
    }

    /** R13. */
    @Test
    void replacesAllAtOnceWithoutAnUpdateRule() {
        world.submit(web(10, NONE, "a")).running(0, 0, 10).submit(web(5, NONE, "b"));
        Reconciliation answer = world.reconcile();
        assertEquals(new Tally(0, 5, 0, 5, 0), answer.tallies().get("web"));
        assertTrue(answer.deployment().isNone());
        assertTrue(answer.wanted().stream().allMatch(one -> one.replaced() != null && !one.inDeployment()));
    }

    /** R14. */
    @Test
    void replacesLostAllocationsUnderTheirNames() {
        world.submit(web(10, NONE, "a")).running(0, 0, 10);
        Allocation lost = world.live().get(4);
        world.down.add(lost.nodeId());
        Reconciliation answer = world.reconcile();
        assertEquals(new Tally(1, 1, 0, 0, 9), answer.tallies().get("web"));
        assertEquals(List.of(new Plan.Stop(lost.id(), true, StopReason.LOST)), answer.stops());
        assertEquals(List.of(new Wanted("web", 4, world.current(), false, lost.id(), null)), answer.wanted());
    }

    /** A lost allocation whose replacement found no node is still the predecessor when one is found. */
    @Test
    void remembersWhatWasLostFromAnOpenSlot() {
        world.submit(web(3, NONE, "a")).running(0, 0, 3);
        Allocation lost = world.live().get(1);
        world.down.add(lost.nodeId());
        world.apply(world.reconcile(), wanted -> false);
        Reconciliation again = world.reconcile();
        assertEquals(List.of(new Wanted("web", 1, world.current(), false, lost.id(), null)), again.wanted());
        assertTrue(again.stops().isEmpty());
    }

    /** R25. */
    @Test
    void stopsAGroupThatTheJobHasNoMore() {
        world.submit(web(10, NONE, "a")).running(0, 0, 10).submit(job("j", group("api", 10, NONE, "a")));
        Reconciliation answer = world.reconcile();
        assertEquals(new Tally(0, 10, 0, 0, 0), answer.tallies().get("web"));
        assertEquals(new Tally(10, 0, 0, 0, 0), answer.tallies().get("api"));
    }

    /** R27, R41. */
    @Test
    void stopsAllOfAStoppedJobThatRuns() {
        world.submit(web(3, MP4, "a")).running(0, 0, 3);
        world.change(world.live().get(0), DesiredStatus.RUN, ClientStatus.COMPLETE, Health.HEALTHY);
        world.down.add(world.live().get(0).nodeId());
        world.versions.put(0L, JobFixture.row(web(3, MP4, "a"), 0, false, true));
        Reconciliation answer = world.reconcile();
        assertEquals(
                List.of(StopReason.LOST, StopReason.NOT_NEEDED),
                answer.stops().stream().map(Plan.Stop::reason).toList());
        assertTrue(answer.wanted().isEmpty() && answer.deployment().isNone());
    }

    /** R35. */
    @Test
    void replacesACompletedAllocation() {
        world.submit(web(5, NONE, "a")).running(0, 0, 5);
        Allocation done = world.live().get(2);
        world.change(done, DesiredStatus.RUN, ClientStatus.COMPLETE, Health.UNKNOWN);
        Reconciliation answer = world.reconcile();
        assertEquals(List.of(new Wanted("web", 2, world.current(), false, null, null)), answer.wanted());
        assertTrue(answer.stops().isEmpty());
    }

    @Test
    void leavesAFailedAllocationInItsSlot() {
        world.submit(web(2, NONE, "a")).running(0, 0, 2);
        Allocation failed = world.live().get(0);
        world.change(failed, DesiredStatus.RUN, ClientStatus.FAILED, Health.UNHEALTHY);
        assertTrue(world.reconcile().isNothing());
        world.down.add(failed.nodeId());
        assertTrue(world.reconcile().isNothing(), "it ended before its node was lost");
        world.submit(web(2, NONE, "b"));
        assertEquals(new Tally(0, 0, 0, 2, 0), world.reconcile().tallies().get("web"));
    }

    @Test
    void placesAFailedAllocationAnewWhereOthersAreUpdatedInPlace() {
        world.submit(web(2, MP4, "a")).running(0, 0, 2);
        Allocation failed = world.live().get(0);
        world.change(failed, DesiredStatus.RUN, ClientStatus.FAILED, Health.UNHEALTHY);
        world.submit(web(2, rolling(2), "a"));
        Reconciliation answer = world.reconcile();
        assertEquals(new Tally(0, 0, 1, 1, 0), answer.tallies().get("web"), "else its deployment never completes");
        assertEquals(List.of(new Wanted("web", 0, world.current(), true, failed.id(), failed.id())), answer.wanted());
    }

    @Test
    void createsADeploymentForANewJobAndPlacesAllOfIt() {
        world.submit(web(10, MP4, "a"));
        Reconciliation answer = world.reconcile();
        assertEquals(new Tally(10, 0, 0, 0, 0), answer.tallies().get("web"));
        assertEquals(List.of(new Plan.GroupGoal("web", 10)), answer.deployment().create());
        assertTrue(answer.wanted().stream().allMatch(Wanted::inDeployment));
    }

    /** R43. */
    @Test
    void cancelsTheDeploymentOfAnEarlierVersion() {
        world.submit(web(2, MP4, "a"));
        Deployment old = world.deploy(0, DeploymentStatus.RUNNING, goal("web", 2, 0, 0, 0));
        world.submit(web(2, MP4, "b"));
        assertEquals(old.id(), world.reconcile().deployment().cancelId());
        world.setStatus(old.id(), DeploymentStatus.FAILED);
        assertEquals(0, world.reconcile().deployment().cancelId());
    }

    @Test
    void leavesTheDeploymentOfAStagedVersionAlone() {
        world.submit(web(2, MP4, "a")).running(0, 0, 2);
        world.deploy(0, DeploymentStatus.SUCCESSFUL, goal("web", 2, 2, 2, 0));
        world.deploy(7, DeploymentStatus.PENDING, goal("web", 2, 0, 0, 0));
        assertTrue(world.reconcile().isNothing());
    }

    /** R44. */
    @Test
    void startsARollingUpdateAtTheLowestOrdinals() {
        world.submit(web(10, MP4, "a")).running(0, 0, 10).submit(web(10, MP4, "b"));
        Reconciliation answer = world.reconcile();
        assertEquals(new Tally(0, 0, 0, 4, 6), answer.tallies().get("web"));
        assertEquals(List.of(0, 1, 2, 3), ordinals(answer.wanted()));
        assertEquals(List.of(new Plan.GroupGoal("web", 10)), answer.deployment().create());
    }

    /** R62, R70. */
    @Test
    void updatesAsManyMoreAsBecameHealthy() {
        world.submit(web(10, MP4, "a")).running(0, 4, 10).submit(web(10, MP4, "b"));
        Deployment active = world.deploy(1, DeploymentStatus.RUNNING, goal("web", 10, 4, 0, 0));
        for (int ordinal = 0; ordinal < 4; ordinal++) {
            world.put("web", ordinal, 1, active.id(), ClientStatus.RUNNING, Health.UNKNOWN);
        }
        List<Allocation> fresh = world.live().subList(6, 10);
        for (int healthy = 0; healthy <= 4; healthy++) {
            assertEquals(healthy, world.reconcile().tallies().get("web").destructive());
            if (healthy < 4) {
                world.heal(fresh.get(healthy));
            }
        }
        world.change(fresh.get(0), DesiredStatus.RUN, ClientStatus.RUNNING, Health.UNHEALTHY);
        assertEquals(0, world.reconcile().tallies().get("web").destructive());
    }

    /** R71. */
    @Test
    void countsMissingAllocationsAgainstTheLimit() {
        world.submit(web(10, MP4, "a")).running(0, 0, 7).submit(web(10, MP4, "b"));
        Reconciliation answer = world.reconcile();
        assertEquals(new Tally(3, 0, 0, 1, 6), answer.tallies().get("web"));
        assertEquals(List.of(0, 7, 8, 9), ordinals(answer.wanted()), "what frees a node comes first");
    }

    /** R49, R64, S7, C7. */
    @Test
    void repairsAHaltedVersionWithTheStableOne() {
        world.submit(web(6, MP4, "a"), true).running(0, 1, 5).submit(web(6, MP4, "b"));
        Allocation lostOld = world.live().get(0);
        Allocation fresh = world.put("web", 0, 1, 5, ClientStatus.RUNNING, Health.HEALTHY);
        for (DeploymentStatus halted :
                List.of(DeploymentStatus.FAILED, DeploymentStatus.CANCELLED, DeploymentStatus.PENDING)) {
            world.deploy(1, halted, goal("web", 6, 1, 0, 0));
            world.down.add(lostOld.nodeId());
            world.down.add(fresh.nodeId());
            Reconciliation answer = world.reconcile();
            assertEquals(
                    List.of(
                            new Wanted("web", 0, world.versions.get(0L), false, fresh.id(), null),
                            new Wanted("web", 1, world.versions.get(0L), false, lostOld.id(), null)),
                    answer.wanted(),
                    "slot 5 was never held and stays empty");
            assertEquals(new Tally(2, 2, 0, 0, 3), answer.tallies().get("web"));
            assertTrue(answer.deployment().isNone());
        }
    }

    @Test
    void repairsAHaltedVersionWithItselfIfNoneIsStable() {
        world.submit(web(2, MP4, "a")).running(0, 0, 2);
        world.deploy(0, DeploymentStatus.FAILED, goal("web", 2, 2, 1, 1));
        world.down.add(world.live().get(0).nodeId());
        assertEquals(0, world.reconcile().wanted().get(0).version().version());
    }

    /** R65. */
    @Test
    void leavesASuccessfulDeploymentAlone() {
        world.submit(web(3, MP4, "a")).running(0, 0, 3);
        world.deploy(0, DeploymentStatus.SUCCESSFUL, goal("web", 3, 3, 3, 0));
        assertTrue(world.reconcile().isNothing());
        world.down.add(world.live().get(0).nodeId());
        Reconciliation answer = world.reconcile();
        assertTrue(answer.deployment().isNone(), "a repair needs no deployment");
        assertFalse(answer.wanted().get(0).inDeployment());
    }

    /** R69. */
    @Test
    void completesADeploymentThatHasNothingLeftToDo() {
        world.submit(web(2, MP4, "a"));
        Deployment active = world.deploy(0, DeploymentStatus.RUNNING, goal("web", 2, 2, 1, 0));
        world.put("web", 0, 0, active.id(), ClientStatus.RUNNING, Health.HEALTHY);
        Allocation second = world.put("web", 1, 0, active.id(), ClientStatus.RUNNING, Health.UNKNOWN);
        assertTrue(world.reconcile().isNothing());
        world.heal(second);
        Reconciliation answer = world.reconcile();
        assertTrue(answer.deployment().complete());
        assertEquals(active.id(), answer.active().id());
        world.setStatus(active.id(), DeploymentStatus.BLOCKED);
        assertTrue(world.reconcile().isNothing(), "blocked is said once");
    }

    @Test
    void doesNotCompleteADeploymentThatLostAnAllocation() {
        world.submit(web(2, MP4, "a"));
        Deployment active = world.deploy(0, DeploymentStatus.RUNNING, goal("web", 2, 2, 2, 0));
        world.put("web", 0, 0, active.id(), ClientStatus.RUNNING, Health.HEALTHY);
        Allocation lost = world.put("web", 1, 0, active.id(), ClientStatus.RUNNING, Health.HEALTHY);
        world.down.add(lost.nodeId());
        Reconciliation answer = world.reconcile();
        assertFalse(answer.deployment().complete());
        assertTrue(answer.wanted().get(0).inDeployment());
    }

    @Test
    void deploysTheGroupsThatHaveAnUpdateRuleOnly() {
        world.submit(job("j", group("web", 2, MP4, "a"), group("api", 3, NONE, "a")));
        Reconciliation answer = world.reconcile();
        assertEquals(List.of(new Plan.GroupGoal("web", 2)), answer.deployment().create());
        for (Wanted wanted : answer.wanted()) {
            assertEquals(wanted.group().equals("web"), wanted.inDeployment());
        }
    }

    @Test
    void givesADestructiveUpdateAnOrdinalBelowTheCount() {
        world.submit(web(4, NONE, "a")).running(0, 1, 4).submit(web(3, NONE, "b"));
        Reconciliation answer = world.reconcile();
        assertEquals(List.of(1, 2, 0), ordinals(answer.wanted()));
        assertNull(answer.wanted().get(2).previous(), "a predecessor is of the same slot");
        assertEquals(world.live().get(2).id(), answer.wanted().get(2).replaced());
    }

    private static Job web(int count, Update update, String release) {
        return job("j", group("web", count, update, release));
    }

    private static List<Integer> ordinals(List<Wanted> wanted) {
        return wanted.stream().map(Wanted::ordinal).toList();
    }
}
