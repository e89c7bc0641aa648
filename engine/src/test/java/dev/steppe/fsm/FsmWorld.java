package dev.steppe.fsm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import dev.steppe.command.Command;
import dev.steppe.command.CommandOutcome;
import dev.steppe.model.job.Job;
import dev.steppe.model.job.JobKey;
import dev.steppe.model.job.JobVersion;
import dev.steppe.model.job.Multiregion;
import dev.steppe.model.job.OnFailure;
import dev.steppe.model.job.TaskGroup;
import dev.steppe.model.job.Update;
import dev.steppe.model.node.Node;
import dev.steppe.model.placement.Allocation;
import dev.steppe.model.placement.Allocation.ClientStatus;
import dev.steppe.model.placement.Allocation.Health;
import dev.steppe.model.placement.Evaluation;
import dev.steppe.model.placement.Plan;
import dev.steppe.model.rollout.Deployment;
import dev.steppe.model.rollout.RolloutMembership;
import dev.steppe.model.rollout.RolloutVerb;
import dev.steppe.model.rollout.StatusReason;
import dev.steppe.raft.api.machine.EntryPosition;
import dev.steppe.state.StateStore;
import dev.steppe.state.StateTx;
import dev.steppe.state.StateView;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/** One state machine, and a log that grows by one entry, and ten milliseconds, with every command. */
final class FsmWorld {
    static final long TERM = 3;

    private final StateStore store = new StateStore();
    private final List<StateView> views = new ArrayList<>();
    private final EngineFsm fsm = new EngineFsm(store, views::add);
    private final EntryPosition at = new EntryPosition();
    private long index;
    private long sequence;

    CommandOutcome apply(Command command) {
        index++;
        return fsm.apply(at.at(index, TERM, index * 10), command);
    }

    <T extends CommandOutcome> T apply(Command command, Class<T> outcome) {
        return assertInstanceOf(outcome, apply(command));
    }

    void refuses(Command command, CommandOutcome.Refused.Code code) {
        long hash = fsm.stateHash();
        assertEquals(code, apply(command, CommandOutcome.Refused.class).code());
        assertEquals(hash, fsm.stateHash(), "a refused command changed something");
    }

    StateTx state() {
        return store.tx();
    }

    long index() {
        return index;
    }

    long logTimeMs() {
        return index * 10;
    }

    /** Publishes and answers the newest view. */
    StateView view() {
        fsm.applied(index, index * 10);
        return views.get(views.size() - 1);
    }

    void nodes(Node... nodes) {
        apply(new Command.RegisterNodes(List.of(nodes)), CommandOutcome.Done.class);
    }

    /** Submits whatever is there now, and answers the evaluation. */
    long submit(Job job) {
        return apply(new Command.SubmitJob(job, Command.ANY_INDEX, 7), CommandOutcome.JobRegistered.class)
                .evalId();
    }

    CommandOutcome.PlanOutcome commit(Plan plan) {
        sequence++;
        Command command = new Command.CommitPlans(TERM, List.of(new Command.CommitPlans.Numbered(sequence, plan)));
        return apply(command, CommandOutcome.PlansJudged.class).plans().get(0);
    }

    /** Commits a plan that must hold wholly. */
    void commitFully(Plan plan) {
        assertEquals("", commit(plan).refusal());
    }

    /** What was read of the job just now. */
    Plan.Basis basis(JobKey key) {
        JobVersion job = state().job(key);
        Deployment active = state().activeDeployment(job);
        return new Plan.Basis(
                job.indexes().createIndex(),
                job.version(),
                job.indexes().placementIndex(),
                active == null ? 0 : active.id(),
                active == null ? 0 : active.modifyIndex());
    }

    Plan plan(long evalId, JobKey key, List<Plan.Place> places, List<Plan.Stop> stops, Plan.DeploymentChange change) {
        return new Plan(evalId, key, basis(key), false, places, stops, List.of(), change);
    }

    /** Submits the job and places all of its group {@code g} on the node in a new deployment. */
    long runAll(Job job, String nodeId) {
        long evalId = submit(job);
        commitFully(plan(evalId, job.key(), freshPlaces(job, nodeId), List.of(), creation(job)));
        return state().activeDeployment(state().job(job.key())).id();
    }

    List<Plan.Place> freshPlaces(Job job, String nodeId) {
        List<Plan.Place> places = new ArrayList<>();
        long version = state().job(job.key()).version();
        long specIndex = state().node(nodeId).specIndex();
        for (int i = 0; i < job.groups().get(0).count(); i++) {
            places.add(new Plan.Place("g", i, nodeId, specIndex, version, true, null, 500_000));
        }
        return places;
    }

    static Plan.DeploymentChange creation(Job job) {
        return new Plan.DeploymentChange(Plan.GroupGoal.allOf(job), 0, false);
    }

    void report(Allocation row, ClientStatus client, Health health) {
        apply(
                new Command.ReportAllocations(
                        row.nodeId(), List.of(new Command.ReportAllocations.Report(row.id(), client, health))),
                CommandOutcome.Done.class);
    }

    void reportAllHealthy(JobKey key) {
        for (Allocation row : state().allocationsOfJob(key)) {
            if (!row.isTerminal()) {
                report(row, ClientStatus.RUNNING, Health.HEALTHY);
            }
        }
    }

    /** All healthy, and a plan that says so: the deployment ends. */
    void completeDeployment(long evalId, JobKey key) {
        reportAllHealthy(key);
        commitFully(plan(evalId, key, List.of(), List.of(), new Plan.DeploymentChange(List.of(), 0, true)));
    }

    CommandOutcome stage(Job job, long version, String rolloutId) {
        long current = state().job(job.key()) == null
                ? 0
                : state().job(job.key()).indexes().jobModifyIndex();
        long staged = state().staged(job.key()) == null
                ? 0
                : state().staged(job.key()).stagedIndex();
        RolloutMembership membership =
                new RolloutMembership(rolloutId, "east", List.of("east", "west"), 1, OnFailure.DEFAULT, 99, 5_000, 0);
        return apply(new Command.StageJob(job, version, Math.max(current, staged), membership, 8));
    }

    CommandOutcome.RolloutMoved move(RolloutVerb verb, String rolloutId, JobKey job, long version) {
        return apply(
                new Command.MoveRollout(verb, rolloutId, job, version, StatusReason.OPERATOR, "west"),
                CommandOutcome.RolloutMoved.class);
    }

    List<Evaluation.Trigger> triggers(JobKey key) {
        return state().evaluationsOfJob(key).stream().map(Evaluation::trigger).toList();
    }

    static Job withUpdate(Job job, Update update) {
        return job.withGroups(
                job.groups().stream().map(group -> group.withUpdate(update)).toList());
    }

    static Job withEnv(Job job, String value) {
        TreeMap<String, String> env = new TreeMap<>();
        env.put("K", value);
        return job.withGroups(job.groups().stream()
                .map(group -> group.withTasks(
                        group.tasks().stream().map(task -> task.withEnv(env)).toList()))
                .toList());
    }

    static Job overRegions(Job job) {
        List<Multiregion.RegionSpec> regions = List.of(
                new Multiregion.RegionSpec("east", 0, List.of(), new TreeMap<>()),
                new Multiregion.RegionSpec("west", 0, List.of(), new TreeMap<>()));
        return job.withMultiregion(new Multiregion(1, OnFailure.DEFAULT, regions));
    }

    static TaskGroup group(Job job) {
        return job.groups().get(0);
    }
}
