package dev.steppe.fsm;

import dev.steppe.command.Command;
import dev.steppe.command.CommandOutcome;
import dev.steppe.command.CommandOutcome.Refused.Code;
import dev.steppe.model.job.JobVersion;
import dev.steppe.model.placement.Evaluation;
import dev.steppe.model.placement.GroupFailure;
import java.util.List;

/** Questions are raised and concluded. */
final class EvaluationCommands {
    private EvaluationCommands() {}

    static CommandOutcome create(EntryTx entry, Command.CreateEvaluations command) {
        if (command.asked().size() > EntryTx.IDS_MAX) {
            return entry.refused(
                    Code.WRONG_STATE,
                    command.asked().size() + " evaluations in one entry, at most " + EntryTx.IDS_MAX
                            + "; ask in parts");
        }
        for (Command.CreateEvaluations.Asked asked : command.asked()) {
            JobVersion job = entry.state().job(asked.job());
            if (job != null) {
                entry.ask(job, asked.trigger(), asked.waitUntilMs(), asked.deploymentId());
            }
        }
        return entry.done();
    }

    /** A conclusion that leaves its evaluation pending is none and is passed over. */
    static CommandOutcome conclude(EntryTx entry, Command.ConcludeEvaluations command) {
        if (command.term() != entry.term()) {
            return entry.refused(
                    Code.STALE_TERM, "concluded in term " + command.term() + ", written in term " + entry.term());
        }
        for (Command.ConcludeEvaluations.Conclusion conclusion : command.conclusions()) {
            Evaluation evaluation = entry.state().evaluation(conclusion.evalId());
            boolean isConclusion = conclusion.status() != Evaluation.Status.PENDING;
            if (isConclusion && evaluation != null && !evaluation.status().isTerminal()) {
                entry.state()
                        .putEvaluation(evaluation.withStatus(
                                conclusion.status(), conclusion.snapshotIndex(), failures(conclusion), entry.index()));
            }
        }
        return entry.done();
    }

    private static List<GroupFailure> failures(Command.ConcludeEvaluations.Conclusion conclusion) {
        return switch (conclusion.status()) {
            case COMPLETE, BLOCKED -> conclusion.failures();
            case PENDING, FAILED, CANCELED -> List.of();
        };
    }
}
