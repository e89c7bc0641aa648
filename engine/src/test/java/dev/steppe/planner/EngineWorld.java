package dev.steppe.planner;

import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import dev.steppe.command.Command;
import dev.steppe.command.CommandOutcome;
import dev.steppe.fsm.EngineFsm;
import dev.steppe.model.job.Job;
import dev.steppe.model.job.JobKey;
import dev.steppe.model.job.Resources;
import dev.steppe.model.node.Node;
import dev.steppe.model.node.NodeStatus;
import dev.steppe.model.placement.Allocation;
import dev.steppe.model.placement.Allocation.ClientStatus;
import dev.steppe.model.placement.Allocation.Health;
import dev.steppe.model.placement.Evaluation;
import dev.steppe.model.placement.Plan;
import dev.steppe.raft.api.machine.EntryPosition;
import dev.steppe.state.StateStore;
import dev.steppe.state.StateView;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/** A state machine with a log of its own, for tests of planners and the applier. */
public final class EngineWorld {
    /** The term of every entry. */
    public static final long TERM = 1;

    private final EngineFsm fsm = new EngineFsm(newer -> view = newer);
    private final EntryPosition at = new EntryPosition();
    private StateView view = new StateStore().view();
    private long index;
    private long sequence;

    /** Applies one command in the next entry, ten milliseconds later, and publishes. */
    public CommandOutcome apply(Command command) {
        index++;
        CommandOutcome outcome = fsm.apply(at.at(index, TERM, index * 10), command);
        fsm.applied(index, index * 10);
        return outcome;
    }

    /** The newest view. */
    public StateView view() {
        return view;
    }

    /** A node in {@code dc1} with as much cpu as memory, and disk enough. */
    public static Node node(String id, int amount) {
        return node(id, "dc1", new Resources(amount, amount, 1_000_000));
    }

    /** A node of class {@code c1} with its kernel among the attributes. */
    public static Node node(String id, String datacenter, Resources capacity) {
        TreeMap<String, String> attributes = new TreeMap<>();
        attributes.put("kernel.name", "linux");
        return new Node(id, id, datacenter, "c1", attributes, new TreeMap<>(), capacity);
    }

    /** Registers nodes. */
    public void nodes(Node... nodes) {
        apply(new Command.RegisterNodes(List.of(nodes)));
    }

    /** Marks nodes as down or ready. */
    public void status(NodeStatus status, String... nodeIds) {
        apply(new Command.SetNodeStatus(List.of(nodeIds), status));
    }

    /** Stores a job and answers its evaluation. */
    public Evaluation submit(Job job) {
        CommandOutcome outcome = apply(new Command.SubmitJob(job, Command.ANY_INDEX, 0));
        return evaluation(
                assertInstanceOf(CommandOutcome.JobRegistered.class, outcome).evalId());
    }

    /** A new evaluation of a job that exists. */
    public Evaluation ask(JobKey job) {
        Evaluation.Trigger trigger = Evaluation.Trigger.DEPLOYMENT_WATCHER;
        apply(new Command.CreateEvaluations(List.of(new Command.CreateEvaluations.Asked(job, trigger, 0, 0))));
        return evaluation(Evaluation.idAt(index, 0));
    }

    /** The row of an evaluation that exists. */
    public Evaluation evaluation(long evalId) {
        Evaluation row = view().evaluation(evalId);
        if (row == null) {
            throw new AssertionError("no evaluation " + evalId);
        }
        return row;
    }

    /** Commits one plan. */
    public CommandOutcome.PlanOutcome commit(Plan plan) {
        sequence++;
        CommandOutcome outcome =
                apply(new Command.CommitPlans(TERM, List.of(new Command.CommitPlans.Numbered(sequence, plan))));
        return assertInstanceOf(CommandOutcome.PlansJudged.class, outcome)
                .plans()
                .get(0);
    }

    /** A client says this of one allocation. */
    public void report(Allocation one, ClientStatus client, Health health) {
        apply(new Command.ReportAllocations(
                one.nodeId(), List.of(new Command.ReportAllocations.Report(one.id(), client, health))));
    }

    /** Every live allocation of the job is running and healthy. */
    public void heal(JobKey job) {
        live(job).forEach(one -> report(one, ClientStatus.RUNNING, Health.HEALTHY));
    }

    /** Allocations of the job that hold something, by id. */
    public List<Allocation> live(JobKey job) {
        List<Allocation> live = new ArrayList<>(view().allocationsOfJob(job));
        live.removeIf(Allocation::isTerminal);
        return live;
    }
}
