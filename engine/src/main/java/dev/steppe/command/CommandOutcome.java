package dev.steppe.command;

import dev.steppe.model.rollout.Deployment;
import dev.steppe.model.rollout.VerbOutcome;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What apply answers to the one who proposed a command. A refusal is one of them, never an exception. */
public sealed interface CommandOutcome {
    /** Done, or nothing to do; nothing more to say. */
    record Done(long index) implements CommandOutcome {}

    /**
     * The job is stored.
     *
     * @param version its version now
     * @param evalId the evaluation that looks at it
     * @param jobModifyIndex check index of the next submission
     */
    record JobRegistered(long index, long version, long evalId, long jobModifyIndex) implements CommandOutcome {}

    /** The version is staged; its deployment is pending. */
    record JobStaged(long index, long version, long deploymentId) implements CommandOutcome {}

    /**
     * A verb was answered.
     *
     * @param deployment where the deployment stands after it; null if this region knows none of the rollout
     */
    record RolloutMoved(
            long index, VerbOutcome outcome, @Nullable Deployment deployment) implements CommandOutcome {}

    /** One answer for each plan, in order. */
    record PlansJudged(long index, List<PlanOutcome> plans) implements CommandOutcome {
        /** Takes an ordered copy. */
        public PlansJudged {
            plans = List.copyOf(plans);
        }
    }

    /**
     * What became of one plan.
     *
     * @param sequence the plan's
     * @param placedCount rows of {@code places} that hold
     * @param refusedCount rows of {@code places} that do not
     * @param refusal why the whole plan was refused, or the first refused row; empty if all of it holds
     */
    record PlanOutcome(long sequence, int placedCount, int refusedCount, String refusal) {
        /** Whether all of it holds. */
        public boolean isFull() {
            return refusal.isEmpty();
        }
    }

    /**
     * Nothing changed.
     *
     * @param code why, for programs
     * @param sentence what, where, what to do; for people
     */
    record Refused(long index, Code code, String sentence) implements CommandOutcome {
        /** Why a command changed nothing. */
        public enum Code {
            /** The job breaks a rule; the sentence names the field. */
            INVALID_JOB,
            /** A node breaks a rule; the sentence names the field. */
            INVALID_NODE,
            /** The check index is not the one of now. */
            INDEX_CONFLICT,
            /** A version at or above the given one exists here. */
            VERSION_TOO_LOW,
            /** No such job, deployment or node. */
            NOT_FOUND,
            /** Not possible in the state that it is in. */
            WRONG_STATE,
            /** The proposer's term is over. */
            STALE_TERM
        }
    }
}
