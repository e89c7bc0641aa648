package dev.steppe.applier;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steppe.command.Command;
import dev.steppe.command.Command.ReportAllocations.Report;
import dev.steppe.command.CommandCodec;
import dev.steppe.deploy.DeploymentMachine;
import dev.steppe.fsm.EngineFsm;
import dev.steppe.model.job.Job;
import dev.steppe.model.job.JobKey;
import dev.steppe.model.job.JobVersion;
import dev.steppe.model.job.TaskGroup;
import dev.steppe.model.job.Update;
import dev.steppe.model.node.NodeStatus;
import dev.steppe.model.placement.Allocation;
import dev.steppe.model.placement.Allocation.ClientStatus;
import dev.steppe.model.placement.Allocation.DesiredStatus;
import dev.steppe.model.placement.Allocation.Health;
import dev.steppe.model.placement.AllocationId;
import dev.steppe.model.placement.Evaluation;
import dev.steppe.model.placement.GroupFailure;
import dev.steppe.model.placement.Plan;
import dev.steppe.model.rollout.Deployment;
import dev.steppe.model.rollout.DeploymentStatus;
import dev.steppe.model.rollout.StatusReason;
import dev.steppe.planner.EngineWorld;
import dev.steppe.planner.Planner;
import dev.steppe.planner.PlannerConfig;
import dev.steppe.raft.api.machine.EntryPosition;
import dev.steppe.rank.ReferenceScan;
import dev.steppe.rank.Shard;
import dev.steppe.reconcile.JobFixture;
import dev.steppe.state.StateView;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeMap;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import org.agrona.ExpandableArrayBuffer;

/**
 * One region lives through some hundred steps of everything that happens to regions: jobs come, change and stop,
 * machines fail and return, releases are bad, leaders are lost, planners are late. Asked after every entry: capacity
 * (K1), one active deployment and honest counters (K9), max_parallel (K10). Asked once nothing happens any more: every
 * job has what it wants, or is halted, or says why not and is right (K4, K5, K13); and the log, written and read again,
 * gives the same state (H2).
 */
final class LongRunTest {
    private static final int JOBS = 5;
    private static final int NODES = 8;
    private static final int STEPS = 600;
    private static final long QUIET_MS = 30_000;
    /** Longer than any deadline, and than any wait of a follow-up. */
    private static final int QUIET_ROUNDS = 40;

    @Property(tries = 200, shrinking = ShrinkingMode.OFF)
    void endsWithWhatIsWantedOrSaysWhyNot(@ForAll long seed) {
        Life life = new Life(seed);
        for (int i = 0; i < STEPS; i++) {
            if (life.random.nextInt(6) == 0) {
                life.disturb();
            }
            life.step();
        }
        life.comeToRest();
        StateView view = life.region.view();
        for (int i = 0; i < JOBS; i++) {
            checkAtRest(view, JobKey.of("job" + i));
        }
        checkReplay(life.region);
    }

    /** A region, its planners and its clients. */
    private static final class Life {
        private final SplittableRandom random;
        private final LoadRegion region = new LoadRegion(new ApplierConfig(4, 30, 2));
        private final List<RandomPlanner> planners = new ArrayList<>();
        private final DeploymentMachine deployments = new DeploymentMachine(true);

        Life(long seed) {
            random = new SplittableRandom(seed);
            for (int i = 0; i < 3; i++) {
                planners.add(new RandomPlanner(new Planner(new PlannerConfig(new Shard(i, 3), 5 + 20 * i, 16))));
            }
            deployments.start(region.view(), 0, region::write);
            for (int i = 0; i < NODES / 2; i++) {
                register(i);
            }
        }

        void step() {
            RandomPlanner one = planners.get(random.nextInt(planners.size()));
            switch (random.nextInt(6)) {
                case 0 -> one.look(region);
                case 1, 2 -> one.step(region);
                case 3 -> region.listen();
                case 4 -> region.flush();
                default -> applyNext();
            }
        }

        void disturb() {
            JobKey key = JobKey.of("job" + random.nextInt(JOBS));
            int node = random.nextInt(NODES);
            switch (random.nextInt(12)) {
                case 0, 1, 2 -> region.write(new Command.SubmitJob(job(key), Command.ANY_INDEX, 0));
                case 3 -> region.write(new Command.StopJob(key));
                case 4 -> register(node);
                case 5 -> region.write(new Command.SetNodeStatus(List.of("n" + node), NodeStatus.DOWN));
                case 6 -> region.write(new Command.SetNodeStatus(List.of("n" + node), NodeStatus.READY));
                case 7, 8 -> report("n" + node);
                case 9 -> pass(random.nextInt(90_000));
                case 10 -> fail(key);
                default -> changeLeader();
            }
        }

