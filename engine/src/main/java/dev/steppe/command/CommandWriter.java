package dev.steppe.command;

import dev.steppe.base.Invariant;
import dev.steppe.command.Command.ConcludeEvaluations;
import dev.steppe.command.Command.ConcludeEvaluations.Conclusion;
import dev.steppe.command.Command.CreateEvaluations;
import dev.steppe.command.Command.CreateEvaluations.Asked;
import dev.steppe.command.Command.FailDeployment;
import dev.steppe.command.Command.MoveRollout;
import dev.steppe.command.Command.RefreshStall;
import dev.steppe.command.Command.RegisterNodes;
import dev.steppe.command.Command.ReportAllocations;
import dev.steppe.command.Command.ReportAllocations.Report;
import dev.steppe.command.Command.SetNodeStatus;
import dev.steppe.command.Command.StageJob;
import dev.steppe.command.Command.StopJob;
import dev.steppe.command.Command.SubmitJob;
import dev.steppe.command.sbe.ConcludeEvaluationsEncoder;
import dev.steppe.command.sbe.ConcludeEvaluationsEncoder.ConclusionsEncoder;
import dev.steppe.command.sbe.ConcludeEvaluationsEncoder.ConclusionsEncoder.FailuresEncoder;
import dev.steppe.command.sbe.ConcludeEvaluationsEncoder.ConclusionsEncoder.FailuresEncoder.ReasonsEncoder;
import dev.steppe.command.sbe.CreateEvaluationsEncoder;
import dev.steppe.command.sbe.CreateEvaluationsEncoder.AskedEncoder;
import dev.steppe.command.sbe.FailDeploymentEncoder;
import dev.steppe.command.sbe.MessageHeaderEncoder;
import dev.steppe.command.sbe.MoveRolloutEncoder;
import dev.steppe.command.sbe.RefreshStallEncoder;
import dev.steppe.command.sbe.RegisterNodesEncoder;
import dev.steppe.command.sbe.RegisterNodesEncoder.NodesEncoder;
import dev.steppe.command.sbe.ReportAllocationsEncoder;
import dev.steppe.command.sbe.ReportAllocationsEncoder.ReportsEncoder;
import dev.steppe.command.sbe.SetNodeStatusEncoder;
import dev.steppe.command.sbe.StageJobEncoder;
import dev.steppe.command.sbe.StopJobEncoder;
import dev.steppe.command.sbe.SubmitJobEncoder;
import dev.steppe.model.job.Job;
import dev.steppe.model.node.Node;
import dev.steppe.model.placement.GroupFailure;
import dev.steppe.model.rollout.RolloutMembership;
import java.util.List;
import java.util.Map;
import org.agrona.ExpandableArrayBuffer;
import org.agrona.MutableDirectBuffer;

/** Writes every command but plans. Each method answers where its message ends. */
final class CommandWriter {
    private final MessageHeaderEncoder header = new MessageHeaderEncoder();
    private final JobCodec jobs = new JobCodec();
    private final NodeCodec nodes = new NodeCodec();
    private final WireTexts texts = new WireTexts();
    private final ExpandableArrayBuffer nested = new ExpandableArrayBuffer();

    /** Writes {@code command}; answers the bytes written. */
    int encode(Command command, MutableDirectBuffer buffer, int offset) {
        return put(command, buffer, offset) - offset;
    }

    private int put(Command command, MutableDirectBuffer buffer, int offset) {
        if (command instanceof RegisterNodes one) {
            return registerNodes(one, buffer, offset);
        } else if (command instanceof SetNodeStatus one) {
            return setNodeStatus(one, buffer, offset);
        } else if (command instanceof SubmitJob one) {
            return submitJob(one, buffer, offset);
        } else if (command instanceof StopJob one) {
            return stopJob(one, buffer, offset);
        } else if (command instanceof CreateEvaluations one) {
            return createEvaluations(one, buffer, offset);
        } else if (command instanceof ConcludeEvaluations one) {
            return concludeEvaluations(one, buffer, offset);
        } else if (command instanceof ReportAllocations one) {
            return reportAllocations(one, buffer, offset);
        } else if (command instanceof FailDeployment one) {
            return failDeployment(one, buffer, offset);
        } else if (command instanceof RefreshStall one) {
            return refreshStall(one, buffer, offset);
        } else if (command instanceof StageJob one) {
            return stageJob(one, buffer, offset);
        } else if (command instanceof MoveRollout one) {
            return moveRollout(one, buffer, offset);
        }
        throw Invariant.broken("no form for", command.getClass().getName());
    }

    private int registerNodes(RegisterNodes command, MutableDirectBuffer buffer, int offset) {
        RegisterNodesEncoder message = new RegisterNodesEncoder().wrapAndApplyHeader(buffer, offset, header);
        NodesEncoder rows =
                message.nodesCount(WireCursor.rowCount(command.nodes().size()));
        for (Node node : command.nodes()) {
            int lengthBytes = nodes.encode(node, nested, 0);
            rows.next().putNode(nested, 0, lengthBytes);
        }
        return message.limit();
    }

    private int setNodeStatus(SetNodeStatus command, MutableDirectBuffer buffer, int offset) {
        SetNodeStatusEncoder message = new SetNodeStatusEncoder()
                .wrapAndApplyHeader(buffer, offset, header)
                .status(WireEnum.NODE_STATUS.code(command.status()));
        texts.of(command.nodeIds());
        message.putNodeIds(texts.buffer(), 0, texts.lengthBytes());
        return message.limit();
    }

    private int submitJob(SubmitJob command, MutableDirectBuffer buffer, int offset) {
        SubmitJobEncoder message = new SubmitJobEncoder()
                .wrapAndApplyHeader(buffer, offset, header)
                .checkIndex(command.checkIndex())
                .submitTimeMs(command.submitTimeMs());
        message.putJob(nested, 0, nest(command.job()));
        return message.limit();
    }

