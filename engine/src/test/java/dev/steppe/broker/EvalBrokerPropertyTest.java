package dev.steppe.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steppe.model.job.JobKey;
import dev.steppe.model.placement.Evaluation;
import dev.steppe.model.placement.Evaluation.Status;
import dev.steppe.model.placement.Evaluation.Trigger;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** Random histories of a log, planners that answer, lose or drop their leases, and room that appears. */
final class EvalBrokerPropertyTest {
    @Property(tries = 300)
    void keepsJobsSerialAndLosesNothing(@ForAll long seed) {
        World world = new World(new SplittableRandom(seed));
        for (int step = 0; step < 300; step++) {
            world.step();
            world.check();
        }
        world.finish();
    }

    /** The log, its rows, and planners with leases. */
    private static final class World implements BrokerOutput {
        private final SplittableRandom random;
        private final EvalBroker broker = new EvalBroker(BrokerConfig.DEFAULT, this);
        private final TreeMap<Long, Evaluation> rows = new TreeMap<>();
        private final List<Lease> leases = new ArrayList<>();
        private final TreeSet<Long> wished = new TreeSet<>();
        private final List<Runnable> proposals = new ArrayList<>();
        private long index;
        private long roomIndex;
        private long nowMs;

        World(SplittableRandom random) {
            this.random = random;
        }

        void step() {
            nowMs += random.nextInt(2_000);
            broker.advance(nowMs);
            leases.removeIf(lease -> lease.expiresAtMs() <= nowMs);
            switch (random.nextInt(8)) {
                case 0, 1 -> create();
                case 2, 3 -> take();
                case 4, 5 -> answer();
                case 6 -> giveBack();
                default -> makeRoom();
            }
            if (random.nextInt(3) == 0) {
                commitWishes();
            }
        }

        private void create() {
            index++;
            long waitUntilMs = random.nextInt(4) == 0 ? nowMs + random.nextInt(20_000) : 0;
            Evaluation row = new Evaluation(
                    Evaluation.idAt(index, 0),
                    JobKey.of("job" + random.nextInt(3)),
                    50,
                    Trigger.JOB_REGISTER,
                    Status.PENDING,
                    waitUntilMs,
                    0,
                    0,
                    List.of(),
                    index,
                    index);
            write(row);
        }

        private void take() {
            Lease lease = broker.lease(nowMs);
            if (lease != null) {
                assertTrue(lease.waitIndex() <= index, "waits for what is not written");
                for (Lease other : leases) {
                    assertTrue(
                            !other.evaluation().job().equals(lease.evaluation().job()),
                            () -> "two planners with " + other + " and " + lease);
                }
                leases.add(lease);
            }
        }

        private void answer() {
            if (leases.isEmpty()) {
                return;
            }
            Lease lease = leases.remove(random.nextInt(leases.size()));
            long snapshot = lease.waitIndex() + random.nextLong(index - lease.waitIndex() + 1);
            Evaluation row = rows.get(lease.evaluation().id());
            if (row != null && !row.status().isTerminal()) {
                index++;
                Status status = random.nextBoolean() ? Status.COMPLETE : Status.BLOCKED;
                write(row.withStatus(status, snapshot, List.of(), index));
            }
        }

        private void giveBack() {
            if (!leases.isEmpty()) {
                Lease lease = leases.remove(random.nextInt(leases.size()));
                broker.giveBack(lease.evaluation().id(), lease.token(), nowMs);
            }
        }

        private void makeRoom() {
            index++;
            roomIndex = index;
            broker.roomAppeared(index);
        }

        private void commitWishes() {
            while (!proposals.isEmpty()) {
                proposals.remove(0).run();
            }
        }

        private void write(Evaluation row) {
            rows.put(row.id(), row);
            leases.removeIf(lease -> lease.evaluation().id() == row.id());
            broker.observe(row, nowMs);
        }

        @Override
        public void conclude(Evaluation evaluation, Status status) {
            assertTrue(wished.add(evaluation.id()), "wished twice");
            proposals.add(() -> {
                Evaluation row = rows.get(evaluation.id());
                if (!row.status().isTerminal()) {
                    index++;
                    write(row.withStatus(status, row.snapshotIndex(), List.of(), index));
                }
            });
        }

        @Override
        public void followUp(JobKey job, Trigger trigger, long waitUntilMs) {
            assertTrue(waitUntilMs >= nowMs + 60_000);
        }

        void check() {
            long open = rows.values().stream()
                    .filter(row -> !row.status().isTerminal())
                    .count();
            assertEquals(open, broker.trackedCount());
        }

        /** With planners that answer, everything open is answered, and what stays blocked has seen all room. */
        void finish() {
            while (broker.nextDeadlineMs() != Long.MAX_VALUE || !proposals.isEmpty() || broker.readyCount() > 0) {
                commitWishes();
                Lease lease = broker.lease(nowMs);
                if (lease != null) {
                    index++;
                    write(rows.get(lease.evaluation().id())
                            .withStatus(Status.BLOCKED, Math.max(lease.waitIndex(), index - 1), List.of(), index));
                } else if (broker.nextDeadlineMs() != Long.MAX_VALUE) {
                    nowMs = Math.max(nowMs, broker.nextDeadlineMs());
                    broker.advance(nowMs);
                }
            }
            assertNull(broker.lease(nowMs));
            TreeSet<JobKey> jobs = new TreeSet<>();
            for (Evaluation row : rows.values()) {
                if (!row.status().isTerminal()) {
                    assertEquals(Status.BLOCKED, row.status());
                    assertTrue(row.snapshotIndex() >= roomIndex, "a wake-up was lost");
                    assertTrue(jobs.add(row.job()), "two blocked evaluations of one job");
                }
            }
            assertEquals(jobs.size(), broker.blockedCount());
        }
    }
}
