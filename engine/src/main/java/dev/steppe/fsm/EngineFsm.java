package dev.steppe.fsm;

import dev.steppe.base.Invariant;
import dev.steppe.command.Command;
import dev.steppe.command.CommandOutcome;
import dev.steppe.model.job.Job;
import dev.steppe.raft.api.EntryPosition;
import dev.steppe.state.StateStore;
import dev.steppe.state.StateView;
import java.util.function.Consumer;
import java.util.function.ToLongFunction;

/**
 * The engine as a function of its log. Owned by the apply agent. For every command that can be decoded there is an
 * outcome, and it depends on the state and the entry alone.
 */
public final class EngineFsm {
    private final StateStore store;
    private final PlanCommands plans = new PlanCommands();
    private final JobCommands jobs;
    private final RolloutCommands rollouts;
    private final Consumer<StateView> published;

    EngineFsm(StateStore store, ToLongFunction<Job> specHash, Consumer<StateView> published) {
        this.store = store;
        jobs = new JobCommands(specHash);
        rollouts = new RolloutCommands(specHash);
        this.published = published;
    }

    /** Applies one command and answers what became of it. */
    public CommandOutcome apply(EntryPosition at, Command command) {
        EntryTx entry = new EntryTx(store.tx(), at);
        if (command instanceof Command.CommitPlans one) {
            return plans.commit(entry, one);
        }
        if (command instanceof Command.ConcludeEvaluations one) {
            return EvaluationCommands.conclude(entry, one);
        }
        if (command instanceof Command.CreateEvaluations one) {
            return EvaluationCommands.create(entry, one);
        }
        if (command instanceof Command.ReportAllocations one) {
            return ReportCommands.report(entry, one);
        }
        if (command instanceof Command.RegisterNodes one) {
            return NodeCommands.register(entry, one);
        }
        if (command instanceof Command.SetNodeStatus one) {
            return NodeCommands.setStatus(entry, one);
        }
        return applyToJob(entry, command);
    }

    /** Everything up to {@code index} was applied: readers may see it. */
    public void applied(long index, long logTimeMs) {
        published.accept(store.commit(index, logTimeMs));
    }

    /** Hash of the whole state after the last command applied. O(1). */
    public long stateHash() {
        return store.tx().stateHash();
    }

    private CommandOutcome applyToJob(EntryTx entry, Command command) {
        if (command instanceof Command.SubmitJob one) {
            return jobs.submit(entry, one);
        }
        if (command instanceof Command.StopJob one) {
            return jobs.stop(entry, one);
        }
        if (command instanceof Command.FailDeployment one) {
            return RolloutCommands.fail(entry, one);
        }
        if (command instanceof Command.StageJob one) {
            return rollouts.stage(entry, one);
        }
        if (command instanceof Command.MoveRollout one) {
            return RolloutCommands.move(entry, one);
        }
        if (command instanceof Command.RefreshStall one) {
            return RolloutCommands.refreshStall(entry, one);
        }
        throw Invariant.broken(
                "a command that nobody applies", command.getClass().getName());
    }
}
