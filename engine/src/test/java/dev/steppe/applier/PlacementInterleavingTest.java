package dev.steppe.applier;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steppe.broker.Lease;
import dev.steppe.command.Command;
import dev.steppe.model.job.Job;
import dev.steppe.model.job.JobKey;
import dev.steppe.model.job.JobVersion;
import dev.steppe.model.job.TaskGroup;
import dev.steppe.model.node.NodeStatus;
import dev.steppe.model.placement.Allocation;
import dev.steppe.model.placement.Evaluation;
import dev.steppe.planner.EngineWorld;
import dev.steppe.planner.EvalRun;
import dev.steppe.planner.EvalRun.Step;
import dev.steppe.planner.Planner;
import dev.steppe.planner.PlannerConfig;
import dev.steppe.rank.Shard;
import dev.steppe.reconcile.JobFixture;
import dev.steppe.state.StateView;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Planners, applier and apply take their steps in an order drawn from a seed; views and outcomes come late. */
final class PlacementInterleavingTest {
    @Test
    void placesAllOfTheLoadWhateverTheOrder() {
        for (long seed = 1; seed <= 2; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            LoadRegion region = new LoadRegion(ApplierConfig.DEFAULT);
            LoadFixture.fill(region);
            List<Desk> desks = desks(seed == 1, 2);
            for (int i = 0; region.broker().trackedCount() > 0 || !region.isLogEmpty(); i++) {
                assertTrue(i < 2_000_000, () -> "never done: " + region.counters());
                step(region, desks, random);
            }
            LoadFixture.check(region);
            System.out.println("load, seed " + seed + ": " + region.counters());
        }
    }

    @Property(tries = 60)
    void leavesNoJobWithoutAnAnswer(@ForAll long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        LoadRegion region = new LoadRegion(new ApplierConfig(3, 20, 1 + random.nextInt(3)));
        List<Desk> desks = desks(random.nextBoolean(), 3);
        for (int i = 0; i < 400; i++) {
            if (random.nextInt(8) == 0) {
                disturb(region, desks, random);
            }
            step(region, desks, random);
        }
        finish(region, desks, random);
        for (int i = 0; i < 6; i++) {
            checkAnswered(region.view(), JobKey.of("job" + i));
        }
    }

