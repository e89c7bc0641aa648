package dev.steppe.server.duty;

import dev.steppe.command.Command;
import dev.steppe.command.CommandOutcome;
import dev.steppe.gateway.GatewayMessage;
import dev.steppe.gateway.GatewayMessage.Accepted;
import dev.steppe.gateway.GatewayMessage.Answer;
import dev.steppe.gateway.GatewayMessage.Ask;
import dev.steppe.gateway.GatewayMessage.Assigned;
import dev.steppe.gateway.GatewayMessage.Assignment;
import dev.steppe.gateway.GatewayMessage.Busy;
import dev.steppe.gateway.GatewayMessage.Refused;
import dev.steppe.model.job.JobVersion;
import dev.steppe.model.job.TaskGroup;
import dev.steppe.model.job.Update;
import dev.steppe.model.node.NodeRow;
import dev.steppe.model.placement.Allocation;
import dev.steppe.model.rollout.Deployment;
import dev.steppe.model.rollout.RolloutMembership;
import dev.steppe.model.rollout.RolloutVerb;
import dev.steppe.model.rollout.StatusReason;
import dev.steppe.state.StateView;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Answers what clients and embedders ask of the leader: turns it into commands, or reads it off the newest view. Owned
 * by the duties agent; only called while this server leads.
 */
public final class AskDesk {
    /** Most assignments of one answer. */
    private static final int ASSIGNMENTS_MAX = 50_000;

    private final String region;
    private final Proposals proposals;
    private final FederationDuties federation;
    private final LeaderDuties duties;
    private final AskRules rules;

    /** A desk of {@code region}; everything that it names is owned by the same agent. */
    public AskDesk(
            String region, AskRules rules, Proposals proposals, FederationDuties federation, LeaderDuties duties) {
        this.region = region;
        this.rules = rules;
        this.proposals = proposals;
        this.federation = federation;
        this.duties = duties;
    }

    /**
     * Takes an ask; {@code answered} is called once, by the owner. A remote asker may propose less than a local one.
     */
    void take(Ask ask, boolean remote, StateView view, Consumer<Answer> answered) {
        if (ask instanceof GatewayMessage.Beat beat) {
            duties.heard(beat.nodeIds());
            answered.accept(new Accepted(beat.requestId(), 0, -1));
        } else if (ask instanceof GatewayMessage.Sync sync) {
            answered.accept(assigned(sync, view));
        } else if (proposals.isFull()) {
            answered.accept(new Busy(ask.requestId()));
        } else if (ask instanceof GatewayMessage.Submit submit) {
            submit(submit, answered);
        } else if (ask instanceof GatewayMessage.Steer steer) {
            steer(steer, view, answered);
        } else if (ask instanceof GatewayMessage.Propose propose) {
            propose(propose, remote, answered);
        }
    }

    private void submit(GatewayMessage.Submit submit, Consumer<Answer> answered) {
        Command command = new Command.SubmitJob(submit.job(), submit.checkIndex(), submit.submitTimeMs());
        String refusal = rules.refusal(command);
        if (!refusal.isEmpty()) {
            answered.accept(new Refused(submit.requestId(), refusal));
        } else if (submit.job().multiregion() == null) {
            propose(submit.requestId(), command, answered);
        } else {
            federation.submit(submit, answered);
        }
    }

    private void propose(GatewayMessage.Propose propose, boolean remote, Consumer<Answer> answered) {
        Command command = propose.command();
        boolean allowed = command instanceof Command.RegisterNodes
                || command instanceof Command.ReportAllocations
                || command instanceof Command.StopJob
                || (command instanceof Command.SetNodeStatus && !remote);
        String refusal = allowed
                ? rules.refusal(command)
                : "a client may not propose " + command.getClass().getSimpleName()
                        + ": submit, stop, register or report";
        if (refusal.isEmpty()) {
            propose(propose.requestId(), command, answered);
        } else {
            answered.accept(new Refused(propose.requestId(), refusal));
        }
    }

    private void steer(GatewayMessage.Steer steer, StateView view, Consumer<Answer> answered) {
        Deployment open = newestOpen(steer, view);
        if (open == null) {
            answered.accept(new Refused(
                    steer.requestId(), "job " + steer.job() + " has no open deployment in region " + region));
            return;
        }
        RolloutMembership membership = open.membership();
        boolean steerable = steer.verb() == RolloutVerb.UNBLOCK || steer.verb() == RolloutVerb.FAIL;
        if (!steerable || (membership == null && steer.verb() == RolloutVerb.UNBLOCK)) {
            answered.accept(new Refused(
                    steer.requestId(),
                    "an operator may fail an open deployment, or unblock one of a rollout, not " + steer.verb()));
        } else if (membership == null) {
            propose(steer.requestId(), new Command.FailDeployment(open.id(), StatusReason.OPERATOR, ""), answered);
        } else {
            StatusReason reason = steer.verb() == RolloutVerb.FAIL ? StatusReason.OPERATOR : StatusReason.NONE;
            propose(
                    steer.requestId(),
                    new Command.MoveRollout(
                            steer.verb(),
                            membership.rolloutId(),
                            steer.job(),
                            open.version().jobVersion(),
                            reason,
                            region),
                    answered);
        }
    }

    private static @Nullable Deployment newestOpen(GatewayMessage.Steer steer, StateView view) {
        List<Deployment> deployments = view.deploymentsOfJob(steer.job());
        for (int i = deployments.size() - 1; i >= 0; i--) {
            if (!deployments.get(i).status().isTerminal()) {
                return deployments.get(i);
            }
        }
        return null;
    }

    private void propose(long requestId, Command command, Consumer<Answer> answered) {
        proposals.propose(command, new Proposals.Done() {
            @Override
            public void applied(CommandOutcome outcome) {
                answered.accept(Answers.applied(requestId, outcome));
            }

            @Override
            public void lost(Proposals.Loss loss, String reason) {
                answered.accept(Answers.lost(requestId, loss, reason));
            }
        });
    }

    private static Answer assigned(GatewayMessage.Sync sync, StateView view) {
        String refusal = AskRules.nodes(sync.nodeIds());
        if (!refusal.isEmpty()) {
            return new Refused(sync.requestId(), refusal);
        }
        List<Assignment> assignments = new ArrayList<>();
        for (String nodeId : new LinkedHashSet<>(sync.nodeIds())) {
            NodeRow row = view.node(nodeId);
            if (row != null) {
                for (Allocation allocation : view.liveAllocationsOn(row.ordinal())) {
                    assignments.add(assignment(allocation, view));
                }
            }
            if (assignments.size() > ASSIGNMENTS_MAX) {
                return new Refused(
                        sync.requestId(),
                        "more than " + ASSIGNMENTS_MAX + " allocations are live on these "
                                + sync.nodeIds().size() + " nodes: ask about fewer nodes at once");
            }
        }
        return new Assigned(sync.requestId(), view.index(), assignments);
    }

    private static Assignment assignment(Allocation allocation, StateView view) {
        long version = allocation.origin().jobVersion();
        JobVersion row = view.jobVersion(allocation.slot().job(), version);
        Update update = row == null
                ? Update.DEFAULT
                : row.spec()
                        .group(allocation.slot().group())
                        .map(TaskGroup::update)
                        .orElse(Update.DEFAULT);
        return new Assignment(
                allocation.id(),
                allocation.nodeId(),
                allocation.slot(),
                version,
                row == null ? version : row.specVersion(),
                update.minHealthyTimeMs(),
                update.healthyDeadlineMs());
    }
}