        /** Clients say what they have to say, time passes, and nothing else happens, until nothing changes any more. */
        void comeToRest() {
            for (int quiet = 0, rounds = 0; quiet < QUIET_ROUNDS; quiet++, rounds++) {
                assertTrue(rounds < 1_000, "never comes to rest");
                int entryCount = region.history().size();
                for (int i = 0; i < NODES; i++) {
                    report("n" + i);
                }
                do {
                    for (int i = 0; i < 60; i++) {
                        step();
                    }
                } while (!region.isLogEmpty()
                        || region.broker().readyCount() > 0
                        || !planners.stream().allMatch(RandomPlanner::isIdle));
                quiet = region.history().size() == entryCount ? quiet : -1;
                pass(QUIET_MS);
            }
        }

        private void applyNext() {
            StateView before = region.view();
            if (region.applyNext()) {
                deployments.published(region.view(), region.nowMs(), region::write);
                checkEntry(before, region.view());
            }
        }

        private void register(int node) {
            int amount = 1_000 + 500 * (node % 4);
            region.write(new Command.RegisterNodes(List.of(EngineWorld.node("n" + node, amount))));
        }

        private void pass(long ms) {
            region.pass(ms);
            deployments.onTime(region.nowMs(), region::write);
        }

        /** What a release is worth stands in the name of its version: odd ones never become healthy, some crash. */
        private void report(String nodeId) {
            if (region.view().node(nodeId) == null) {
                return;
            }
            StateView view = region.view();
            List<Report> reports = new ArrayList<>();
            for (Allocation one : view.liveAllocationsOn(view.node(nodeId).ordinal())) {
                JobVersion version =
                        view.jobVersion(one.slot().job(), one.origin().jobVersion());
                boolean isBad = version != null && version.spec().priority() % 2 == 1;
                boolean isCrashing = isBad && one.slot().ordinal() % 3 == 2;
                Health health = isBad ? Health.UNHEALTHY : Health.HEALTHY;
                if (one.status().health() != health) {
                    reports.add(new Report(one.id(), isCrashing ? ClientStatus.FAILED : ClientStatus.RUNNING, health));
                }
            }
            if (!reports.isEmpty()) {
                region.write(new Command.ReportAllocations(nodeId, reports));
            }
        }

        private void fail(JobKey key) {
            for (Deployment one : region.view().deploymentsOfJob(key)) {
                if (!one.status().isTerminal()) {
                    region.write(new Command.FailDeployment(one.id(), StatusReason.OPERATOR, ""));
                }
            }
        }

        private void changeLeader() {
            region.changeTerm(random.nextBoolean());
            planners.forEach(RandomPlanner::drop);
            deployments.start(region.view(), region.nowMs(), region::write);
        }

        private Job job(JobKey key) {
            String release = "r" + random.nextInt(2);
            TaskGroup web = JobFixture.group("web", random.nextInt(6), update(), release);
            TaskGroup api = JobFixture.group("api", random.nextInt(3), update(), release);
            Job job = random.nextBoolean() ? JobFixture.job(key.id(), web) : JobFixture.job(key.id(), web, api);
            return new Job(
                    key,
                    job.name(),
                    50 + (random.nextInt(4) == 0 ? 1 : 0),
                    random.nextInt(6) == 0,
                    job.datacenters(),
                    job.constraints(),
                    job.meta(),
                    job.groups(),
                    null,
                    job.opaque());
        }

        private Update update() {
            return new Update(random.nextInt(4), 10_000, 300_000, 600_000, random.nextBoolean());
        }
    }

    private static void checkEntry(StateView before, StateView after) {
        for (long id : after.journal().deployments()) {
            Deployment row = after.deployment(id);
            long activeCount = after.deploymentsOfJob(row.job()).stream()
                    .filter(one -> one.status().isActive())
                    .count();
            assertTrue(activeCount <= 1, () -> activeCount + " active deployments of " + row.job());
            for (Deployment.GroupState group : row.groups()) {
                int judged = group.healthyCount() + group.unhealthyCount();
                assertTrue(
                        group.healthyCount() >= 0
                                && group.unhealthyCount() >= 0
                                && (row.status().isTerminal() || judged <= group.placedCount()),
                        row::toString);
            }
        }
        checkMaxParallel(before, after);
    }

