package dev.steppe.multiregion;

import dev.steppe.model.job.Multiregion;
import dev.steppe.model.rollout.Deployment;
import dev.steppe.model.rollout.DeploymentStatus;
import dev.steppe.model.rollout.RolloutMembership;
import dev.steppe.model.rollout.StatusReason;
import dev.steppe.region.spi.IntentSink;
import dev.steppe.region.spi.RegionView;
import dev.steppe.region.spi.RolloutEvent;
import dev.steppe.region.spi.RolloutEvent.Submitted;
import dev.steppe.region.spi.RolloutIntent;
import dev.steppe.region.spi.RolloutWatcher;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/**
 * The multi-region watcher: a {@link Submission} for each job that was submitted here, a {@link RolloutEvaluator} for
 * each rollout that this region takes part in. Owned by the watcher's agent.
 */
final class MultiregionWatcher implements RolloutWatcher {
    private final WatcherSettings settings;
    private final Outbox outbox = new Outbox();
    private final TreeMap<Long, Submission> submissions = new TreeMap<>();
    private final TreeMap<String, RolloutEvaluator> rollouts = new TreeMap<>();
    private String ownRegion = "";
    private long term;

    MultiregionWatcher(WatcherSettings settings) {
        this.settings = settings;
    }

    @Override
    public void onStart(String region, long newTerm, long nowMs, IntentSink intents) {
        onStop();
        ownRegion = region;
        term = newTerm;
    }

    @Override
    public void onStop() {
        outbox.clear();
        submissions.clear();
        rollouts.clear();
    }

    @Override
    public void onEvent(RolloutEvent event, long nowMs, IntentSink intents) {
        if (event instanceof Submitted submitted) {
            submitted(submitted);
        } else if (event instanceof RolloutEvent.Changed changed) {
            changed(changed.view(), nowMs);
        } else if (event instanceof RolloutEvent.PeerChanged hint) {
            for (RolloutEvaluator rollout : rollouts.values()) {
                if (rollout.job().equals(hint.job())) {
                    rollout.wake(nowMs);
                }
            }
        } else if (event instanceof RolloutEvent.Looked looked) {
            outbox.looked(looked, nowMs);
        } else if (event instanceof RolloutEvent.Answered answered) {
            outbox.answered(answered, nowMs);
        }
        settle(intents);
    }

    private void submitted(Submitted submitted) {
        Multiregion multiregion = submitted.job().multiregion();
        if (multiregion == null) {
            outbox.tell(new RolloutIntent.Reply(
                    submitted.ticket(), "the job names no regions: submit it as a job of one region", "", -1));
            return;
        }
        String rolloutId = ownRegion + "-" + term + "-" + submitted.ticket();
        Submission submission = new Submission(settings, outbox, submitted, rolloutId, multiregion);
        submissions.put(submitted.ticket(), submission);
        submission.begin();
    }

    private void changed(RegionView view, long nowMs) {
        Deployment deployment = view.deployment();
        RolloutMembership membership = deployment == null ? null : deployment.membership();
        if (deployment == null || membership == null) {
            return;
        }
        RolloutEvaluator known = rollouts.get(membership.rolloutId());
        if (known != null) {
            known.changed(deployment, nowMs);
        } else if (mayHaveWork(deployment)) {
            RolloutEvaluator rollout = new RolloutEvaluator(settings, outbox, deployment, membership);
            rollouts.put(membership.rolloutId(), rollout);
            rollout.wake(nowMs);
        }
    }

    private static boolean mayHaveWork(Deployment deployment) {
        return !deployment.status().isTerminal()
                || deployment.status() == DeploymentStatus.FAILED
                || deployment.reason() == StatusReason.STOPPED;
    }

    @Override
    public void onTime(long nowMs, IntentSink intents) {
        for (RolloutEvaluator rollout : rollouts.values()) {
            if (nowMs >= rollout.nextDeadlineMs()) {
                rollout.wake(nowMs);
            }
        }
        for (Submission submission : submissions.values()) {
            submission.retry(nowMs);
        }
        settle(intents);
    }

    private void settle(IntentSink intents) {
        rollouts.values().removeIf(RolloutEvaluator::isDone);
        submissions.values().removeIf(Submission::isOver);
        outbox.flush(intents);
    }

    /** Intents that found no place are tried again at the next call, which should then come at once. */
    @Override
    public long nextDeadlineMs() {
        if (!outbox.isEmpty()) {
            return 0;
        }
        long nextMs = Long.MAX_VALUE;
        for (RolloutEvaluator rollout : rollouts.values()) {
            nextMs = Math.min(nextMs, rollout.nextDeadlineMs());
        }
        for (Submission submission : submissions.values()) {
            nextMs = Math.min(nextMs, submission.nextDeadlineMs());
        }
        return nextMs;
    }

    @Override
    public void close() {
        onStop();
    }

    /** Rollouts that still have work here, in order of their ids; for tests. */
    List<String> openRollouts() {
        return new ArrayList<>(rollouts.keySet());
    }
}
