package dev.steppe.multiregion;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steppe.command.Command;
import dev.steppe.model.job.Job;
import dev.steppe.model.job.JobVersion;
import dev.steppe.model.job.OnFailure;
import dev.steppe.model.rollout.Deployment;
import dev.steppe.model.rollout.DeploymentStatus;
import dev.steppe.model.rollout.RolloutVerb;
import dev.steppe.model.rollout.StatusReason;
import dev.steppe.region.FederationOutput.Wish;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** The acceptance scenarios of {@code multiregion.md} §8 that are in scope, each on one interleaving. */
final class RolloutWorldTest {
    private static final List<String> TALK = WorldJobs.TALK_REGIONS;
    private static final long SEED = 20;

    @Test
    void runsTheTalksRegionsInOrderAfterTwoPairsEach() {
        RolloutWorld world = withVersion0(OnFailure.DEFAULT);
        long token = world.submit("amsterdam", app("v1", 1, OnFailure.DEFAULT));
        world.settle();
        Wish.Registered registered = assertInstanceOf(Wish.Registered.class, world.answers.get(token));
        SortedMap<String, Integer> pairs = new TreeMap<>();
        TALK.forEach(region -> pairs.put(region, 2));
        assertEquals(pairs, registered.pairs());
        assertEquals(1, registered.version());
        assertEquals(TALK, startOrder(world, registered.rolloutId()));
        assertAll(world, registered.rolloutId(), DeploymentStatus.SUCCESSFUL, "v1");
        assertEquals(1, world.checks.runningMaxCount(registered.rolloutId()));
    }

    @Test
    void leavesATokyoThatIsBlockedToTheStallTimeOrTheOperator() {
        RolloutWorld world = withVersion0(OnFailure.DEFAULT);
        world.region("bangalore").worker.broken.add("v1");
        String rollout = started(world, app("v1", 1, OnFailure.DEFAULT));
        world.runUntil(
                "bangalore took the later ones along", () -> count(world, rollout, DeploymentStatus.FAILED) == 3);
        assertEquals(DeploymentStatus.BLOCKED, world.part("tokyo", rollout).status());
        assertEquals(StatusReason.UNHEALTHY, world.part("bangalore", rollout).reason());
        assertEquals(StatusReason.PEER, world.part("amsterdam", rollout).reason());
        world.propose(
                "tokyo",
                new Command.MoveRollout(
                        RolloutVerb.UNBLOCK, rollout, WorldJobs.APP, 1, StatusReason.OPERATOR, "tokyo"));
        world.settle();
        assertEquals(DeploymentStatus.SUCCESSFUL, world.part("tokyo", rollout).status());
        assertEquals(List.of("v1", "v0", "v0", "v0"), releases(world));
    }

    @Test
    void failsABlockedTokyoTenMinutesAfterTheLastProgress() {
        RolloutWorld world = withVersion0(OnFailure.DEFAULT);
        world.region("bangalore").worker.broken.add("v1");
        String rollout = started(world, app("v1", 1, OnFailure.DEFAULT));
        world.runUntil(
                "bangalore took the later ones along", () -> count(world, rollout, DeploymentStatus.FAILED) == 3);
        long lastProgressMs = world.nowMs();
        world.settle();
        long waitedMs = world.nowMs() - lastProgressMs;
        assertEquals(StatusReason.STALL, world.part("tokyo", rollout).reason());
        assertTrue(waitedMs >= 600_000 && waitedMs < 620_000, "waited " + waitedMs + " ms");
        assertEquals(List.of("v0", "v0", "v0", "v0"), releases(world));
    }

    @Test
    void returnsEveryRegionThatHadBegunWithFailAll() {
        RolloutWorld world = withVersion0(OnFailure.FAIL_ALL);
        world.region("bangalore").worker.broken.add("v1");
        String rollout = started(world, app("v1", 1, OnFailure.FAIL_ALL));
        world.settle();
        assertAll(world, rollout, DeploymentStatus.FAILED, "v0");
        for (String region : List.of("tokyo", "bangalore")) {
            JobVersion job = world.region(region).view().job(WorldJobs.APP);
            assertEquals(2, job.version(), region + " runs the old spec as a version of its own");
            assertEquals(0, job.specVersion(), region);
            Deployment revert = newest(world, region);
            assertEquals(DeploymentStatus.SUCCESSFUL, revert.status(), region);
            assertNull(revert.membership(), "S9: a revert belongs to no rollout");
        }
        for (String region : List.of("amsterdam", "sao-paulo")) {
            assertEquals(0, world.region(region).view().job(WorldJobs.APP).version(), region + " never changed");
        }
    }

