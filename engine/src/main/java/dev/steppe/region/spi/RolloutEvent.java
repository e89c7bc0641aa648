package dev.steppe.region.spi;

import dev.steppe.model.job.Job;
import dev.steppe.model.job.JobKey;
import dev.steppe.model.rollout.VerbOutcome;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a watcher is told. */
public sealed interface RolloutEvent {
    /**
     * An operator submitted a multi-region job here; wants exactly one {@link RolloutIntent.Reply}.
     *
     * @param ticket unique within the term
     * @param sourceHash hash of {@code job}, for {@link dev.steppe.model.rollout.RolloutMembership#sourceHash()}
     * @param submitTimeMs wall clock, for people only
     */
    record Submitted(long ticket, Job job, long sourceHash, long submitTimeMs) implements RolloutEvent {}

    /**
     * A deployment of a rollout changed in the own region. At start also told of each one that is open, and of each
     * that is its job's newest and failed or was stopped: it may have left work to others. A view already committed and
     * applied.
     */
    record Changed(RegionView view) implements RolloutEvent {}

    /** Something of this job changed in another region: a hint that only starts a pass. */
    record PeerChanged(String region, JobKey job) implements RolloutEvent {}

    /** Answers to a {@link RolloutIntent.Look}, in the order asked. */
    record Looked(long requestId, List<Seen> seen) implements RolloutEvent {
        /** Takes an ordered copy. */
        public Looked {
            seen = List.copyOf(seen);
        }

        /** One region; {@code view} is null if it did not answer in time: UNKNOWN. */
        public record Seen(String region, @Nullable RegionView view) {}
    }

    /**
     * The answer to a {@link RolloutIntent.Stage} or {@link RolloutIntent.Move}.
     *
     * @param view where the region stands after it; null if UNKNOWN
     * @param detail why it was refused; one sentence, else empty
     */
    record Answered(
            long requestId,
            String region,
            VerbOutcome outcome,
            @Nullable RegionView view,
            String detail) implements RolloutEvent {}
}
