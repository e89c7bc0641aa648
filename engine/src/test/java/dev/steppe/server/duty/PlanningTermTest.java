package dev.steppe.server.duty;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steppe.command.Command;
import dev.steppe.command.CommandOutcome;
import dev.steppe.deploy.DeploymentMachine;
import dev.steppe.fsm.EngineFsm;
import dev.steppe.model.job.JobKey;
import dev.steppe.model.job.Resources;
import dev.steppe.model.node.Node;
import dev.steppe.model.placement.Evaluation;
import dev.steppe.model.placement.Plan;
import dev.steppe.planner.Planner;
import dev.steppe.planner.PlannerConfig;
import dev.steppe.raft.api.Member;
import dev.steppe.raft.api.RaftConfig;
import dev.steppe.raft.api.RaftStatus;
import dev.steppe.raft.api.RoleListener;
import dev.steppe.raft.node.NodeWorld;
import dev.steppe.raft.node.RaftNode;
import dev.steppe.runtime.HaltSwitch;
import dev.steppe.runtime.IdleChoice;
import dev.steppe.runtime.ThreadLayout;
import dev.steppe.runtime.clock.SeededEntropy;
import dev.steppe.runtime.clock.SystemClocks;
import dev.steppe.runtime.handover.Mailbox;
import dev.steppe.runtime.handover.Published;
import dev.steppe.server.ServerFixture;
import dev.steppe.state.StateStore;
import dev.steppe.state.StateView;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Duties, one planner and applier over a real log, stepped by hand: an earlier leadership ends at a chosen moment of
 * the planner's work, and the one that the log is in begins. Its term is two, so there can have been one before.
 */
final class PlanningTermTest {
    /** Entries of at most 4 KiB: a plan of 400 rows is too long for the log. */
    private static final RaftConfig.Limits LIMITS = new RaftConfig.Limits(4 << 20, 4 << 10, 2 << 20, 4 << 20);

    private static final JobKey FIRST = JobKey.of("first");
    private static final JobKey SECOND = JobKey.of("second");

    private final Published<StateView> published = new Published<>(new StateStore().view());
    private final Mailbox<Runnable> inbox = new Mailbox<>(1_024);
    private final ViewSink views = new ViewSink(published, 1_024, view -> {});
    private final HaltSwitch.Recorder halts = new HaltSwitch.Recorder();
    private RaftNode<CommandOutcome> raft;
    private Proposals proposals;
    private ApplierAgent applier;
    private PlannerAgent planner;
    private LeaderDuties duties;
    private long term;

    @TempDir
    private Path directory;

    @BeforeEach
    void open() throws Exception {
        openNode().close();
        raft = openNode();
        term = raft.status().term();
        assertTrue(term >= 2, "a second leadership");
        proposals = new Proposals(raft, inbox, 64);
        applier = new ApplierAgent(raft, published);
        LeaderDuties[] home = new LeaderDuties[1];
        planner = new PlannerAgent(
                0,
                new Planner(PlannerConfig.DEFAULT),
                published,
                applier,
                (agent, lease, ofTerm, conclusion) ->
                        inbox.offer(() -> home[0].finished(agent, lease, ofTerm, conclusion)));
        duties = new LeaderDuties(proposals, new DeploymentMachine(true), null, List.of(planner));
        home[0] = duties;
        write(new Command.RegisterNodes(List.of(ServerFixture.node("n1"), ServerFixture.node("n2"))));
        write(new Command.SubmitJob(ServerFixture.job(FIRST, 3), Command.ANY_INDEX, 0));
    }

    @AfterEach
    void close() {
        raft.close();
        assertEquals(List.of(), halts.halts());
    }

    private RaftNode<CommandOutcome> openNode() throws Exception {
        RaftConfig config = new RaftConfig(
                1, "local", 1, List.of(new Member(1, "localhost", 0)), RaftConfig.Timing.DEFAULT, LIMITS);
        RoleListener roles = new RoleListener() {
            @Override
            public void onLeader(long newTerm) {}

            @Override
            public void onFollower(long newTerm, int leaderId) {}
        };
        RaftNode<CommandOutcome> node = RaftNode.open(
                        config,
                        directory,
                        NodeWorld.alone(SystemClocks.nano(), new SeededEntropy(3), halts),
                        new EngineFsm(views),
                        roles)
                .start(ThreadLayout.INVOKED, IdleChoice.BACK_OFF);
        for (int round = 0;
                node.status().role() != RaftStatus.Role.LEADER
                        || published.get().index() == 0;
                round++) {
            node.doWork();
            assertTrue(round < 10_000_000, "no leader");
        }
        return node;
    }

