package dev.steppe.multiregion;

import dev.steppe.base.Invariant;
import dev.steppe.model.job.Job;
import dev.steppe.model.job.JobProblem;
import dev.steppe.model.job.JobRules;
import dev.steppe.model.job.Multiregion;
import dev.steppe.model.job.Multiregion.RegionSpec;
import dev.steppe.model.rollout.RolloutMembership;
import dev.steppe.model.rollout.RolloutVerb;
import dev.steppe.model.rollout.StatusReason;
import dev.steppe.model.rollout.VerbOutcome;
import dev.steppe.region.spi.RegionView;
import dev.steppe.region.spi.RolloutEvent.Answered;
import dev.steppe.region.spi.RolloutEvent.Looked;
import dev.steppe.region.spi.RolloutEvent.Submitted;
import dev.steppe.region.spi.RolloutIntent;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The coordinator of one submission ({@code multiregion.md} 2.6): probe everywhere, stage at the arbiter, stage at the
 * rest, start the first ones; or take everything back. Replies once. The arbiter is the region of the smallest name: of
 * two submissions at the same time one loses there, before it wrote anything elsewhere. Owned by the watcher.
 */
final class Submission implements Outbox.Asker {
    private enum Phase {
        PROBING,
        STAGING_ARBITER,
        STAGING_REST,
        STARTING,
        ABORTING,
        OVER
    }

    private final WatcherSettings settings;
    private final Outbox outbox;
    private final Submitted submitted;
    private final String rolloutId;
    private final Multiregion multiregion;
    private final Probe probe = new Probe();
    /** Regions that a phase still waits for. */
    private final TreeSet<String> open = new TreeSet<>();
    /** Copies by region, in order of names: the first is the arbiter's. */
    private final TreeMap<String, Job> copies = new TreeMap<>();

    private Phase phase = Phase.PROBING;
    private String refusal = "";
    private long version;
    private long retryMs = Long.MAX_VALUE;

    Submission(
            WatcherSettings settings, Outbox outbox, Submitted submitted, String rolloutId, Multiregion multiregion) {
        this.settings = settings;
        this.outbox = outbox;
        this.submitted = submitted;
        this.rolloutId = rolloutId;
        this.multiregion = multiregion;
    }

    /** Whether it replied and has nothing to take back or to repeat. */
    boolean isOver() {
        return phase == Phase.OVER;
    }

    long nextDeadlineMs() {
        return retryMs;
    }

    /** Checks the document and every copy here, before any message; then asks everybody. */
    void begin() {
        List<JobProblem> problems = JobRules.check(submitted.job());
        if (!problems.isEmpty()) {
            refuse(problems.get(0).sentence());
            return;
        }
        for (RegionSpec region : multiregion.regions()) {
            Job copy = Interpolation.copyFor(submitted.job(), region);
            List<JobProblem> copyProblems = JobRules.check(copy);
            if (!copyProblems.isEmpty()) {
                refuse("the copy for region " + region.name() + " breaks a rule: "
                        + copyProblems.get(0).sentence());
                return;
            }
            copies.put(region.name(), copy);
        }
        outbox.ask(this, id -> new RolloutIntent.Look(id, submitted.job().key(), "", multiregion.regionNames()));
    }

    @Override
    public void looked(Looked looked, long nowMs) {
        probe.add(looked);
        if (!probe.silent().isEmpty()) {
            refuse("region " + String.join(", ", probe.silent()) + " did not answer, nothing was registered anywhere: "
                    + "submit again when it does");
            return;
        }
        List<String> regions = multiregion.regionNames();
        if (probe.isUnchanged(submitted.sourceHash(), regions)) {
            reply("", probe.nextVersion(regions) - 1);
            phase = Phase.OVER;
        } else {
            version = probe.nextVersion(regions);
            phase = Phase.STAGING_ARBITER;
            stage(copies.firstKey(), copies.firstEntry().getValue());
        }
    }

    private void stage(String region, Job copy) {
        open.add(region);
        RolloutMembership membership = new RolloutMembership(
                rolloutId,
                region,
                multiregion.regionNames(),
                multiregion.maxParallel(),
                multiregion.onFailure(),
                submitted.sourceHash(),
                stallAfterMs(),
                0);
        long checkIndex = probe.checkIndex(region);
        outbox.ask(
                this,
                id -> new RolloutIntent.Stage(
                        id, region, copy, version, checkIndex, membership, submitted.submitTimeMs()));
    }

