package dev.steppe.fsm;

import dev.steppe.base.Invariant;
import dev.steppe.command.CommandOutcome;
import dev.steppe.command.CommandOutcome.Refused.Code;
import dev.steppe.model.job.JobKey;
import dev.steppe.model.job.JobVersion;
import dev.steppe.model.placement.Evaluation;
import dev.steppe.model.rollout.Deployment;
import dev.steppe.model.rollout.StagedSpec;
import dev.steppe.raft.api.machine.EntryPosition;
import dev.steppe.state.StateTx;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One entry at work: where it stands in the log, the transaction that it writes, and the ids that it gives away. */
final class EntryTx {
    /** Evaluations, and deployments, that one entry may create: the low 16 bits of their ids. */
    static final int IDS_MAX = 1 << 16;

    private final StateTx state;
    private final long index;
    private final long term;
    private final long logTimeMs;
    private int evaluationCount;
    private int deploymentCount;

    EntryTx(StateTx state, EntryPosition at) {
        this.state = state;
        index = at.index();
        term = at.term();
        logTimeMs = at.logTimeMs();
    }

    StateTx state() {
        return state;
    }

    long index() {
        return index;
    }

    long term() {
        return term;
    }

    /** Log time {@code durationMs} after this entry; the end of time if that is beyond it. */
    long afterMs(long durationMs) {
        long sum = logTimeMs + durationMs;
        return sum < logTimeMs ? Long.MAX_VALUE : sum;
    }

    /** Asks about {@code job}: stores a pending evaluation and answers its id. */
    long ask(JobVersion job, Evaluation.Trigger trigger, long waitUntilMs, long deploymentId) {
        long id = nextId(evaluationCount++);
        state.putEvaluation(new Evaluation(
                id,
                job.key(),
                job.spec().priority(),
                trigger,
                Evaluation.Status.PENDING,
                waitUntilMs,
                deploymentId,
                0,
                List.of(),
                index,
                index));
        return id;
    }

    long nextDeploymentId() {
        return nextId(deploymentCount++);
    }

    /** Highest version of the job here, current or staged; -1 if there is none. */
    long highestVersion(JobKey key) {
        JobVersion current = state.job(key);
        StagedSpec staged = state.staged(key);
        return Math.max(current == null ? -1 : current.version(), staged == null ? -1 : staged.version());
    }

    /**
     * The version of what is registered now: above every version that is here, and above every one that was staged and
     * never ran, because that one's deployment is kept and would be taken for this one's.
     */
    long nextVersion(JobKey key) {
        long highest = highestVersion(key);
        for (Deployment deployment : state.deploymentsOfJob(key)) {
            highest = Math.max(highest, deployment.version().jobVersion());
        }
        return highest + 1;
    }

    /** What a submission must have read: the last write of the spec, current or staged; 0 if there is none. */
    long checkIndex(JobKey key) {
        JobVersion current = state.job(key);
        StagedSpec staged = state.staged(key);
        return Math.max(
                current == null ? 0 : current.indexes().jobModifyIndex(), staged == null ? 0 : staged.stagedIndex());
    }

    /** The deployment that waits with the staged version, or null. */
    @Nullable
    Deployment pendingOf(StagedSpec staged) {
        return state.deployment(staged.deploymentId());
    }

    CommandOutcome refused(Code code, String sentence) {
        return new CommandOutcome.Refused(index, code, sentence);
    }

    CommandOutcome done() {
        return new CommandOutcome.Done(index);
    }

    private long nextId(int place) {
        if (place >= IDS_MAX) {
            throw Invariant.broken("an entry gave away more ids than it has: index, ids", index, place);
        }
        return Evaluation.idAt(index, place);
    }
}