    private void write(Command command) {
        boolean[] applied = new boolean[1];
        proposals.propose(command, new Proposals.Done() {
            @Override
            public void applied(CommandOutcome outcome) {
                applied[0] = true;
            }

            @Override
            public void lost(Proposals.Loss loss, String reason) {
                throw new AssertionError(reason);
            }
        });
        until(() -> {
            raft.doWork();
            inbox.drain(Runnable::run, 1);
            return applied[0];
        });
    }

    private static void until(BooleanSupplier reached) {
        for (int round = 0; !reached.getAsBoolean(); round++) {
            assertTrue(round < 10_000_000, "not reached");
        }
    }

    private void lead(long ofTerm) {
        views.drain(view -> {}, 1_024); // What came before is in the view that it is given.
        assertTrue(applier.changeTerm(ofTerm));
        duties.lead(ofTerm, published.get(), raft.logTimeMs());
    }

    private void round() {
        raft.doWork();
        inbox.drain(Runnable::run, 64);
        views.drain(duties::onView, 64);
        duties.doWork(raft.logTimeMs());
        proposals.doWork();
        planner.doWork();
        applier.doWork();
    }

    private long live(JobKey key) {
        return published.get().allocationsOfJob(key).stream()
                .filter(one -> !one.isTerminal())
                .count();
    }

    private boolean isAnswered(JobKey key) {
        return published.get().evaluationsOfJob(key).stream()
                .allMatch(one -> one.status() != Evaluation.Status.PENDING);
    }

    /** The planner works for both jobs in turn: it was neither lost nor counted twice. */
    private void bothJobsArePlacedOnce() {
        write(new Command.SubmitJob(ServerFixture.job(SECOND, 4), Command.ANY_INDEX, 0));
        until(() -> {
            round();
            return isAnswered(FIRST) && isAnswered(SECOND);
        });
        for (int i = 0; i < 1_000; i++) {
            round();
        }
        assertEquals(3, live(FIRST));
        assertEquals(4, live(SECOND));
        assertEquals(
                7,
                published.get().allocationsOfJob(FIRST).size()
                        + published.get().allocationsOfJob(SECOND).size());
    }

    @Test
    void placesOnceThoughItsPlanWasSubmittedInAnEarlierTerm() {
        lead(term - 1);
        duties.doWork(raft.logTimeMs());
        planner.doWork(); // Planned and submitted; the applier has not looked yet.
        duties.follow();
        lead(term);
        duties.doWork(raft.logTimeMs());
        bothJobsArePlacedOnce();
    }

    @Test
    void placesOnceThoughItsPlanWasInFlightInAnEarlierTerm() {
        lead(term - 1);
        duties.doWork(raft.logTimeMs());
        planner.doWork();
        applier.doWork(); // Proposed; the log refuses it when it is applied, as one of another term.
        duties.follow();
        lead(term);
        bothJobsArePlacedOnce();
    }

    @Test
    void placesOnceThoughItsConclusionBelongsToAnEarlierTerm() {
        lead(term - 1);
        duties.doWork(raft.logTimeMs());
        planner.doWork();
        applier.doWork();
        until(
                () -> { // Refused, planned again, refused … until the planner has given up, and its word is under way.
                    raft.doWork();
                    applier.doWork();
                    planner.doWork();
                    return inbox.waitingCount() > 0;
                });
        duties.follow();
        lead(term);
        bothJobsArePlacedOnce();
    }

    @Test
    void placesOnceThoughTheSameWordComesAfterItFollows() {
        lead(term - 1);
        duties.doWork(raft.logTimeMs());
        planner.doWork();
        applier.doWork();
        duties.follow();
        until(() -> {
            raft.doWork();
            applier.doWork();
            planner.doWork();
            return inbox.drain(Runnable::run, 64) > 0;
        });
        lead(term);
        bothJobsArePlacedOnce();
    }

    @Test
    void keepsOutcomesInOrderThoughTheLogRefusesOneAtItsDoor() {
        Node large = new Node(
                "n3", "n3", "dc1", "", new TreeMap<>(), new TreeMap<>(), new Resources(900_000, 900_000, 900_000));
        write(new Command.RegisterNodes(List.of(large)));
        write(new Command.SubmitJob(ServerFixture.job(SECOND, 400), Command.ANY_INDEX, 0));
        lead(term);
        assertTrue(applier.submit(planOf(FIRST), term, planner));
        applier.doWork(); // In flight: the log has taken it and not answered.
        assertTrue(applier.submit(planOf(SECOND), term, planner));
        applier.doWork(); // Too long, which the log says at once.
        applier.doWork();
        until(() -> {
            raft.doWork();
            applier.doWork();
            return live(FIRST) == 3;
        });
        assertEquals(0, live(SECOND));
    }

    private Plan planOf(JobKey key) {
        Evaluation evaluation = published.get().evaluationsOfJob(key).get(0);
        Plan plan = new Planner(PlannerConfig.DEFAULT)
                .attempt(evaluation, published.get())
                .plan();
        assertNotNull(plan);
        return plan;
    }
}
