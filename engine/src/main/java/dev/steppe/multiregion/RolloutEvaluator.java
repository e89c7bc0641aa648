package dev.steppe.multiregion;

import dev.steppe.model.job.JobKey;
import dev.steppe.model.rollout.Deployment;
import dev.steppe.model.rollout.DeploymentStatus;
import dev.steppe.model.rollout.RolloutMembership;
import dev.steppe.model.rollout.RolloutVerb;
import dev.steppe.model.rollout.StatusReason;
import dev.steppe.model.rollout.VerbOutcome;
import dev.steppe.region.spi.RolloutEvent.Answered;
import dev.steppe.region.spi.RolloutEvent.Looked;
import dev.steppe.region.spi.RolloutIntent;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/**
 * One rollout as one region sees it through: a pass looks at every region and takes the step that {@link PassRules}
 * names. Level-triggered: a pass begins whenever something may have changed, one at a time, and again after every
 * answer that was not the expected one. Owned by the watcher.
 */
final class RolloutEvaluator implements Outbox.Asker {
    /** Passes in a row that answers may start before the next one waits for the tick. */
    private static final int RUSH_MAX_COUNT = 16;

    private final WatcherSettings settings;
    private final Outbox outbox;
    private final RolloutMembership rollout;
    private final JobKey job;
    private final StallWatch stall;
    private final List<String> started = new ArrayList<>();
    private final ArrayDeque<String> toStart = new ArrayDeque<>();

    private Deployment own;
    private int unansweredCount;
    private int rushCount;
    private boolean isDirty;
    private boolean hasPushed;
    private boolean isDone;
    private long nextPassMs;
    private long barrierSinceMs = Long.MAX_VALUE;

    RolloutEvaluator(WatcherSettings settings, Outbox outbox, Deployment own, RolloutMembership rollout) {
        this.settings = settings;
        this.outbox = outbox;
        this.own = own;
        this.rollout = rollout;
        job = own.job();
        stall = new StallWatch(settings, rollout.regions().size());
    }

    JobKey job() {
        return job;
    }

    /** Whether nothing is left to do; it is told nothing more. */
    boolean isDone() {
        return isDone;
    }

    long nextDeadlineMs() {
        return nextPassMs;
    }

    /** The own region's part as it is now; starts a pass if it is another one than before. */
    void changed(Deployment deployment, long nowMs) {
        boolean hasMoved = own.status() != deployment.status() || !own.groups().equals(deployment.groups());
        own = deployment;
        if (hasMoved) {
            wake(nowMs);
        }
    }

    /** Something may have changed: begins a pass, or remembers to when the one under way is over. */
    void wake(long nowMs) {
        rushCount = 0;
        begin(nowMs);
    }

    private void begin(long nowMs) {
        if (unansweredCount > 0) {
            isDirty = true;
            nextPassMs = nowMs + settings.tickMs();
            return;
        }
        isDirty = false;
        nextPassMs = nowMs + settings.tickMs();
        unansweredCount++;
        outbox.ask(this, id -> new RolloutIntent.Look(id, job, rollout.rolloutId(), rollout.regions()));
    }

    @Override
    public void looked(Looked looked, long nowMs) {
        unansweredCount--;
        RolloutPicture picture = RolloutPicture.of(own, rollout, looked);
        for (Standing standing : picture.standings()) {
            if (standing.isPastPending() && !started.contains(standing.region())) {
                started.add(standing.region());
            }
        }
        stall.see(picture, nowMs);
        take(PassRules.next(picture, started, hasPushed), picture, nowMs);
        if (unansweredCount == 0 && isDirty && !isDone) {
            begin(nowMs);
        }
    }

    private void take(PassStep step, RolloutPicture picture, long nowMs) {
        if (!(step instanceof PassStep.Prepare)) {
            barrierSinceMs = Long.MAX_VALUE;
        }
        if (step instanceof PassStep.Rest) {
            rest(picture, nowMs);
        } else if (step instanceof PassStep.Done) {
            isDone = true;
        } else if (step instanceof PassStep.End end) {
            move(rollout.region(), RolloutVerb.CANCEL, end.reason());
        } else if (step instanceof PassStep.FailSelf) {
            move(rollout.region(), RolloutVerb.FAIL, StatusReason.PEER);
        } else if (step instanceof PassStep.Push push) {
            hasPushed = true;
            push.regions().forEach(region -> move(region, RolloutVerb.FAIL, StatusReason.PEER));
        } else if (step instanceof PassStep.Start start) {
            refreshStall(picture, nowMs);
            toStart.clear();
            toStart.addAll(start.regions());
            startNext();
        } else if (step instanceof PassStep.Prepare) {
            prepare(picture, nowMs);
        } else if (step instanceof PassStep.Release release) {
            release.regions().forEach(region -> move(region, RolloutVerb.UNBLOCK, StatusReason.NONE));
        } else {
            move(rollout.region(), RolloutVerb.COMMIT, StatusReason.NONE);
        }
    }

    /** Waiting is what the stall time is about. */
    private void rest(RolloutPicture picture, long nowMs) {
        Deployment self = picture.self().deployment();
        if (refreshStall(picture, nowMs) || self == null || !isWaiting(self) || self.membership() == null) {
            return;
        }
        if (stall.isStalled(self.membership().stallByMs(), nowMs)) {
            move(rollout.region(), RolloutVerb.FAIL, StatusReason.STALL);
        }
    }

    private boolean refreshStall(RolloutPicture picture, long nowMs) {
        Deployment self = picture.self().deployment();
        if (self == null || !isWaiting(self) || !stall.takeRefresh(nowMs)) {
            return false;
        }
        outbox.tell(new RolloutIntent.RefreshStall(outbox.nextRequestId(), rollout.rolloutId(), job));
        return true;
    }

    private static boolean isWaiting(Deployment deployment) {
        return deployment.status() == DeploymentStatus.PENDING || deployment.status() == DeploymentStatus.BLOCKED;
    }

    /** The last region in the list is first to pass the barrier; the others give it some time. */
    private void prepare(RolloutPicture picture, long nowMs) {
        if (barrierSinceMs == Long.MAX_VALUE) {
            barrierSinceMs = nowMs;
        }
        long passableMs = barrierSinceMs + settings.barrierGraceMs();
        if (picture.isSelfLast() || nowMs >= passableMs) {
            move(rollout.region(), RolloutVerb.PREPARE, StatusReason.NONE);
        } else {
            nextPassMs = Math.min(nextPassMs, passableMs);
        }
    }

    private void startNext() {
        String region = toStart.poll();
        if (region != null) {
            move(region, RolloutVerb.RUN, StatusReason.NONE);
        }
    }

    private void move(String region, RolloutVerb verb, StatusReason reason) {
        unansweredCount++;
        long version = own.version().jobVersion();
        outbox.ask(this, id -> new RolloutIntent.Move(id, region, verb, rollout.rolloutId(), job, version, reason));
    }

    @Override
    public void answered(Answered answered, long nowMs) {
        unansweredCount--;
        if (answered.outcome() == VerbOutcome.APPLIED && !toStart.isEmpty()) {
            startNext();
            return;
        }
        toStart.clear();
        if (unansweredCount > 0) {
            return;
        }
        // What is not known now is looked at again with the tick; every other answer shows another picture at once.
        if (isDirty || (answered.outcome() != VerbOutcome.UNKNOWN && rushCount++ < RUSH_MAX_COUNT)) {
            begin(nowMs);
        }
    }
}