    private RegionSpec spec(String region) {
        for (RegionSpec spec : multiregion.regions()) {
            if (spec.name().equals(region)) {
                return spec;
            }
        }
        throw Invariant.broken("a region answered that was not asked", region);
    }

    /** The longest progress deadline of the job ({@code multiregion.md} 2.8). */
    private long stallAfterMs() {
        long longestMs = 0;
        for (var group : submitted.job().groups()) {
            longestMs = Math.max(longestMs, group.update().progressDeadlineMs());
        }
        return longestMs == 0 ? settings.stallMs() : longestMs;
    }

    private void move(String region, RolloutVerb verb, StatusReason reason) {
        open.add(region);
        outbox.ask(
                this,
                id -> new RolloutIntent.Move(
                        id, region, verb, rolloutId, submitted.job().key(), version, reason));
    }

    @Override
    public void answered(Answered answered, long nowMs) {
        switch (phase) {
            case STAGING_ARBITER, STAGING_REST -> staged(answered);
            case STARTING, ABORTING -> confirmed(answered, nowMs);
            case PROBING, OVER -> {}
        }
    }

    private void staged(Answered answered) {
        String region = answered.region();
        RegionView view = answered.view();
        boolean isStaged = answered.outcome() == VerbOutcome.APPLIED || answered.outcome() == VerbOutcome.ALREADY;
        if (!isStaged && view != null && refusal.isEmpty() && probe.isKnownProgress(view)) {
            probe.replace(view);
            stage(region, Interpolation.copyFor(submitted.job(), spec(region)));
            return;
        }
        open.remove(region);
        if (!isStaged && refusal.isEmpty()) {
            refusal = answered.outcome() == VerbOutcome.UNKNOWN
                    ? "region " + region
                            + " did not answer whether it registered the job; it is taken back everywhere: "
                            + "submit again"
                    : "region " + region + " did not register the job: " + answered.detail();
        }
        if (!open.isEmpty()) {
            return;
        }
        if (!refusal.isEmpty()) {
            abort();
        } else if (phase == Phase.STAGING_ARBITER && copies.size() > 1) {
            phase = Phase.STAGING_REST;
            copies.tailMap(copies.firstKey(), false).forEach(this::stage);
        } else {
            start();
        }
    }

    /** The first regions in list order, all at once; then the operator has the answer. */
    private void start() {
        phase = Phase.STARTING;
        List<String> order = multiregion.regionNames();
        int limit = multiregion.maxParallel() == 0 ? order.size() : Math.min(order.size(), multiregion.maxParallel());
        order.subList(0, limit).forEach(region -> move(region, RolloutVerb.RUN, StatusReason.NONE));
        reply(rolloutId, version);
    }

    /** Takes back what may have been staged; the operator need not wait for it. */
    private void abort() {
        refuse(refusal);
        boolean isArbiterOnly = phase == Phase.STAGING_ARBITER;
        phase = Phase.ABORTING;
        List<String> touched = isArbiterOnly ? List.of(copies.firstKey()) : List.copyOf(copies.keySet());
        touched.forEach(region -> move(region, RolloutVerb.UNSTAGE, StatusReason.ABORTED));
    }

    /** Whatever a region answers is final, except that it did not answer. */
    private void confirmed(Answered answered, long nowMs) {
        if (answered.outcome() == VerbOutcome.UNKNOWN) {
            retryMs = nowMs + settings.tickMs();
            return;
        }
        open.remove(answered.region());
        if (open.isEmpty()) {
            phase = Phase.OVER;
            retryMs = Long.MAX_VALUE;
        }
    }

    /** Asks again those that did not answer. */
    void retry(long nowMs) {
        if (nowMs < retryMs) {
            return;
        }
        retryMs = Long.MAX_VALUE;
        RolloutVerb verb = phase == Phase.STARTING ? RolloutVerb.RUN : RolloutVerb.UNSTAGE;
        StatusReason reason = phase == Phase.STARTING ? StatusReason.NONE : StatusReason.ABORTED;
        List.copyOf(open).forEach(region -> move(region, verb, reason));
    }

    private void refuse(String sentence) {
        phase = Phase.OVER;
        outbox.tell(new RolloutIntent.Reply(submitted.ticket(), sentence, "", -1));
    }

    private void reply(String repliedRollout, long repliedVersion) {
        outbox.tell(new RolloutIntent.Reply(submitted.ticket(), "", repliedRollout, repliedVersion));
    }
}