    @Test
    void goesOnWithoutTheFailedRegionWithFailLocal() {
        RolloutWorld world = withVersion0(OnFailure.FAIL_LOCAL);
        world.region("bangalore").worker.broken.add("v1");
        String rollout = started(world, app("v1", 1, OnFailure.FAIL_LOCAL));
        world.runUntil("the others are blocked", () -> count(world, rollout, DeploymentStatus.BLOCKED) == 3);
        assertEquals(DeploymentStatus.FAILED, world.part("bangalore", rollout).status());
        assertEquals(List.of("v1", "v0", "v1", "v1"), releases(world));
    }

    @Test
    void goesOnWithFailLocalWhenTheFirstRegionFailsAndItsLeaderIsLost() {
        RolloutWorld world = withVersion0(OnFailure.FAIL_LOCAL);
        world.region("tokyo").worker.broken.add("v1");
        String rollout = started(world, app("v1", 1, OnFailure.FAIL_LOCAL));
        world.runUntil("tokyo failed", () -> count(world, rollout, DeploymentStatus.FAILED) == 1);
        world.loseLeader(world.region("tokyo"));
        world.runUntil("the others are blocked", () -> count(world, rollout, DeploymentStatus.BLOCKED) == 3);
    }

    /** C3: with every region running at once, the last in the list may be the first to finish. */
    @Test
    void endsSuccessfulWhenTheLastInTheListFinishesFirst() {
        RolloutWorld world = withVersion0(OnFailure.DEFAULT);
        for (String slow : List.of("tokyo", "bangalore", "amsterdam")) {
            world.region(slow).worker.isOnHold = true;
        }
        String rollout = started(world, app("v1", 0, OnFailure.DEFAULT));
        world.runUntil("sao-paulo waits", () -> count(world, rollout, DeploymentStatus.BLOCKED) == 1);
        assertEquals(DeploymentStatus.BLOCKED, world.part("sao-paulo", rollout).status());
        world.regions().forEach(region -> region.worker.isOnHold = false);
        world.settle();
        assertAll(world, rollout, DeploymentStatus.SUCCESSFUL, "v1");
    }

    /** C3 again, with nobody left in the last region to run the barrier at once. */
    @Test
    void passesTheBarrierFromAnotherRegionWhenTheLastOneHasNoLeader() {
        RolloutWorld world = withVersion0(OnFailure.DEFAULT);
        String rollout = started(world, app("v1", 1, OnFailure.DEFAULT));
        world.runUntil("all are complete", () -> count(world, rollout, DeploymentStatus.BLOCKED) == 4);
        world.silenceWatcher(world.region("sao-paulo"));
        world.runUntil("all are successful", () -> count(world, rollout, DeploymentStatus.SUCCESSFUL) == 4);
    }

    @Test
    void answersAnUnchangedSubmissionWithoutARollout() {
        RolloutWorld world = withVersion0(OnFailure.DEFAULT);
        long token = world.submit("bangalore", app("v0", 0, OnFailure.DEFAULT));
        world.runUntil("answered", () -> world.answers.containsKey(token));
        Wish.Registered same = assertInstanceOf(Wish.Registered.class, world.answers.get(token));
        assertEquals("", same.rolloutId());
        assertEquals(0, same.version());
        assertEquals(0, world.region("tokyo").view().job(WorldJobs.APP).version());
    }

    @Test
    void rollsAnUnchangedSubmissionOutWhereARegionHadStopped() {
        RolloutWorld world = withVersion0(OnFailure.DEFAULT);
        world.propose("amsterdam", new Command.StopJob(WorldJobs.APP));
        world.settle();
        String rollout = started(world, app("v0", 0, OnFailure.DEFAULT));
        world.settle();
        assertAll(world, rollout, DeploymentStatus.SUCCESSFUL, "v0");
        assertFalse(world.region("amsterdam").view().job(WorldJobs.APP).stopped());
    }

    @Test
    void refusesASubmissionWhileARegionIsSilent() {
        RolloutWorld world = withVersion0(OnFailure.DEFAULT);
        world.cutOff.add("bangalore");
        long token = world.submit("tokyo", app("v1", 1, OnFailure.DEFAULT));
        world.runUntil("answered", () -> world.answers.containsKey(token));
        Wish.Refused refused = assertInstanceOf(Wish.Refused.class, world.answers.get(token));
        assertTrue(refused.sentence().contains("bangalore"), refused.sentence());
        world.cutOff.clear();
        world.settle();
        assertEquals(List.of("v0", "v0", "v0", "v0"), releases(world));
    }

