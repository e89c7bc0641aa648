package dev.steppe.region.spi;

import dev.steppe.model.job.Job;
import dev.steppe.model.job.JobKey;
import dev.steppe.model.rollout.RolloutMembership;
import dev.steppe.model.rollout.RolloutVerb;
import dev.steppe.model.rollout.StatusReason;
import java.util.List;

/**
 * What a watcher may ask for. Request ids are the watcher's, unique since its last start. Asking the own region takes
 * the same way as asking another one.
 */
public sealed interface RolloutIntent {
    /** Comes back in the answer. */
    long requestId();

    /**
     * A linearizable view of each region, answered by {@link RolloutEvent.Looked} once all have answered or their time
     * is over.
     *
     * @param rolloutId whose deployment the views show; empty: the job's newest of any rollout (a probe)
     * @param regions asked in parallel
     */
    record Look(long requestId, JobKey job, String rolloutId, List<String> regions) implements RolloutIntent {
        /** Takes an ordered copy. */
        public Look {
            regions = List.copyOf(regions);
        }
    }

    /**
     * Register a version in a region, inert; answered by {@link RolloutEvent.Answered}.
     *
     * @param checkIndex {@link RegionView#checkIndex()} of that region, as looked at
     */
    record Stage(
            long requestId,
            String region,
            Job spec,
            long version,
            long checkIndex,
            RolloutMembership membership,
            long submitTimeMs)
            implements RolloutIntent {}

    /** A verb to a region; answered by {@link RolloutEvent.Answered}. */
    record Move(
            long requestId,
            String region,
            RolloutVerb verb,
            String rolloutId,
            JobKey job,
            long version,
            StatusReason reason)
            implements RolloutIntent {}

    /** Progress was seen elsewhere: the own deployment's stall time starts anew; not answered. */
    record RefreshStall(long requestId, String rolloutId, JobKey job) implements RolloutIntent {}

    /**
     * The answer to a submission ({@link RolloutEvent.Submitted}); {@code requestId} is its ticket.
     *
     * @param refusal empty if the version is registered everywhere and started; else one sentence
     * @param rolloutId empty if refused, or if nothing had changed
     */
    record Reply(long requestId, String refusal, String rolloutId, long version) implements RolloutIntent {}
}
