package dev.steppe.server.duty;

import dev.steppe.broker.BrokerConfig;
import dev.steppe.broker.BrokerOutput;
import dev.steppe.broker.EvalBroker;
import dev.steppe.broker.Lease;
import dev.steppe.command.Command;
import dev.steppe.command.Command.ConcludeEvaluations.Conclusion;
import dev.steppe.command.CommandOutcome;
import dev.steppe.deploy.DeploymentMachine;
import dev.steppe.fleet.HeartbeatMachine;
import dev.steppe.model.job.JobKey;
import dev.steppe.model.placement.Evaluation;
import dev.steppe.rank.RoomChange;
import dev.steppe.state.StateView;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The duties of a leader within its own region: evaluations are leased to planners and concluded, deployments and
 * machines are watched. Owned by the duties agent; does nothing while this server does not lead.
 */
public final class LeaderDuties {
    private static final long FOLLOW_UP_MS = 60_000;
    /** Conclusions, or questions, of one entry. */
    private static final int ROWS_MAX = 256;
    /** An entry takes no further conclusion once it has this many failures. */
    private static final int FAILURES_MAX = 512;

    /**
     * What a wish did is told by the journal of the next view. One that is lost is not made again from here: leases run
     * out, machines repeat themselves, and after a lost leadership everything begins anew somewhere.
     */
    private static final Proposals.Done UNANSWERED = new Proposals.Done() {
        @Override
        public void applied(CommandOutcome outcome) {}

        @Override
        public void lost(Proposals.Loss loss, String reason) {}
    };

    private final Proposals proposals;
    private final EvalBroker broker;
    private final DeploymentMachine deployments;
    private final @Nullable HeartbeatMachine heartbeats;
    private final List<PlannerAgent> planners;
    private final ArrayDeque<PlannerAgent> idlePlanners = new ArrayDeque<>();
    private final List<Conclusion> conclusions = new ArrayList<>();
    private final List<Command.CreateEvaluations.Asked> followUps = new ArrayList<>();
    private @Nullable StateView view;
    private long term;
    private long nowMs;

    /** {@code heartbeats}: null if machines are never timed out. */
    public LeaderDuties(
            Proposals proposals,
            DeploymentMachine deployments,
            @Nullable HeartbeatMachine heartbeats,
            List<PlannerAgent> planners) {
        this.proposals = proposals;
        this.deployments = deployments;
        this.heartbeats = heartbeats;
        this.planners = planners;
        this.broker = new EvalBroker(BrokerConfig.DEFAULT, new Wishes());
    }

    /** What the broker wishes for is collected and proposed once a round. */
    private final class Wishes implements BrokerOutput {
        @Override
        public void conclude(Evaluation evaluation, Evaluation.Status status) {
            conclusions.add(new Conclusion(evaluation.id(), status, evaluation.snapshotIndex(), evaluation.failures()));
        }

        @Override
        public void followUp(JobKey job, Evaluation.Trigger trigger, long waitUntilMs) {
            followUps.add(new Command.CreateEvaluations.Asked(job, trigger, waitUntilMs, 0));
        }
    }

    void lead(long newTerm, StateView newView, long newNowMs) {
        term = newTerm;
        nowMs = newNowMs;
        idlePlanners.clear();
        idlePlanners.addAll(planners);
        conclusions.clear();
        followUps.clear();
        if (heartbeats != null) {
            heartbeats.start(newView, nowMs);
        }
        rebuild(newView);
    }

    /** Reads everything anew: after an election, or when journals were missed. */
    void rebuild(StateView newView) {
        view = newView;
        broker.reset(newView.index());
        newView.forEachOpenEvaluation(evaluation -> broker.observe(evaluation, nowMs));
        if (heartbeats != null) {
            heartbeats.published(newView, nowMs);
        }
        deployments.start(newView, nowMs, this::propose);
    }

