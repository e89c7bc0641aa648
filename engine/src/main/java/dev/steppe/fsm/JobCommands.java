package dev.steppe.fsm;

import dev.steppe.command.Command;
import dev.steppe.command.CommandOutcome;
import dev.steppe.command.CommandOutcome.Refused.Code;
import dev.steppe.model.job.Job;
import dev.steppe.model.job.JobKey;
import dev.steppe.model.job.JobProblem;
import dev.steppe.model.job.JobRules;
import dev.steppe.model.job.JobVersion;
import dev.steppe.model.placement.Evaluation.Trigger;
import dev.steppe.model.rollout.StatusReason;
import java.util.List;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/** Jobs of one region: submitted and stopped. */
final class JobCommands {
    private final ToLongFunction<Job> specHash;

    JobCommands(ToLongFunction<Job> specHash) {
        this.specHash = specHash;
    }

    CommandOutcome submit(EntryTx entry, Command.SubmitJob command) {
        Job job = command.job();
        JobKey key = job.key();
        CommandOutcome refusal = invalid(entry, job);
        if (refusal != null) {
            return refusal;
        }
        if (job.multiregion() != null) {
            return entry.refused(
                    Code.INVALID_JOB,
                    "Multiregion names " + job.multiregion().regions().size()
                            + " regions; a job of several regions is staged by a rollout, not submitted to one region");
        }
        long checkIndex = entry.checkIndex(key);
        if (command.checkIndex() != Command.ANY_INDEX && command.checkIndex() != checkIndex) {
            return conflict(entry, key, command.checkIndex(), checkIndex);
        }
        JobVersion current = entry.state().job(key);
        long hash = specHash.applyAsLong(job);
        JobVersion row = current != null && !current.stopped() && current.specHash() == hash
                ? current
                : register(entry, current, command, hash);
        long evalId = entry.ask(row, Trigger.JOB_REGISTER, 0, 0);
        return new CommandOutcome.JobRegistered(
                entry.index(), row.version(), evalId, row.indexes().jobModifyIndex());
    }

    CommandOutcome stop(EntryTx entry, Command.StopJob command) {
        JobKey key = command.job();
        JobVersion current = entry.state().job(key);
        if (current == null && entry.state().staged(key) == null) {
            return entry.refused(Code.NOT_FOUND, "job " + key + " does not exist");
        }
        DeploymentMoves.dropStaged(entry, key, StatusReason.STOPPED);
        DeploymentMoves.cancelActive(entry, key, StatusReason.STOPPED);
        if (current == null) {
            return entry.done();
        }
        JobVersion stopped = JobRows.stopped(current, entry.index());
        entry.state().putJob(stopped);
        long evalId = entry.ask(stopped, Trigger.JOB_DEREGISTER, 0, 0);
        return new CommandOutcome.JobRegistered(
                entry.index(), stopped.version(), evalId, stopped.indexes().jobModifyIndex());
    }

    /** The refusal of a job that breaks a rule, or null. */
    static @Nullable CommandOutcome invalid(EntryTx entry, Job job) {
        List<JobProblem> problems = JobRules.check(job);
        if (problems.isEmpty()) {
            return null;
        }
        String more = problems.size() == 1 ? "" : " (and " + (problems.size() - 1) + " more)";
        return entry.refused(Code.INVALID_JOB, problems.get(0).sentence() + more);
    }

    static CommandOutcome conflict(EntryTx entry, JobKey key, long given, long now) {
        return entry.refused(
                Code.INDEX_CONFLICT,
                "job " + key + " was read at check index " + given + ", and it is " + now + " now; read it again");
    }

    private static JobVersion register(
            EntryTx entry, @Nullable JobVersion current, Command.SubmitJob command, long hash) {
        Job job = command.job();
        long version = entry.nextVersion(job.key());
        DeploymentMoves.dropStaged(entry, job.key(), StatusReason.SUPERSEDED);
        JobVersion row = JobRows.submittedAt(
                JobRows.next(current, job, version, version, hash, entry.index()), command.submitTimeMs());
        entry.state().putJob(row);
        return row;
    }
}