    private static List<Desk> desks(boolean sharded, int count) {
        List<Desk> desks = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            Shard shard = sharded ? new Shard(i, count) : Shard.WHOLE;
            desks.add(new Desk(new Planner(new PlannerConfig(shard, sharded ? 4_096 : 7, 16))));
        }
        return desks;
    }

    private static void step(LoadRegion region, List<Desk> desks, SplittableRandom random) {
        Desk desk = desks.get(random.nextInt(desks.size()));
        switch (random.nextInt(6)) {
            case 0 -> desk.view = region.view();
            case 1, 2 -> desk.step(region);
            case 3 -> region.listen();
            case 4 -> region.flush();
            default -> region.applyNext();
        }
    }

    private static void disturb(LoadRegion region, List<Desk> desks, SplittableRandom random) {
        JobKey key = JobKey.of("job" + random.nextInt(6));
        int number = random.nextInt(12);
        String node = "n" + number;
        switch (random.nextInt(9)) {
            case 0, 1 -> region.write(new Command.SubmitJob(randomJob(random, key), Command.ANY_INDEX, 0));
            case 2 -> region.write(new Command.StopJob(key));
            case 3, 4 ->
                region.write(new Command.RegisterNodes(List.of(EngineWorld.node(node, 1_000 + 500 * (number % 4)))));
            case 5 -> region.write(new Command.SetNodeStatus(List.of(node), NodeStatus.DOWN));
            case 6 -> region.pass(random.nextInt(90_000));
            case 7 -> heal(region);
            default -> {
                if (random.nextInt(4) == 0) {
                    region.changeTerm(random.nextBoolean());
                    desks.forEach(Desk::drop);
                }
            }
        }
    }

    private static void heal(LoadRegion region) {
        for (int i = 0; i < 6; i++) {
            for (Allocation one : region.view().allocationsOfJob(JobKey.of("job" + i))) {
                region.write(new Command.ReportAllocations(
                        one.nodeId(),
                        List.of(new Command.ReportAllocations.Report(
                                one.id(), Allocation.ClientStatus.RUNNING, Allocation.Health.HEALTHY))));
            }
        }
    }

    private static Job randomJob(SplittableRandom random, JobKey key) {
        TaskGroup group = JobFixture.group(
                "web", random.nextInt(7), JobFixture.rolling(random.nextInt(3)), "r" + random.nextInt(2));
        return JobFixture.job(key.id(), group);
    }

    /** Nothing disturbs any more, and time passes: in the end nothing is pending. */
    private static void finish(LoadRegion region, List<Desk> desks, SplittableRandom random) {
        int quietCount = 0;
        for (int round = 0; quietCount < 50; round++) {
            assertTrue(round < 2_000, () -> "somebody asks for ever: " + region.counters());
            for (int i = 0; i < 200; i++) {
                step(region, desks, random);
            }
            quietCount = isQuiet(region, desks) ? quietCount + 1 : 0;
            region.pass(10_000);
        }
    }

    private static boolean isQuiet(LoadRegion region, List<Desk> desks) {
        boolean isIdle = desks.stream().allMatch(desk -> desk.lease == null);
        return isIdle
                && region.isLogEmpty()
                && region.broker().readyCount() == 0
                && region.broker().nextDeadlineMs() == Long.MAX_VALUE;
    }

    /** K4: all that is wanted runs, or a blocked evaluation says why not, or an update waits for health. */
    private static void checkAnswered(StateView view, JobKey key) {
        JobVersion job = view.job(key);
        if (job == null) {
            return;
        }
        List<Evaluation> open = new ArrayList<>();
        for (Evaluation one : view.evaluationsOfJob(key)) {
            if (!one.status().isTerminal()) {
                assertEquals(Evaluation.Status.BLOCKED, one.status());
                open.add(one);
            }
        }
        assertTrue(open.size() <= 1, "two blocked evaluations of one job");
        long live = view.allocationsOfJob(key).stream()
                .filter(one -> !one.isTerminal() && view.node(one.nodeId()).isReady())
                .count();
        int wanted = job.stopped() ? 0 : job.spec().totalCount();
        assertTrue(live <= wanted, "more run than are wanted");
        assertTrue(live == wanted || !open.isEmpty(), () -> live + " of " + wanted + " and nobody asks: " + key);
    }

    /** One planner, whose steps are taken one by one. */
    private static final class Desk {
        private final Planner planner;
        private @Nullable StateView view;
        private @Nullable Lease lease;
        private @Nullable EvalRun run;
        private @Nullable Step step;

        Desk(Planner planner) {
            this.planner = planner;
        }

        /** Its leader is gone: whatever it was at is somebody else's now. */
        void drop() {
            lease = null;
            run = null;
            step = null;
        }

        void step(LoadRegion region) {
            if (view == null) {
                view = region.view();
            }
            if (lease == null) {
                take(region);
            } else if (step instanceof Step.Await) {
                step = run.plan(view);
            } else if (step instanceof Step.Conclude end) {
                region.conclude(lease.evaluation(), end);
                drop();
            } else if (step instanceof Step.Submit submit && region.hasRoom()) {
                step = null;
                Lease mine = lease;
                region.look();
                region.offer(submit.plan(), answer -> answered(region, mine, answer));
            }
        }

        private void take(LoadRegion region) {
            Lease taken = region.lease();
            if (taken != null) {
                lease = taken;
                run = new EvalRun(planner, taken.evaluation(), taken.waitIndex());
                step = new Step.Await(taken.waitIndex());
            }
        }

        private void answered(LoadRegion region, Lease asked, PlanAnswer answer) {
            if (lease == null || lease.token() != asked.token()) {
                return;
            }
            step = LoadRegion.step(run, answer);
            if (step == null) {
                region.broker().giveBack(asked.evaluation().id(), asked.token(), region.nowMs());
                drop();
            }
        }
    }
}
