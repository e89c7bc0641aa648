package dev.steppe.applier;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steppe.broker.BrokerConfig;
import dev.steppe.broker.BrokerOutput;
import dev.steppe.broker.EvalBroker;
import dev.steppe.broker.Lease;
import dev.steppe.command.Command;
import dev.steppe.command.Command.ConcludeEvaluations.Conclusion;
import dev.steppe.command.CommandOutcome;
import dev.steppe.fsm.EngineFsm;
import dev.steppe.model.job.JobKey;
import dev.steppe.model.job.Resources;
import dev.steppe.model.node.NodeRow;
import dev.steppe.model.placement.Allocation;
import dev.steppe.model.placement.Evaluation;
import dev.steppe.model.placement.Plan;
import dev.steppe.planner.EvalRun;
import dev.steppe.raft.api.machine.EntryPosition;
import dev.steppe.rank.RoomChange;
import dev.steppe.state.StateStore;
import dev.steppe.state.StateView;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The leader of one region without Raft: broker, applier, state machine and a log that is a queue. Owned by one thread;
 * only {@link #view} may be read by others. After every entry each node that it touched is counted anew: what runs
 * there must fit into it.
 */
final class LoadRegion implements ApplierOutput, BrokerOutput {
    private final EngineFsm fsm = new EngineFsm(newer -> published = newer);
    private final EvalBroker broker = new EvalBroker(BrokerConfig.DEFAULT, this);
    private final PlanApplier applier;
    private final ArrayDeque<Entry> log = new ArrayDeque<>();
    private final ArrayDeque<Judged> outcomes = new ArrayDeque<>();
    private final TreeMap<Long, Consumer<PlanAnswer>> waiting = new TreeMap<>();
    private final EntryPosition at = new EntryPosition();
    private final List<Applied> history = new ArrayList<>();
    private volatile StateView published = new StateStore().view();
    private long term = 1;
    private long index;
    private long lastTicket;
    private long nowMs;

    LoadRegion(ApplierConfig config) {
        applier = new PlanApplier(config, this, published);
        applier.changeTerm(term);
        broker.reset(0);
    }

    private record Entry(long term, Command command) {}

    /** One entry of the log, as it was applied. */
    record Applied(long index, long term, long logTimeMs, Command command) {}

    /** Everything that was applied, in order. */
    List<Applied> history() {
        return history;
    }

    private record Judged(Command.CommitPlans entry, CommandOutcome outcome) {}

    StateView view() {
        return published;
    }

    ApplierCounters counters() {
        return applier.counters();
    }

    EvalBroker broker() {
        return broker;
    }

    long nowMs() {
        return nowMs;
    }

    void pass(long ms) {
        nowMs += ms;
        broker.advance(nowMs);
    }

    @Nullable
    Lease lease() {
        return broker.lease(nowMs);
    }

    void write(Command command) {
        log.add(new Entry(term, command));
    }

    boolean hasRoom() {
        return applier.hasRoom();
    }

    boolean isLogEmpty() {
        return log.isEmpty();
    }

    void offer(Plan plan, Consumer<PlanAnswer> answered) {
        waiting.put(++lastTicket, answered);
        applier.offer(lastTicket, plan);
    }

    void flush() {
        applier.flush();
    }

    /** The applier reads the newest view. */
    void look() {
        applier.observe(published);
    }

    /** The applier reads the newest view, then what apply said. */
    void listen() {
        look();
        while (!outcomes.isEmpty()) {
            Judged one = outcomes.poll();
            applier.judged(one.entry(), one.outcome());
        }
    }

    void conclude(Evaluation evaluation, EvalRun.Step.Conclude end) {
        Conclusion one = new Conclusion(evaluation.id(), end.status(), end.snapshotIndex(), end.failures());
        write(new Command.ConcludeEvaluations(term, List.of(one)));
        if (end.needsFollowUp()) {
            followUp(evaluation.job(), Evaluation.Trigger.MAX_PLAN_ATTEMPTS, nowMs + 60_000);
        }
    }

    /** Applies the oldest entry; false if there is none. */
    boolean applyNext() {
        Entry entry = log.poll();
        if (entry == null) {
            return false;
        }
        StateView before = published;
        index++;
        history.add(new Applied(index, entry.term(), nowMs, entry.command()));
        CommandOutcome outcome = fsm.apply(at.at(index, entry.term(), nowMs), entry.command());
        if (entry.command() instanceof Command.CommitPlans plans) {
            outcomes.add(new Judged(plans, outcome));
        }
        fsm.applied(index, nowMs);
        StateView after = published;
        for (long id : after.journal().evaluations()) {
            broker.observe(after.evaluation(id), nowMs);
        }
        if (RoomChange.appeared(before, after)) {
            broker.roomAppeared(index);
        }
        for (int ordinal : after.journal().nodeOrdinals()) {
            checkCapacity(after, ordinal);
        }
        return true;
    }

    /** Another leader, which may have kept or lost what was not applied yet. */
    void changeTerm(boolean keepsLog) {
        term++;
        if (!keepsLog) {
            log.clear();
        }
        applier.changeTerm(term);
        while (applyNext()) {
            outcomes.clear();
        }
        outcomes.clear();
        broker.reset(published.index());
        published.forEachOpenEvaluation(row -> broker.observe(row, nowMs));
    }

    static void checkCapacity(StateView view, int ordinal) {
        NodeRow node = view.nodeAt(ordinal);
        Resources used = Resources.NONE;
        for (Allocation one : view.liveAllocationsOn(ordinal)) {
            used = used.plus(one.resources());
        }
        Resources capacity = node.node().capacity();
        boolean fits = used.cpuMhz() <= capacity.cpuMhz()
                && used.memoryMb() <= capacity.memoryMb()
                && used.diskMb() <= capacity.diskMb();
        assertTrue(fits, () -> "over capacity at " + view.index() + ": " + node);
    }

    @Override
    public void propose(Command.CommitPlans entry) {
        write(entry);
    }

    @Override
    public void answer(long ticket, PlanAnswer answer) {
        Consumer<PlanAnswer> answered = waiting.remove(ticket);
        assertTrue(answered != null, "answered twice");
        answered.accept(answer);
    }

    @Override
    public void conclude(Evaluation evaluation, Evaluation.Status status) {
        Conclusion one = new Conclusion(evaluation.id(), status, evaluation.snapshotIndex(), List.of());
        write(new Command.ConcludeEvaluations(term, List.of(one)));
    }

    @Override
    public void followUp(JobKey job, Evaluation.Trigger trigger, long waitUntilMs) {
        List<Command.CreateEvaluations.Asked> asked = new ArrayList<>();
        asked.add(new Command.CreateEvaluations.Asked(job, trigger, waitUntilMs, 0));
        write(new Command.CreateEvaluations(asked));
    }

    /** What an answer means for the run that submitted the plan; null if nobody knows. */
    static EvalRun.@Nullable Step step(EvalRun run, PlanAnswer answer) {
        if (answer instanceof PlanAnswer.Committed one) {
            return run.answered(EvalRun.PlanFate.FULL, one.index());
        }
        if (answer instanceof PlanAnswer.Partial one) {
            return run.answered(EvalRun.PlanFate.PARTIAL, one.index());
        }
        return answer instanceof PlanAnswer.Refused one
                ? run.answered(EvalRun.PlanFate.REFUSED, one.refreshIndex())
                : null;
    }
}
