package dev.steppe.applier;

import static org.junit.jupiter.api.Assertions.assertNull;

import dev.steppe.broker.Lease;
import dev.steppe.model.placement.Evaluation;
import dev.steppe.model.placement.Plan;
import dev.steppe.planner.EvalRun;
import dev.steppe.planner.EvalRun.Step;
import dev.steppe.planner.Planner;
import dev.steppe.planner.PlannerConfig;
import dev.steppe.rank.Shard;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/**
 * Two planners in threads of their own against one applier: 20,000 allocations on 2,000 nodes. What is promised is
 * checked by {@link LoadRegion} after every entry and by {@link LoadFixture} at the end; how many plans lost their race
 * is printed, since it depends on the threads.
 */
final class PlacementLoadTest {
    private static final int PLANNER_COUNT = 2;

    @Test
    void placesAllWithPlannersInShardsOfTheirOwn() throws InterruptedException {
        LoadRegion region = run(PlannerConfig.DEFAULT.at(0, PLANNER_COUNT), PlannerConfig.DEFAULT.at(1, PLANNER_COUNT));
        System.out.println("load, own shards: " + region.counters());
    }

    @Test
    void placesAllWithPlannersThatWantTheSameNodes() throws InterruptedException {
        PlannerConfig whole = new PlannerConfig(Shard.WHOLE, 4_096, 16);
        LoadRegion region = run(whole, whole);
        System.out.println("load, same nodes: " + region.counters());
    }

    private static LoadRegion run(PlannerConfig... configs) throws InterruptedException {
        LoadRegion region = new LoadRegion(ApplierConfig.DEFAULT);
        LoadFixture.fill(region);
        Desk desk = new Desk(region);
        List<Thread> threads = new ArrayList<>();
        for (PlannerConfig config : configs) {
            Thread thread = new Thread(() -> desk.work(new Planner(config)), "planner");
            thread.setDaemon(true); // A failed check ends the test, whatever they wait for.
            threads.add(thread);
            thread.start();
        }
        desk.lead();
        for (Thread thread : threads) {
            thread.join();
        }
        LoadFixture.check(region);
        return region;
    }

    private record Offered(Plan plan, Consumer<PlanAnswer> answered) {}

    private record Concluded(Evaluation evaluation, Step.Conclude end) {}

    private record Job(Lease lease, boolean isEnd) {}

    /** Where the leader's thread and the planners' threads meet. */
    private static final class Desk {
        private final LoadRegion region;
        private final LinkedBlockingQueue<Job> leases = new LinkedBlockingQueue<>();
        private final ConcurrentLinkedQueue<Offered> offers = new ConcurrentLinkedQueue<>();
        private final ConcurrentLinkedQueue<Concluded> conclusions = new ConcurrentLinkedQueue<>();
        private final AtomicReference<Throwable> failure = new AtomicReference<>();
        private int leasedCount;

        Desk(LoadRegion region) {
            this.region = region;
        }

        /** The leader: until nothing is open any more. */
        void lead() {
            while (region.broker().trackedCount() > 0 || !region.isLogEmpty()) {
                assertNull(failure.get());
                Lease lease = region.lease();
                if (lease != null) {
                    leasedCount++;
                    leases.add(new Job(lease, false));
                }
                List<Offered> taken = new ArrayList<>();
                for (Offered one = offers.poll(); one != null; one = offers.poll()) {
                    taken.add(one);
                }
                region.listen();
                taken.forEach(one -> region.offer(one.plan(), one.answered()));
                region.flush();
                for (Concluded one = conclusions.poll(); one != null; one = conclusions.poll()) {
                    leasedCount--;
                    region.conclude(one.evaluation(), one.end());
                }
                if (!region.applyNext() && taken.isEmpty()) {
                    Thread.onSpinWait();
                    passIfIdle();
                }
            }
            for (int i = 0; i < PLANNER_COUNT; i++) {
                leases.add(new Job(null, true));
            }
        }

        /**
         * An evaluation that lost five races in a row is asked again a minute later: nothing else is left to wait for.
         */
        private void passIfIdle() {
            long deadlineMs = region.broker().nextDeadlineMs();
            if (leasedCount == 0 && region.broker().readyCount() == 0 && deadlineMs != Long.MAX_VALUE) {
                region.pass(deadlineMs - region.nowMs());
            }
        }

        /** A planner: one lease after the other. */
        void work(Planner planner) {
            try {
                for (Job job = leases.take(); !job.isEnd(); job = leases.take()) {
                    answer(planner, job.lease());
                }
            } catch (InterruptedException | RuntimeException | AssertionError e) {
                failure.set(e);
            }
        }

        private void answer(Planner planner, Lease lease) throws InterruptedException {
            EvalRun run = new EvalRun(planner, lease.evaluation(), lease.waitIndex());
            LinkedBlockingQueue<PlanAnswer> answers = new LinkedBlockingQueue<>();
            Step step = run.plan(region.view());
            while (!(step instanceof Step.Conclude)) {
                if (step instanceof Step.Submit submit) {
                    offers.add(new Offered(submit.plan(), answers::add));
                    step = LoadRegion.step(run, answers.take());
                } else {
                    Thread.onSpinWait();
                    step = run.plan(region.view());
                }
            }
            conclusions.add(new Concluded(lease.evaluation(), (Step.Conclude) step));
        }
    }
}
