package dev.steppe.reconcile;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steppe.model.job.Job;
import dev.steppe.model.job.TaskGroup;
import dev.steppe.model.placement.Allocation;
import dev.steppe.model.placement.Allocation.ClientStatus;
import dev.steppe.model.placement.Allocation.DesiredStatus;
import dev.steppe.model.placement.Allocation.Health;
import dev.steppe.model.rollout.Deployment;
import dev.steppe.model.rollout.DeploymentStatus;
import dev.steppe.reconcile.Reconciliation.Wanted;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** Random lives of a job: versions, losses, ends, health, failed deployments, placements that find no node. */
final class ReconcilerPropertyTest {
    @Property(tries = 250)
    void keepsItsPromises(@ForAll long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        JobWorld world = new JobWorld();
        world.submit(randomJob(random));
        for (int step = 0; step < 40; step++) {
            disturb(world, random);
            Reconciliation answer = world.reconcile();
            assertEquals(answer, world.reconcile(), "a pure function");
            checkAnswer(world, answer);
            boolean isFull = random.nextInt(3) != 0;
            world.apply(answer, wanted -> isFull || random.nextBoolean());
            checkCounts(world);
            if (isFull) {
                Reconciliation again = world.reconcile();
                assertTrue(
                        again.wanted().isEmpty()
                                && again.stops().isEmpty()
                                && again.updates().isEmpty(),
                        () -> "not idempotent: " + answer + " then " + again);
            }
        }
    }

    @Property(tries = 120)
    void bringsAHealthyJobToItsVersion(@ForAll long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        JobWorld world = new JobWorld();
        world.submit(randomJob(random));
        for (int step = 0; step < 10; step++) {
            disturb(world, random);
            world.apply(world.reconcile(), wanted -> random.nextBoolean());
        }
        world.submit(randomJob(random));
        for (int round = 0; round < 60; round++) {
            world.live().stream()
                    .filter(one -> one.status().health() != Health.HEALTHY)
                    .forEach(world::heal);
            world.apply(world.reconcile(), wanted -> true);
        }
        assertTrue(world.reconcile().isNothing());
        for (TaskGroup group : world.current().spec().groups()) {
            List<Allocation> holders = world.allocations.values().stream()
                    .filter(one -> one.status().desired() == DesiredStatus.RUN)
                    .filter(one -> one.slot().group().equals(group.name()))
                    .filter(one -> one.status().client() != ClientStatus.COMPLETE)
                    .toList();
            assertEquals(group.count(), holders.size());
            for (Allocation one : holders) {
                assertEquals(world.current().version(), one.origin().jobVersion());
            }
        }
    }

    private static Job randomJob(SplittableRandom random) {
        String release = "r" + random.nextInt(3);
        TaskGroup web = JobFixture.group("web", random.nextInt(9), JobFixture.rolling(random.nextInt(4)), release);
        TaskGroup api = JobFixture.group("api", random.nextInt(5), JobFixture.rolling(2), release);
        return random.nextInt(4) == 0 ? JobFixture.job("j", web) : JobFixture.job("j", web, api);
    }

    private static void disturb(JobWorld world, SplittableRandom random) {
        int kind = random.nextInt(8);
        List<Allocation> live = world.live();
        Allocation one = live.isEmpty() ? null : live.get(random.nextInt(live.size()));
        if (kind == 0) {
            world.submit(randomJob(random));
        } else if (kind == 1) {
            world.deployments.values().stream()
                    .filter(row -> !row.status().isTerminal())
                    .map(Deployment::id)
                    .toList()
                    .forEach(id -> world.setStatus(
                            id, random.nextBoolean() ? DeploymentStatus.FAILED : DeploymentStatus.CANCELLED));
        } else if (one != null && kind == 2) {
            world.down.add(one.nodeId());
        } else if (one != null && kind == 3) {
            ClientStatus end = random.nextBoolean() ? ClientStatus.FAILED : ClientStatus.COMPLETE;
            world.change(one, DesiredStatus.RUN, end, one.status().health());
        } else if (one != null && one.status().health() == Health.UNKNOWN) {
            if (kind == 4) {
                world.change(one, DesiredStatus.RUN, ClientStatus.RUNNING, Health.UNHEALTHY);
            } else {
                world.heal(one);
            }
        }
    }

    private static void checkAnswer(JobWorld world, Reconciliation answer) {
        Standing standing = Standing.of(world.current(), List.copyOf(world.deployments.values()));
        TreeSet<String> slots = new TreeSet<>();
        TreeMap<String, Integer> destructive = new TreeMap<>();
        for (Wanted wanted : answer.wanted()) {
            TaskGroup group = world.group(wanted.group());
            assertTrue(wanted.ordinal() >= 0 && wanted.ordinal() < group.count(), wanted::toString);
            assertTrue(slots.add(wanted.group() + wanted.ordinal()), "a slot is wanted twice");
            if (wanted.replaced() != null) {
                destructive.merge(wanted.group(), 1, Integer::sum);
            }
            if (standing.isHalted()) {
                assertTrue(wanted.replaced() == null && !wanted.inDeployment(), "a halted version is only repaired");
                boolean hasStable = world.situation().stable() != null
                        && world.situation()
                                .stable()
                                .spec()
                                .group(wanted.group())
                                .isPresent();
                assertTrue(!hasStable || wanted.version().stable(), "repaired with what was refused");
            }
        }
        long lostCount = world.allocations.values().stream()
                .filter(one -> one.status().client() == ClientStatus.LOST || world.down.contains(one.nodeId()))
                .count();
        assertTrue(!standing.isHalted() || answer.wanted().size() <= lostCount, "a halted version places more");
        destructive.forEach((name, count) -> {
            TaskGroup group = world.group(name);
            long unsettled = world.allocations.values().stream()
                    .filter(one -> one.slot().group().equals(name))
                    .filter(one -> one.status().desired() == DesiredStatus.RUN)
                    .filter(one -> answer.active() != null
                            && one.origin().deploymentId() == answer.active().id())
                    .filter(one ->
                            !world.down.contains(one.nodeId()) && one.status().client() != ClientStatus.COMPLETE)
                    .filter(one -> one.status().health() != Health.HEALTHY)
                    .count();
            int allowed =
                    group.update().isNone() ? group.count() : group.update().maxParallel();
            assertTrue(count + (group.update().isNone() ? 0 : unsettled) <= allowed, "more than max_parallel at once");
        });
        if (!answer.deployment().create().isEmpty()) {
            assertTrue(answer.active() == null && !standing.isHalted());
        }
    }

    private static void checkCounts(JobWorld world) {
        TreeMap<String, Integer> live = new TreeMap<>();
        TreeSet<String> slots = new TreeSet<>();
        for (Allocation one : world.live()) {
            if (!world.down.contains(one.nodeId())) {
                live.merge(one.slot().group(), 1, Integer::sum);
                assertTrue(slots.add(one.slot().name()), "two live allocations in one slot");
            }
        }
        live.forEach((name, count) -> {
            TaskGroup group = world.group(name);
            assertTrue(group != null && count <= group.count(), "more run than are wanted");
        });
    }
}