    private int stopJob(StopJob command, MutableDirectBuffer buffer, int offset) {
        return new StopJobEncoder()
                .wrapAndApplyHeader(buffer, offset, header)
                .jobNamespace(command.job().namespace())
                .jobId(command.job().id())
                .limit();
    }

    private int createEvaluations(CreateEvaluations command, MutableDirectBuffer buffer, int offset) {
        CreateEvaluationsEncoder message = new CreateEvaluationsEncoder().wrapAndApplyHeader(buffer, offset, header);
        AskedEncoder rows =
                message.askedCount(WireCursor.rowCount(command.asked().size()));
        for (Asked asked : command.asked()) {
            rows.next()
                    .trigger(WireEnum.TRIGGER.code(asked.trigger()))
                    .waitUntilMs(asked.waitUntilMs())
                    .deploymentId(asked.deploymentId())
                    .jobNamespace(asked.job().namespace())
                    .jobId(asked.job().id());
        }
        return message.limit();
    }

    private int concludeEvaluations(ConcludeEvaluations command, MutableDirectBuffer buffer, int offset) {
        ConcludeEvaluationsEncoder message = new ConcludeEvaluationsEncoder()
                .wrapAndApplyHeader(buffer, offset, header)
                .term(command.term());
        ConclusionsEncoder rows = message.conclusionsCount(
                WireCursor.rowCount(command.conclusions().size()));
        for (Conclusion conclusion : command.conclusions()) {
            rows.next()
                    .evalId(conclusion.evalId())
                    .snapshotIndex(conclusion.snapshotIndex())
                    .status(WireEnum.EVALUATION_STATUS.code(conclusion.status()));
            putFailures(rows, conclusion.failures());
        }
        return message.limit();
    }

    private static void putFailures(ConclusionsEncoder conclusion, List<GroupFailure> failures) {
        FailuresEncoder rows = conclusion.failuresCount(WireCursor.rowCount(failures.size()));
        for (GroupFailure failure : failures) {
            rows.next()
                    .unplacedCount(failure.unplacedCount())
                    .nodesEvaluated(failure.nodesEvaluated())
                    .nodesFiltered(failure.nodesFiltered())
                    .nodesExhausted(failure.nodesExhausted());
            ReasonsEncoder reasons =
                    rows.reasonsCount(WireCursor.rowCount(failure.reasons().size()));
            for (Map.Entry<String, Integer> reason : failure.reasons().entrySet()) {
                reasons.next().nodeCount(reason.getValue()).reason(reason.getKey());
            }
            rows.group(failure.group());
        }
    }

    private int reportAllocations(ReportAllocations command, MutableDirectBuffer buffer, int offset) {
        ReportAllocationsEncoder message = new ReportAllocationsEncoder().wrapAndApplyHeader(buffer, offset, header);
        ReportsEncoder rows =
                message.reportsCount(WireCursor.rowCount(command.reports().size()));
        for (Report report : command.reports()) {
            rows.next()
                    .term(report.id().term())
                    .sequence(report.id().sequence())
                    .client(WireEnum.CLIENT_STATUS.code(report.client()))
                    .health(WireEnum.HEALTH.code(report.health()));
        }
        return message.nodeId(command.nodeId()).limit();
    }

    private int failDeployment(FailDeployment command, MutableDirectBuffer buffer, int offset) {
        return new FailDeploymentEncoder()
                .wrapAndApplyHeader(buffer, offset, header)
                .deploymentId(command.deploymentId())
                .reason(WireEnum.STATUS_REASON.code(command.reason()))
                .detail(command.detail())
                .limit();
    }

    private int refreshStall(RefreshStall command, MutableDirectBuffer buffer, int offset) {
        return new RefreshStallEncoder()
                .wrapAndApplyHeader(buffer, offset, header)
                .rolloutId(command.rolloutId())
                .jobNamespace(command.job().namespace())
                .jobId(command.job().id())
                .limit();
    }

    private int stageJob(StageJob command, MutableDirectBuffer buffer, int offset) {
        RolloutMembership membership = command.membership();
        StageJobEncoder message = new StageJobEncoder()
                .wrapAndApplyHeader(buffer, offset, header)
                .jobVersion(command.version())
                .checkIndex(command.checkIndex())
                .submitTimeMs(command.submitTimeMs())
                .maxParallel(membership.maxParallel())
                .onFailure(WireEnum.ON_FAILURE.code(membership.onFailure()))
                .sourceHash(membership.sourceHash())
                .stallAfterMs(membership.stallAfterMs())
                .stallByMs(membership.stallByMs());
        message.putJob(nested, 0, nest(command.spec()));
        message.rolloutId(membership.rolloutId()).region(membership.region());
        texts.of(membership.regions());
        message.putRegions(texts.buffer(), 0, texts.lengthBytes());
        return message.limit();
    }

    private int moveRollout(MoveRollout command, MutableDirectBuffer buffer, int offset) {
        return new MoveRolloutEncoder()
                .wrapAndApplyHeader(buffer, offset, header)
                .jobVersion(command.version())
                .verb(WireEnum.ROLLOUT_VERB.code(command.verb()))
                .reason(WireEnum.STATUS_REASON.code(command.reason()))
                .rolloutId(command.rolloutId())
                .jobNamespace(command.job().namespace())
                .jobId(command.job().id())
                .fromRegion(command.fromRegion())
                .limit();
    }

    /** Leaves the form of {@code job} in {@code nested}; answers its bytes. */
    private int nest(Job job) {
        return jobs.encode(job, nested, 0);
    }
}