    @Test
    void staysWhileAPeerIsSilentAndGoesOnWhenItIsBackIfToldTo() {
        RolloutWorld world = new RolloutWorld(SEED, TALK, new WatcherSettings(5_000, 2_000, 600_000, false));
        world.submit("tokyo", app("v0", 0, OnFailure.DEFAULT));
        world.settle();
        String rollout = started(world, app("v1", 1, OnFailure.DEFAULT));
        world.runUntil("tokyo runs", () -> count(world, rollout, DeploymentStatus.RUNNING) == 1);
        world.cutOff.add("bangalore");
        long cutMs = world.nowMs();
        world.runUntil("an hour has passed", () -> world.nowMs() > cutMs + 3_600_000);
        assertEquals(DeploymentStatus.BLOCKED, world.part("tokyo", rollout).status());
        assertEquals(DeploymentStatus.PENDING, world.part("amsterdam", rollout).status());
        world.cutOff.clear();
        world.settle();
        assertAll(world, rollout, DeploymentStatus.SUCCESSFUL, "v1");
    }

    /** R84: those that cannot see what is going on give up on their own. */
    @Test
    void failsOnItsOwnWhileAPeerIsSilent() {
        RolloutWorld world = withVersion0(OnFailure.DEFAULT);
        String rollout = started(world, app("v1", 1, OnFailure.DEFAULT));
        world.runUntil("tokyo is blocked", () -> count(world, rollout, DeploymentStatus.BLOCKED) == 1);
        world.runUntil("bangalore runs", () -> count(world, rollout, DeploymentStatus.RUNNING) == 1);
        world.region("bangalore").worker.isOnHold = true;
        world.cutOff.add("bangalore");
        world.runUntil("the others gave up", () -> count(world, rollout, DeploymentStatus.FAILED) == 3);
        assertEquals(StatusReason.STALL, world.part("tokyo", rollout).reason());
    }

    /** Tokyo alone takes longer than the stall time; whoever waits for it does not give up, because it runs. */
    @Test
    void waitsForARegionThatRunsHoweverLongItTakes() {
        RolloutWorld world = withVersion0(OnFailure.DEFAULT);
        world.region("tokyo").worker.isOnHold = true;
        String rollout = started(world, app("v1", 2, OnFailure.DEFAULT));
        long startMs = world.nowMs();
        world.runUntil("an hour has passed", () -> world.nowMs() > startMs + 3_600_000);
        assertEquals(3, count(world, rollout, DeploymentStatus.BLOCKED));
        world.region("tokyo").worker.isOnHold = false;
        world.settle();
        assertAll(world, rollout, DeploymentStatus.SUCCESSFUL, "v1");
    }

    @Test
    void goesOnWithoutARegionWhoseJobWasStopped() {
        RolloutWorld world = withVersion0(OnFailure.DEFAULT);
        world.region("tokyo").worker.isOnHold = true;
        String rollout = started(world, app("v1", 1, OnFailure.DEFAULT));
        world.runUntil("tokyo runs", () -> count(world, rollout, DeploymentStatus.RUNNING) == 1);
        world.propose("tokyo", new Command.StopJob(WorldJobs.APP));
        world.settle();
        assertEquals(3, count(world, rollout, DeploymentStatus.SUCCESSFUL));
        assertEquals(StatusReason.STOPPED, world.part("tokyo", rollout).reason());
    }

    private static RolloutWorld withVersion0(OnFailure policy) {
        RolloutWorld world = new RolloutWorld(SEED, TALK);
        world.submit("tokyo", app("v0", 0, policy));
        world.settle();
        assertEquals(List.of("v0", "v0", "v0", "v0"), releases(world));
        return world;
    }

    private static Job app(String release, int maxParallel, OnFailure policy) {
        return WorldJobs.app(release, TALK, maxParallel, policy, true);
    }

    private static String started(RolloutWorld world, Job job) {
        long token = world.submit("amsterdam", job);
        world.runUntil("answered", () -> world.answers.containsKey(token));
        return world.rolloutOf(token);
    }

    private static long count(RolloutWorld world, String rollout, DeploymentStatus status) {
        return world.statuses(rollout, TALK).stream()
                .filter(one -> one == status)
                .count();
    }

    private static void assertAll(RolloutWorld world, String rollout, DeploymentStatus status, String release) {
        assertEquals(List.of(status, status, status, status), world.statuses(rollout, TALK));
        assertEquals(List.of(release, release, release, release), releases(world));
    }

    private static List<String> releases(RolloutWorld world) {
        return TALK.stream().map(name -> world.region(name).release()).toList();
    }

    private static Deployment newest(RolloutWorld world, String region) {
        List<Deployment> all = world.region(region).view().deploymentsOfJob(WorldJobs.APP);
        return all.get(all.size() - 1);
    }

    private static List<String> startOrder(RolloutWorld world, String rollout) {
        return new ArrayList<>(world.checks.startOrder(rollout));
    }
}
