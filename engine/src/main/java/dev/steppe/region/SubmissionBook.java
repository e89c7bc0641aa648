package dev.steppe.region;

import dev.steppe.command.JobCodec;
import dev.steppe.model.job.Job;
import dev.steppe.model.job.JobKey;
import dev.steppe.model.job.Multiregion;
import dev.steppe.region.FederationOutput.Wish;
import dev.steppe.region.spi.RolloutEvent;
import dev.steppe.region.spi.RolloutIntent;
import java.util.TreeMap;

/**
 * Submissions that came in here and were not answered yet, at most one a job, and how many request and answer pairs
 * each region saw for each (R52: two before it is run). Owned by the federation machine.
 */
final class SubmissionBook {
    private static final class Open {
        private final long clientToken;
        private final JobKey job;
        private final TreeMap<String, Integer> pairs = new TreeMap<>();

        private Open(long clientToken, JobKey job) {
            this.clientToken = clientToken;
            this.job = job;
        }
    }

    private final RegionDirectory directory;
    private final JobCodec codec = new JobCodec();
    private final TreeMap<Long, Open> open = new TreeMap<>();
    private long lastTicket;

    SubmissionBook(RegionDirectory directory) {
        this.directory = directory;
    }

    /** Hands a submission to the watcher, or answers at once why not. */
    void submit(long clientToken, Job job, long submitTimeMs, FederationOutput output) {
        String refusal = refusal(job);
        if (!refusal.isEmpty()) {
            output.wish(new Wish.Refused(clientToken, refusal));
            return;
        }
        open.put(++lastTicket, new Open(clientToken, job.key()));
        output.tell(new RolloutEvent.Submitted(lastTicket, job, codec.specHash(job), submitTimeMs));
    }

    private String refusal(Job job) {
        Multiregion multiregion = job.multiregion();
        if (multiregion == null) {
            return "the job names no regions: submit it as a job of one region";
        }
        for (String region : multiregion.regionNames()) {
            if (!directory.isKnown(region)) {
                return "region " + region + " of the job is not federated with this one; known are "
                        + String.join(", ", directory.regions());
            }
        }
        boolean isOpen = open.values().stream().anyMatch(one -> one.job.equals(job.key()));
        return isOpen ? "another submission of " + job.key() + " is under way here: submit again when it is over" : "";
    }

    /** The watcher's answer; one to an unknown ticket is passed over. */
    void reply(RolloutIntent.Reply reply, FederationOutput output) {
        Open one = open.remove(reply.requestId());
        if (one == null) {
            return;
        }
        output.wish(
                reply.refusal().isEmpty()
                        ? new Wish.Registered(one.clientToken, reply.rolloutId(), reply.version(), one.pairs)
                        : new Wish.Refused(one.clientToken, reply.refusal()));
    }

    /** {@code region} answered a request that is part of the registration of {@code job}. */
    void countPair(JobKey job, String region) {
        for (Open one : open.values()) {
            if (one.job.equals(job)) {
                one.pairs.merge(region, 1, Integer::sum);
            }
        }
    }

    /**
     * Answers all: their outcome is unknown. Tickets go on counting, so that a reply of the watcher that is still on
     * its way finds nobody.
     */
    void close(String sentence, FederationOutput output) {
        open.values().forEach(one -> output.wish(new Wish.Unknown(one.clientToken, sentence)));
        open.clear();
    }
}
