package dev.steppe.broker;

import dev.steppe.model.job.JobKey;
import dev.steppe.model.placement.Evaluation;

/** What the broker wishes for. Called on the broker's own thread, in a defined order; must not call back. */
public interface BrokerOutput {
    /**
     * Propose this conclusion; said again after a lease's time if no row says so by then. CANCELED: another evaluation
     * of the job answers it too. FAILED: it came back without an answer too often.
     */
    void conclude(Evaluation evaluation, Evaluation.Status status);

    /** Propose a new evaluation of the job, not asked before log time {@code waitUntilMs}. */
    void followUp(JobKey job, Evaluation.Trigger trigger, long waitUntilMs);
}
