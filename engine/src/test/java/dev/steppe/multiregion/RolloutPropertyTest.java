package dev.steppe.multiregion;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steppe.model.job.Job;
import dev.steppe.model.job.OnFailure;
import dev.steppe.model.rollout.Deployment;
import dev.steppe.model.rollout.DeploymentStatus;
import dev.steppe.model.rollout.StatusReason;
import dev.steppe.region.FederationOutput.Wish;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;

/**
 * Random interleavings of the real state machine, federation and watcher of each region. The safety invariants of
 * {@link WorldChecks} are asked after every entry; here stands what must be true at the end. A failing seed is printed.
 */
final class RolloutPropertyTest {
    private static final List<String> TALK = WorldJobs.TALK_REGIONS;

    @Property(tries = 200, shrinking = ShrinkingMode.OFF)
    void neverRunsMoreThanTwoRegionsOfMaxParallelTwo(@ForAll long seed) {
        RolloutWorld world = new RolloutWorld(seed, TALK);
        String rollout = register(world, app("v1", 2, OnFailure.DEFAULT));
        world.settle();
        assertTrue(world.checks.runningMaxCount(rollout) <= 2);
        assertAllSuccessful(world, rollout);
    }

    /** One to seven regions, any max_parallel, all at different speeds: many finish at once, and in any order. */
    @Property(tries = 100, shrinking = ShrinkingMode.OFF)
    void endsSuccessfulWhateverMaxParallelIs(@ForAll long seed) {
        Random random = new Random(seed);
        List<String> regions = new ArrayList<>();
        for (int i = 1 + random.nextInt(7); i > 0; i--) {
            regions.add("r" + i);
        }
        int maxParallel = random.nextInt(regions.size() + 2);
        RolloutWorld world = new RolloutWorld(seed, regions);
        long token = world.submit(regions.get(0), WorldJobs.app("v1", regions, maxParallel, OnFailure.DEFAULT, true));
        world.settle();
        assertTrue(world.statuses(world.rolloutOf(token), regions).stream()
                .allMatch(status -> status == DeploymentStatus.SUCCESSFUL));
    }

    @Property(tries = 60, shrinking = ShrinkingMode.OFF)
    void endsSuccessfulThroughLossRepetitionAndLeaderChanges(@ForAll long seed) {
        Random random = new Random(seed);
        RolloutWorld world = new RolloutWorld(seed, TALK);
        String rollout = register(world, app("v1", random.nextInt(4), OnFailure.FAIL_ALL));
        world.weather(new RolloutWorld.Weather(random.nextInt(25), random.nextInt(25), random.nextInt(4)));
        world.settle();
        assertAllSuccessful(world, rollout);
    }

    /** What every region runs in the end follows from where it stood in the list and who failed. */
    @Property(tries = 90, shrinking = ShrinkingMode.OFF)
    void failsWhomThePolicyNames(@ForAll long seed) {
        Random random = new Random(seed);
        OnFailure policy = List.of(OnFailure.values()).get(random.nextInt(3));
        RolloutWorld world = new RolloutWorld(seed, TALK);
        register(world, app("v0", 0, policy));
        world.settle();
        world.region("bangalore").worker.broken.add("v1");
        if (random.nextBoolean()) {
            world.weather(new RolloutWorld.Weather(random.nextInt(20), random.nextInt(20), random.nextInt(3)));
        }
        int maxParallel = random.nextInt(4);
        long token = world.submit("amsterdam", app("v1", maxParallel, policy));
        world.runUntil("answered", () -> world.answers.containsKey(token));
        world.settle();
        if (world.answers.get(token) instanceof Wish.Registered registered) {
            for (String region : TALK) {
                assertOutcome(world, region, registered.rolloutId(), policy);
            }
        }
        TALK.forEach(region -> assertEquals("v0", world.region(region).release(), region + " went back"));
    }

    private static void assertOutcome(RolloutWorld world, String region, String rollout, OnFailure policy) {
        Deployment part = world.part(region, rollout);
        assertEquals(DeploymentStatus.FAILED, part.status(), region);
        int position = TALK.indexOf(region);
        StatusReason expected = position == 1
                ? StatusReason.UNHEALTHY
                : FailurePolicy.reaches(policy, 1, position) ? StatusReason.PEER : StatusReason.STALL;
        boolean isOvertakenByStall = part.reason() == StatusReason.STALL || part.reason() == StatusReason.PEER;
        assertTrue(part.reason() == expected || (expected != StatusReason.UNHEALTHY && isOvertakenByStall), region);
        if (policy == OnFailure.FAIL_LOCAL) {
            assertEquals(expected, part.reason(), region + ": no region is taken along");
        }
    }

