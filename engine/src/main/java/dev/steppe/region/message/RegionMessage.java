package dev.steppe.region.message;

import dev.steppe.command.Command;
import dev.steppe.model.job.JobKey;
import dev.steppe.model.rollout.VerbOutcome;
import dev.steppe.region.spi.RegionView;
import org.jspecify.annotations.Nullable;

/** The whole conversation between regions. Who says it is what the link knows, never what a message claims. */
public sealed interface RegionMessage {
    /**
     * Identity of a request: unique among those of the asking region, because a term has one leader.
     *
     * @param term the asking leader's
     * @param sequence 1 and up within the term
     */
    record RequestId(long term, long sequence) {}

    /** What is asked; the same id may arrive more than once. */
    sealed interface Request extends RegionMessage {
        /** Comes back in the answer. */
        RequestId id();
    }

    /** What is answered. */
    sealed interface Answer extends RegionMessage {
        /** The request's. */
        RequestId id();
    }

    /** A linearizable view of a job, please; see {@link dev.steppe.region.spi.RolloutIntent.Look}. */
    record Look(RequestId id, JobKey job, String rolloutId) implements Request {}

    /** Write this, please: a {@link Command.StageJob} or a {@link Command.MoveRollout}. */
    record Ask(RequestId id, Command command) implements Request {}

    /** The answer to a {@link Look}. */
    record Seen(RequestId id, RegionView view) implements Answer {}

    /**
     * The answer to an {@link Ask}.
     *
     * @param view where the region stands after it; null if nothing was even proposed
     * @param detail why it was refused; one sentence, else empty
     */
    record Answered(
            RequestId id, VerbOutcome outcome, @Nullable RegionView view, String detail) implements Answer {}

    /** This server does not lead its region; {@code leaderId} is the member that does, -1 while nobody is known to. */
    record NotLeader(RequestId id, int leaderId) implements Answer {}

    /** A rollout of this job moved in the region that says so. Not answered; may be lost. */
    record Hint(JobKey job) implements RegionMessage {}
}