    /** K10: what one entry takes out of service for an update, and what is not healthy yet, is within the limit. */
    private static void checkMaxParallel(StateView before, StateView after) {
        TreeMap<JobKey, TreeMap<String, Integer>> replaced = new TreeMap<>();
        for (AllocationId id : after.journal().allocations()) {
            Allocation now = after.allocation(id);
            Allocation then = before.allocation(id);
            boolean isReplaced = then != null
                    && then.status().desired() == DesiredStatus.RUN
                    && now.status().description().equals(Plan.StopReason.UPDATED.text());
            if (isReplaced) {
                replaced.computeIfAbsent(now.slot().job(), job -> new TreeMap<>())
                        .merge(now.slot().group(), 1, Integer::sum);
            }
        }
        replaced.forEach((key, groups) -> groups.forEach((name, count) -> {
            JobVersion job = before.job(key);
            int limit = job.spec().group(name).orElseThrow().update().maxParallel();
            Deployment active = before.activeDeployment(job);
            long waiting = before.allocationsOfJob(key).stream()
                    .filter(one -> active != null
                            && one.slot().group().equals(name)
                            && one.status().desired() == DesiredStatus.RUN
                            && one.origin().deploymentId() == active.id()
                            && one.status().health() != Health.HEALTHY)
                    .count();
            assertTrue(
                    limit == 0 || count + waiting <= limit,
                    () -> key + "." + name + ": " + count + " replaced, " + waiting + " waiting, limit " + limit);
        }));
    }

    private static void checkAtRest(StateView view, JobKey key) {
        JobVersion job = view.job(key);
        if (job == null) {
            return;
        }
        List<Evaluation> open = view.evaluationsOfJob(key).stream()
                .filter(one -> !one.status().isTerminal())
                .toList();
        for (Evaluation one : open) {
            assertEquals(Evaluation.Status.BLOCKED, one.status(), "asked and never answered");
        }
        assertTrue(open.size() <= 1, () -> "blocked: " + open);
        Deployment latest = latestOf(view, job);
        List<Allocation> holders = view.allocationsOfJob(key).stream()
                .filter(one -> one.status().desired() == DesiredStatus.RUN)
                // One that failed keeps its slot, unless there is no such slot any more.
                .filter(one -> !one.isTerminal()
                        || (!job.stopped()
                                && job.spec().group(one.slot().group()).isPresent()))
                .toList();
        int wanted = job.stopped() ? 0 : job.spec().totalCount();
        assertTrue(holders.size() <= wanted, () -> holders.size() + " of " + wanted + " of " + key);
        if (latest != null && latest.status().isAbsorbed()) {
            return;
        }
        if (open.isEmpty()) {
            assertEquals(wanted, holders.size(), () -> "nobody asks about " + key);
            for (Allocation one : holders) {
                assertEquals(job.version(), one.origin().jobVersion(), () -> "left behind: " + one);
            }
            assertTrue(
                    latest == null || latest.status() == DeploymentStatus.SUCCESSFUL, () -> "never ended: " + latest);
        } else {
            checkReason(view, job, open.get(0));
        }
    }

    /** A blocked evaluation names groups, and a plain scan of the fleet finds no room for them either. */
    private static void checkReason(StateView view, JobVersion job, Evaluation blocked) {
        assertTrue(!blocked.failures().isEmpty(), () -> "blocked without a reason: " + blocked);
        for (GroupFailure failure : blocked.failures()) {
            TaskGroup group = job.spec().group(failure.group()).orElseThrow();
            boolean hasRoom = ReferenceScan.best(view, group.ask(), node -> true) != null;
            assertTrue(!hasRoom || job.spec().allAtOnce(), () -> "there is room: " + failure);
        }
    }

    private static Deployment latestOf(StateView view, JobVersion job) {
        Deployment latest = null;
        for (Deployment one : view.deploymentsOfJob(job.key())) {
            latest = one.version().jobVersion() == job.version() ? one : latest;
        }
        return latest;
    }

    private static void checkReplay(LoadRegion region) {
        List<StateView> views = new ArrayList<>();
        EngineFsm second = new EngineFsm(views::add);
        CommandCodec codec = new CommandCodec();
        ExpandableArrayBuffer bytes = new ExpandableArrayBuffer();
        EntryPosition at = new EntryPosition();
        for (LoadRegion.Applied one : region.history()) {
            int lengthBytes = codec.encode(one.command(), bytes, 0);
            second.apply(at.at(one.index(), one.term(), one.logTimeMs()), bytes, 0, lengthBytes);
        }
        StateView end = region.view();
        second.applied(end.index(), end.logTimeMs());
        assertEquals(end.stateHash(), views.get(0).stateHash());
    }
}
