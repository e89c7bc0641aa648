package dev.steppe.model.placement;

import dev.steppe.model.job.JobKey;
import java.util.List;

/**
 * A question about one job: does what runs match what is wanted? ({@code scheduling.md} 1.7).
 *
 * @param id index of the entry that created it, shifted left by 16, plus its place in the entry
 * @param priority the job's
 * @param waitUntilMs log time before which it is not asked; 0 = at once
 * @param deploymentId deployment that it is about; 0 = none
 * @param snapshotIndex index of the view that the last answer was given on; 0 = never asked
 * @param failures groups that found no node, one each; empty unless COMPLETE or BLOCKED
 * @param createIndex entry that created it
 * @param modifyIndex entry that last changed it
 */
public record Evaluation(
        long id,
        JobKey job,
        int priority,
        Trigger trigger,
        Status status,
        long waitUntilMs,
        long deploymentId,
        long snapshotIndex,
        List<GroupFailure> failures,
        long createIndex,
        long modifyIndex) {
    /** Takes an ordered copy. */
    public Evaluation {
        failures = List.copyOf(failures);
    }

    /** The id of the evaluation at {@code place} (0..65,535) of entry {@code index}; deployments count the same way. */
    public static long idAt(long index, int place) {
        return index << 16 | place;
    }

    /** Why it is asked ({@code scheduling.md} 1.7.2). */
    public enum Trigger {
        JOB_REGISTER,
        JOB_DEREGISTER,
        NODE_UPDATE,
        ALLOC_FAILURE,
        DEPLOYMENT_WATCHER,
        QUEUED_ALLOCS,
        FAILED_FOLLOW_UP,
        MAX_PLAN_ATTEMPTS
    }

    /** How far it has come. */
    public enum Status {
        /** Waits for a planner, or is with one. */
        PENDING,
        /** Some group found no node; asked again when room appears. */
        BLOCKED,
        COMPLETE,
        FAILED,
        /** A newer evaluation of the job answers it too. */
        CANCELED;

        /** Whether nobody will ask it again. */
        public boolean isTerminal() {
            return this == COMPLETE || this == FAILED || this == CANCELED;
        }
    }

    /** The same evaluation with another status, answered on the view at {@code snapshot}, written by {@code index}. */
    public Evaluation withStatus(Status newStatus, long snapshot, List<GroupFailure> newFailures, long index) {
        return new Evaluation(
                id,
                job,
                priority,
                trigger,
                newStatus,
                waitUntilMs,
                deploymentId,
                snapshot,
                newFailures,
                createIndex,
                index);
    }
}