    void follow() {
        deployments.stop();
        if (heartbeats != null) {
            heartbeats.stop();
        }
        broker.reset(0);
        conclusions.clear();
        followUps.clear();
    }

    void onView(StateView newView) {
        for (long evalId : newView.journal().evaluations()) {
            Evaluation evaluation = newView.evaluation(evalId);
            if (evaluation != null) {
                broker.observe(evaluation, nowMs);
            }
        }
        if (view == null || RoomChange.appeared(view, newView)) {
            broker.roomAppeared(newView.index());
        }
        view = newView;
        deployments.published(newView, nowMs, this::propose);
        if (heartbeats != null) {
            heartbeats.published(newView, nowMs);
        }
    }

    void heard(List<String> nodeIds) {
        if (heartbeats != null) {
            heartbeats.heard(nodeIds, nowMs, this::propose);
        }
    }

    /** One round at log time {@code newNowMs}; how much was done. */
    int doWork(long newNowMs) {
        nowMs = newNowMs;
        if (nowMs >= broker.nextDeadlineMs()) {
            broker.advance(nowMs);
        }
        if (nowMs >= deployments.nextDeadlineMs()) {
            deployments.onTime(nowMs, this::propose);
        }
        if (heartbeats != null && nowMs >= heartbeats.nextDeadlineMs()) {
            heartbeats.onTime(nowMs, this::propose);
        }
        return leaseOut() + flush();
    }

    private int leaseOut() {
        int leasedCount = 0;
        while (!idlePlanners.isEmpty()) {
            Lease lease = broker.lease(nowMs);
            if (lease == null) {
                break;
            }
            PlannerAgent planner = idlePlanners.removeFirst();
            if (!planner.give(lease, term)) {
                broker.giveBack(lease.evaluation().id(), lease.token(), nowMs);
                idlePlanners.addLast(planner);
                break;
            }
            leasedCount++;
        }
        return leasedCount;
    }

    /** A planner is done with a lease; {@code conclusion} is null if it has no answer. The owner. */
    public void finished(PlannerAgent planner, Lease lease, long leaseTerm, @Nullable Conclusion conclusion) {
        if (leaseTerm != term) {
            return; // Its leadership is over; every planner is idle again since this one began.
        }
        idlePlanners.addLast(planner);
        long evalId = lease.evaluation().id();
        if (conclusion == null) {
            broker.giveBack(evalId, lease.token(), nowMs);
        } else if (broker.extend(evalId, lease.token(), nowMs)) {
            conclusions.add(conclusion);
            if (conclusion.status() == Evaluation.Status.FAILED) {
                followUps.add(new Command.CreateEvaluations.Asked(
                        lease.evaluation().job(), Evaluation.Trigger.MAX_PLAN_ATTEMPTS, nowMs + FOLLOW_UP_MS, 0));
            }
        }
    }

    private int flush() {
        int count = 0;
        // Follow-ups first: what is concluded as failed must not be in the log without what asks again.
        for (int from = 0; from < followUps.size(); from += ROWS_MAX) {
            int to = Math.min(followUps.size(), from + ROWS_MAX);
            propose(new Command.CreateEvaluations(followUps.subList(from, to)));
            count++;
        }
        followUps.clear();
        for (int from = 0; from < conclusions.size(); count++) {
            int to = endOfEntry(from);
            propose(new Command.ConcludeEvaluations(term, conclusions.subList(from, to)));
            from = to;
        }
        conclusions.clear();
        return count;
    }

    /**
     * Where the entry ends that begins with conclusion {@code from}: all of a round may be more than an entry takes.
     */
    private int endOfEntry(int from) {
        int failureCount = 0;
        int to = from;
        while (to < conclusions.size() && to - from < ROWS_MAX && failureCount < FAILURES_MAX) {
            failureCount += conclusions.get(to).failures().size();
            to++;
        }
        return to;
    }

    private void propose(Command command) {
        proposals.propose(command, UNANSWERED);
    }
}