    /** Scenario 10: exactly one, or both one after the other; never some regions of one and some of the other. */
    @Property(tries = 120, shrinking = ShrinkingMode.OFF)
    void neverMixesTwoSubmissions(@ForAll long seed) {
        Random random = new Random(seed);
        RolloutWorld world = new RolloutWorld(seed, TALK);
        register(world, app("v0", 0, OnFailure.DEFAULT));
        world.settle();
        long first = world.submit("amsterdam", app("vA", random.nextInt(4), OnFailure.DEFAULT));
        for (int step = random.nextInt(300); step > 0; step--) {
            world.step();
        }
        long second = world.submit("tokyo", app("vB", random.nextInt(4), OnFailure.DEFAULT));
        world.runUntil("both answered", () -> world.answers.containsKey(first) && world.answers.containsKey(second));
        world.settle();
        long firstVersion = registeredVersion(world, first);
        long secondVersion = registeredVersion(world, second);
        assertTrue(firstVersion != secondVersion, "not both of the same version, and not none");
        boolean isSecond = secondVersion > firstVersion;
        assertReleases(world, isSecond ? "vB" : "vA");
        assertAllSuccessful(world, world.rolloutOf(isSecond ? second : first));
    }

    /** The version as which a submission was registered; -1 if it was not. */
    private static long registeredVersion(RolloutWorld world, long token) {
        return world.answers.get(token) instanceof Wish.Registered registered ? registered.version() : -1;
    }

    /** R64: another version submitted while one is under way ends it everywhere, and goes on alone. */
    @Property(tries = 100, shrinking = ShrinkingMode.OFF)
    void replacesARolloutUnderWayByANewerOne(@ForAll long seed) {
        Random random = new Random(seed);
        RolloutWorld world = new RolloutWorld(seed, TALK);
        String first = register(world, app("vA", random.nextInt(4), OnFailure.DEFAULT));
        world.runUntil("begun", () -> world.checks.isStarted(first));
        for (int step = random.nextInt(500); step > 0; step--) {
            world.step();
        }
        String second = register(world, app("vB", random.nextInt(4), OnFailure.DEFAULT));
        world.settle();
        assertAllSuccessful(world, second);
        assertReleases(world, "vB");
        assertTrue(
                world.statuses(first, TALK).stream().allMatch(DeploymentStatus::isTerminal), "L4: the old one is over");
    }

    /** The same in rough weather: a submission may then fail, and what is left is whole all the same. */
    @Property(tries = 60, shrinking = ShrinkingMode.OFF)
    void leavesOneVersionEverywhereAfterTwoSubmissionsInRoughWeather(@ForAll long seed) {
        Random random = new Random(seed);
        RolloutWorld world = new RolloutWorld(seed, TALK);
        register(world, app("v0", 0, OnFailure.DEFAULT));
        world.settle();
        world.weather(new RolloutWorld.Weather(random.nextInt(15), random.nextInt(15), random.nextInt(3)));
        long first = world.submit("amsterdam", app("vA", random.nextInt(4), OnFailure.DEFAULT));
        for (int step = random.nextInt(300); step > 0; step--) {
            world.step();
        }
        long second = world.submit("tokyo", app("vB", random.nextInt(4), OnFailure.DEFAULT));
        world.runUntil("both answered", () -> world.answers.containsKey(first) && world.answers.containsKey(second));
        world.settle();
        world.weather(RolloutWorld.Weather.FAIR);
        String last = register(world, app("vC", 2, OnFailure.DEFAULT));
        world.settle();
        assertAllSuccessful(world, last);
        assertReleases(world, "vC");
    }

    private static String register(RolloutWorld world, Job job) {
        long token = world.submit("tokyo", job);
        world.runUntil("answered", () -> world.answers.containsKey(token));
        return world.rolloutOf(token);
    }

    private static Job app(String release, int maxParallel, OnFailure policy) {
        return WorldJobs.app(release, TALK, maxParallel, policy, true);
    }

    private static void assertAllSuccessful(RolloutWorld world, String rollout) {
        assertEquals(
                List.of(
                        DeploymentStatus.SUCCESSFUL,
                        DeploymentStatus.SUCCESSFUL,
                        DeploymentStatus.SUCCESSFUL,
                        DeploymentStatus.SUCCESSFUL),
                world.statuses(rollout, TALK));
    }

    private static void assertReleases(RolloutWorld world, String release) {
        TreeSet<String> releases = new TreeSet<>();
        world.regions().forEach(region -> releases.add(region.release()));
        assertEquals(new TreeSet<>(List.of(release)), releases);
    }
}
