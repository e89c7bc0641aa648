package dev.steppe.deploy;

import dev.steppe.command.Command;
import dev.steppe.command.Command.CreateEvaluations.Asked;
import dev.steppe.model.job.JobKey;
import dev.steppe.model.placement.Allocation;
import dev.steppe.model.placement.Evaluation;
import dev.steppe.model.rollout.Deployment;
import dev.steppe.model.rollout.DeploymentStatus;
import dev.steppe.state.StateView;
import java.util.ArrayList;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Watches the open deployments of its region. Fails one at its first unhealthy allocation where its update block says
 * so, at its progress deadline, and, where no watcher does it, at its stall time; asks for an evaluation when health
 * changed. Time is log time. Owned by the duties agent; a new leader looks for a second before it acts on a deadline.
 */
public final class DeploymentMachine {
    /** A failure that was proposed and is not seen after this long is proposed again. */
    private static final long REPEAT_MS = 5_000;
    /** How long a new leader waits before deadlines count (DESIGN §4: one full pass first). */
    private static final long SETTLE_MS = 1_000;

    private static final class Watched {
        private Deployment deployment;
        private long notBeforeMs;

        private Watched(Deployment deployment) {
            this.deployment = deployment;
        }
    }

    private final boolean failsStalled;
    private final TreeMap<Long, Watched> open = new TreeMap<>();
    private @Nullable StateView view;
    private long settledMs;
    private long nextDeadlineMs = Long.MAX_VALUE;

    /**
     * A machine that does not lead yet.
     *
     * @param failsStalled true where there is no watcher: a pending or blocked deployment then fails by its own clock
     */
    public DeploymentMachine(boolean failsStalled) {
        this.failsStalled = failsStalled;
    }

    /** This server leads: watches everything that is open, and has each running deployment looked at once. */
    public void start(StateView newView, long nowMs, Consumer<Command> proposals) {
        stop();
        view = newView;
        settledMs = nowMs + SETTLE_MS;
        TreeMap<JobKey, Long> asked = new TreeMap<>();
        newView.forEachOpenDeployment(deployment -> {
            open.put(deployment.id(), new Watched(deployment));
            if (deployment.status() == DeploymentStatus.RUNNING) {
                asked.put(deployment.job(), deployment.id());
            }
        });
        ask(asked, proposals);
        judge(nowMs, proposals);
    }

    /** This server leads no more: forgets everything. */
    public void stop() {
        open.clear();
        view = null;
        nextDeadlineMs = Long.MAX_VALUE;
    }

    /** A state was published, in order; views may be left out. */
    public void published(StateView newView, long nowMs, Consumer<Command> proposals) {
        StateView before = view;
        if (before == null || newView.index() <= before.index()) {
            return;
        }
        view = newView;
        TreeMap<JobKey, Long> asked = new TreeMap<>();
        if (newView.journal().sinceIndex() > before.index()) {
            for (long id : open.keySet().stream().mapToLong(Long::longValue).toArray()) {
                follow(newView.deployment(id), id, asked);
            }
            newView.forEachOpenDeployment(deployment -> follow(deployment, deployment.id(), asked));
        } else {
            for (long id : newView.journal().deployments()) {
                follow(newView.deployment(id), id, asked);
            }
        }
        ask(asked, proposals);
        judge(nowMs, proposals);
    }

    private void follow(@Nullable Deployment deployment, long id, SortedMap<JobKey, Long> asked) {
        if (deployment == null || deployment.status().isTerminal()) {
            open.remove(id);
            return;
        }
        Watched watched = open.get(id);
        if (watched == null) {
            open.put(id, new Watched(deployment));
            return;
        }
        if (DeploymentRules.isHealthChanged(watched.deployment, deployment)) {
            asked.put(deployment.job(), id);
        }
        watched.deployment = deployment;
    }

    /** One evaluation for each job, whatever number of its allocations changed. */
    private static void ask(SortedMap<JobKey, Long> asked, Consumer<Command> proposals) {
        if (asked.isEmpty()) {
            return;
        }
        ArrayList<Asked> questions = new ArrayList<>();
        asked.forEach((job, deploymentId) ->
                questions.add(new Asked(job, Evaluation.Trigger.DEPLOYMENT_WATCHER, 0, deploymentId)));
        proposals.accept(new Command.CreateEvaluations(questions));
    }

    /** The time of {@link #nextDeadlineMs()} has come. */
    public void onTime(long nowMs, Consumer<Command> proposals) {
        if (nowMs >= nextDeadlineMs) {
            judge(nowMs, proposals);
        }
    }

    /** When to be called again if nothing happens, log time; {@code Long.MAX_VALUE} = never. */
    public long nextDeadlineMs() {
        return nextDeadlineMs;
    }

    private void judge(long nowMs, Consumer<Command> proposals) {
        nextDeadlineMs = Long.MAX_VALUE;
        for (Watched watched : open.values()) {
            Deployment deployment = watched.deployment;
            DeploymentRules.Failure failure =
                    DeploymentRules.failure(deployment, nowMs, failsStalled, nowMs >= settledMs);
            if (failure != null && nowMs >= watched.notBeforeMs) {
                watched.notBeforeMs = nowMs + REPEAT_MS;
                proposals.accept(new Command.FailDeployment(
                        deployment.id(), failure.reason(), detail(deployment, failure.group())));
            }
            long dueMs = failure != null
                    ? watched.notBeforeMs
                    : Math.max(settledMs, DeploymentRules.nextDeadlineMs(deployment, failsStalled));
            nextDeadlineMs = Math.min(nextDeadlineMs, dueMs);
        }
    }

    /** Which allocation, or at least which group. */
    private String detail(Deployment deployment, String group) {
        StateView current = view;
        if (group.isEmpty() || current == null) {
            return "";
        }
        for (Allocation allocation : current.allocationsOfJob(deployment.job())) {
            if (allocation.origin().deploymentId() == deployment.id()
                    && allocation.slot().group().equals(group)
                    && allocation.status().health() == Allocation.Health.UNHEALTHY) {
                return "allocation " + allocation.id() + " of group " + group;
            }
        }
        return "group " + group;
    }
}
