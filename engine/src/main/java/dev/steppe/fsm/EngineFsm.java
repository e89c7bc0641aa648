package dev.steppe.fsm;

import dev.steppe.base.Invariant;
import dev.steppe.base.OperatingFault;
import dev.steppe.command.Command;
import dev.steppe.command.CommandCodec;
import dev.steppe.command.CommandOutcome;
import dev.steppe.command.JobCodec;
import dev.steppe.command.MalformedBytes;
import dev.steppe.raft.api.machine.EntryPosition;
import dev.steppe.raft.api.machine.SnapshotImage;
import dev.steppe.raft.api.machine.SnapshotSource;
import dev.steppe.raft.api.machine.StateMachine;
import dev.steppe.state.StateRefill;
import dev.steppe.state.StateStore;
import dev.steppe.state.StateView;
import dev.steppe.state.image.StateImage;
import dev.steppe.state.image.StateImageReader;
import java.util.function.Consumer;
import org.agrona.DirectBuffer;

/**
 * The engine as a function of its log. Owned by the apply agent. For every command that can be decoded there is an
 * outcome, and it depends on the state and the entry alone; a committed entry that cannot be decoded is damaged or from
 * the future, and stops the process.
 */
public final class EngineFsm implements StateMachine<CommandOutcome> {
    private final CommandCodec codec = new CommandCodec();
    private final StateStore store;
    private final PlanCommands plans = new PlanCommands();
    private final JobCommands jobs;
    private final RolloutCommands rollouts;
    private final Consumer<StateView> published;

    /** An empty state; {@code published} takes the view after each batch, for whoever may read it. */
    public EngineFsm(Consumer<StateView> published) {
        this(new StateStore(), published);
    }

    EngineFsm(StateStore store, Consumer<StateView> published) {
        this.store = store;
        this.published = published;
        JobCodec jobCodec = new JobCodec();
        jobs = new JobCommands(jobCodec::specHash);
        rollouts = new RolloutCommands(jobCodec::specHash);
    }

    @Override
    public CommandOutcome apply(EntryPosition at, DirectBuffer buffer, int offset, int length) {
        try {
            return apply(at, codec.decode(buffer, offset, length));
        } catch (MalformedBytes e) {
            throw Invariant.broken(
                    "entry " + at.index() + " of term " + at.term() + " cannot be decoded", e.toString());
        }
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

    @Override
    public void applied(long index, long logTimeMs) {
        published.accept(store.commit(index, logTimeMs));
    }

    @Override
    public long stateHash() {
        return store.tx().stateHash();
    }

    @Override
    public SnapshotImage capture() {
        StateView view = store.view();
        if (view.stateHash() != stateHash()) {
            throw Invariant.broken("captured before what was applied was published: index", view.index());
        }
        return new StateImage(view);
    }

    @Override
    public void restore(SnapshotSource source) throws OperatingFault {
        StateImageReader reader = new StateImageReader(source);
        StateRefill refill = reader.read();
        store.become(refill, reader.index(), reader.logTimeMs());
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
