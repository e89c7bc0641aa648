package dev.steppe.command;

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
import dev.steppe.command.sbe.ConcludeEvaluationsDecoder;
import dev.steppe.command.sbe.ConcludeEvaluationsDecoder.ConclusionsDecoder;
import dev.steppe.command.sbe.ConcludeEvaluationsDecoder.ConclusionsDecoder.FailuresDecoder;
import dev.steppe.command.sbe.ConcludeEvaluationsDecoder.ConclusionsDecoder.FailuresDecoder.ReasonsDecoder;
import dev.steppe.command.sbe.CreateEvaluationsDecoder;
import dev.steppe.command.sbe.CreateEvaluationsDecoder.AskedDecoder;
import dev.steppe.command.sbe.FailDeploymentDecoder;
import dev.steppe.command.sbe.MoveRolloutDecoder;
import dev.steppe.command.sbe.RefreshStallDecoder;
import dev.steppe.command.sbe.RegisterNodesDecoder;
import dev.steppe.command.sbe.RegisterNodesDecoder.NodesDecoder;
import dev.steppe.command.sbe.ReportAllocationsDecoder;
import dev.steppe.command.sbe.ReportAllocationsDecoder.ReportsDecoder;
import dev.steppe.command.sbe.SetNodeStatusDecoder;
import dev.steppe.command.sbe.StageJobDecoder;
import dev.steppe.command.sbe.StopJobDecoder;
import dev.steppe.command.sbe.SubmitJobDecoder;
import dev.steppe.model.job.Job;
import dev.steppe.model.job.JobKey;
import dev.steppe.model.job.OnFailure;
import dev.steppe.model.node.Node;
import dev.steppe.model.placement.AllocationId;
import dev.steppe.model.placement.Evaluation;
import dev.steppe.model.placement.GroupFailure;
import dev.steppe.model.rollout.RolloutMembership;
import dev.steppe.model.rollout.RolloutVerb;
import dev.steppe.model.rollout.StatusReason;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.agrona.DirectBuffer;
import org.agrona.sbe.MessageFlyweight;

/** Reads every command but plans, from a message that the cursor has opened. */
final class CommandReader {
    private final JobCodec jobs = new JobCodec();
    private final NodeCodec nodes = new NodeCodec();

    /** The command; refuses an unknown template, and bytes behind its end. */
    Command decode(int templateId, WireCursor cursor, DirectBuffer buffer, int offset) throws MalformedBytes {
        return switch (templateId) {
            case RegisterNodesDecoder.TEMPLATE_ID -> registerNodes(cursor, buffer, offset);
            case SetNodeStatusDecoder.TEMPLATE_ID -> setNodeStatus(cursor, buffer, offset);
            case SubmitJobDecoder.TEMPLATE_ID -> submitJob(cursor, buffer, offset);
            case StopJobDecoder.TEMPLATE_ID -> stopJob(cursor, buffer, offset);
            case CreateEvaluationsDecoder.TEMPLATE_ID -> createEvaluations(cursor, buffer, offset);
            case ConcludeEvaluationsDecoder.TEMPLATE_ID -> concludeEvaluations(cursor, buffer, offset);
            case ReportAllocationsDecoder.TEMPLATE_ID -> reportAllocations(cursor, buffer, offset);
            case FailDeploymentDecoder.TEMPLATE_ID -> failDeployment(cursor, buffer, offset);
            case RefreshStallDecoder.TEMPLATE_ID -> refreshStall(cursor, buffer, offset);
            case StageJobDecoder.TEMPLATE_ID -> stageJob(cursor, buffer, offset);
            case MoveRolloutDecoder.TEMPLATE_ID -> moveRollout(cursor, buffer, offset);
            default -> throw new MalformedBytes("no command has the template " + templateId);
        };
    }

    private Command registerNodes(WireCursor cursor, DirectBuffer buffer, int offset) throws MalformedBytes {
        RegisterNodesDecoder message = new RegisterNodesDecoder()
                .wrapAndApplyHeader(buffer, offset, cursor.block(RegisterNodesDecoder.BLOCK_LENGTH));
        int rowCount = cursor.rows(message, NodesDecoder.sbeBlockLength());
        NodesDecoder rows = message.nodes();
        List<Node> read = new ArrayList<>();
        for (int i = 0; i < rowCount; i++) {
            rows.next();
            int lengthBytes = cursor.nestedBytes(message);
            read.add(nodes.decode(buffer, cursor.nestedOffset(message), lengthBytes));
            cursor.skipNested(message, lengthBytes);
        }
        cursor.end(message);
        return new RegisterNodes(read);
    }

    private static Command setNodeStatus(WireCursor cursor, DirectBuffer buffer, int offset) throws MalformedBytes {
        SetNodeStatusDecoder message = new SetNodeStatusDecoder()
                .wrapAndApplyHeader(buffer, offset, cursor.block(SetNodeStatusDecoder.BLOCK_LENGTH));
        short status = message.status();
        List<String> nodeIds = cursor.texts(message);
        cursor.end(message);
        return new SetNodeStatus(nodeIds, WireEnum.NODE_STATUS.constant(status));
    }

    private Command submitJob(WireCursor cursor, DirectBuffer buffer, int offset) throws MalformedBytes {
        SubmitJobDecoder message =
                new SubmitJobDecoder().wrapAndApplyHeader(buffer, offset, cursor.block(SubmitJobDecoder.BLOCK_LENGTH));
        Job job = job(cursor, message, buffer);
        cursor.end(message);
        return new SubmitJob(job, message.checkIndex(), message.submitTimeMs());
    }

    private static Command stopJob(WireCursor cursor, DirectBuffer buffer, int offset) throws MalformedBytes {
        StopJobDecoder message =
                new StopJobDecoder().wrapAndApplyHeader(buffer, offset, cursor.block(StopJobDecoder.BLOCK_LENGTH));
        JobKey job = cursor.jobKey(message);
        cursor.end(message);
        return new StopJob(job);
    }

    private static Command createEvaluations(WireCursor cursor, DirectBuffer buffer, int offset) throws MalformedBytes {
        CreateEvaluationsDecoder message = new CreateEvaluationsDecoder()
                .wrapAndApplyHeader(buffer, offset, cursor.block(CreateEvaluationsDecoder.BLOCK_LENGTH));
        int rowCount = cursor.rows(message, AskedDecoder.sbeBlockLength());
        AskedDecoder rows = message.asked();
        List<Asked> asked = new ArrayList<>(rowCount);
        for (int i = 0; i < rowCount; i++) {
            cursor.row(message, AskedDecoder.sbeBlockLength());
            rows.next();
            Evaluation.Trigger trigger = WireEnum.TRIGGER.constant(rows.trigger());
            asked.add(new Asked(cursor.jobKey(message), trigger, rows.waitUntilMs(), rows.deploymentId()));
        }
        cursor.end(message);
        return new CreateEvaluations(asked);
    }

    private static Command concludeEvaluations(WireCursor cursor, DirectBuffer buffer, int offset)
            throws MalformedBytes {
        ConcludeEvaluationsDecoder message = new ConcludeEvaluationsDecoder()
                .wrapAndApplyHeader(buffer, offset, cursor.block(ConcludeEvaluationsDecoder.BLOCK_LENGTH));
        int rowCount = cursor.rows(message, ConclusionsDecoder.sbeBlockLength());
        ConclusionsDecoder rows = message.conclusions();
        List<Conclusion> conclusions = new ArrayList<>(rowCount);
        for (int i = 0; i < rowCount; i++) {
            cursor.row(message, ConclusionsDecoder.sbeBlockLength());
            rows.next();
            conclusions.add(new Conclusion(
                    rows.evalId(),
                    WireEnum.EVALUATION_STATUS.constant(rows.status()),
                    rows.snapshotIndex(),
                    failures(cursor, message, rows)));
        }
        cursor.end(message);
        return new ConcludeEvaluations(message.term(), conclusions);
    }

    private static List<GroupFailure> failures(
            WireCursor cursor, MessageFlyweight message, ConclusionsDecoder conclusion) throws MalformedBytes {
        int rowCount = cursor.rows(message, FailuresDecoder.sbeBlockLength());
        FailuresDecoder rows = conclusion.failures();
        List<GroupFailure> failures = new ArrayList<>(rowCount);
        for (int i = 0; i < rowCount; i++) {
            cursor.row(message, FailuresDecoder.sbeBlockLength());
            rows.next();
            SortedMap<String, Integer> reasons = reasons(cursor, message, rows);
            failures.add(new GroupFailure(
                    cursor.text(message),
                    rows.unplacedCount(),
                    rows.nodesEvaluated(),
                    rows.nodesFiltered(),
                    rows.nodesExhausted(),
                    reasons));
        }
        return failures;
    }

    private static SortedMap<String, Integer> reasons(
            WireCursor cursor, MessageFlyweight message, FailuresDecoder failure) throws MalformedBytes {
        int rowCount = cursor.rows(message, ReasonsDecoder.sbeBlockLength());
        ReasonsDecoder rows = failure.reasons();
        TreeMap<String, Integer> reasons = new TreeMap<>();
        for (int i = 0; i < rowCount; i++) {
            cursor.row(message, ReasonsDecoder.sbeBlockLength());
            int nodeCount = rows.next().nodeCount();
            String reason = cursor.text(message);
            if (!reasons.isEmpty() && reasons.lastKey().compareTo(reason) >= 0) {
                throw new MalformedBytes("reasons out of order before byte " + message.limit());
            }
            reasons.put(reason, nodeCount);
        }
        return reasons;
    }

    private static Command reportAllocations(WireCursor cursor, DirectBuffer buffer, int offset) throws MalformedBytes {
        ReportAllocationsDecoder message = new ReportAllocationsDecoder()
                .wrapAndApplyHeader(buffer, offset, cursor.block(ReportAllocationsDecoder.BLOCK_LENGTH));
        int rowCount = cursor.rows(message, ReportsDecoder.sbeBlockLength());
        ReportsDecoder rows = message.reports();
        List<Report> reports = new ArrayList<>(rowCount);
        for (int i = 0; i < rowCount; i++) {
            rows.next();
            reports.add(new Report(
                    new AllocationId(rows.term(), rows.sequence()),
                    WireEnum.CLIENT_STATUS.constant(rows.client()),
                    WireEnum.HEALTH.constant(rows.health())));
        }
        String nodeId = cursor.text(message);
        cursor.end(message);
        return new ReportAllocations(nodeId, reports);
    }

    private static Command failDeployment(WireCursor cursor, DirectBuffer buffer, int offset) throws MalformedBytes {
        FailDeploymentDecoder message = new FailDeploymentDecoder()
                .wrapAndApplyHeader(buffer, offset, cursor.block(FailDeploymentDecoder.BLOCK_LENGTH));
        StatusReason reason = WireEnum.STATUS_REASON.constant(message.reason());
        String detail = cursor.text(message);
        cursor.end(message);
        return new FailDeployment(message.deploymentId(), reason, detail);
    }

    private static Command refreshStall(WireCursor cursor, DirectBuffer buffer, int offset) throws MalformedBytes {
        RefreshStallDecoder message = new RefreshStallDecoder()
                .wrapAndApplyHeader(buffer, offset, cursor.block(RefreshStallDecoder.BLOCK_LENGTH));
        String rolloutId = cursor.text(message);
        JobKey job = cursor.jobKey(message);
        cursor.end(message);
        return new RefreshStall(rolloutId, job);
    }

    private Command stageJob(WireCursor cursor, DirectBuffer buffer, int offset) throws MalformedBytes {
        StageJobDecoder message =
                new StageJobDecoder().wrapAndApplyHeader(buffer, offset, cursor.block(StageJobDecoder.BLOCK_LENGTH));
        OnFailure onFailure = WireEnum.ON_FAILURE.constant(message.onFailure());
        Job job = job(cursor, message, buffer);
        String rolloutId = cursor.text(message);
        String region = cursor.text(message);
        List<String> regions = cursor.texts(message);
        cursor.end(message);
        if (!regions.contains(region)) {
            throw new MalformedBytes("a region outside the list of its rollout");
        }
        return new StageJob(
                job,
                message.jobVersion(),
                message.checkIndex(),
                new RolloutMembership(
                        rolloutId,
                        region,
                        regions,
                        message.maxParallel(),
                        onFailure,
                        message.sourceHash(),
                        message.stallAfterMs(),
                        message.stallByMs()),
                message.submitTimeMs());
    }

    private static Command moveRollout(WireCursor cursor, DirectBuffer buffer, int offset) throws MalformedBytes {
        MoveRolloutDecoder message = new MoveRolloutDecoder()
                .wrapAndApplyHeader(buffer, offset, cursor.block(MoveRolloutDecoder.BLOCK_LENGTH));
        RolloutVerb verb = WireEnum.ROLLOUT_VERB.constant(message.verb());
        StatusReason reason = WireEnum.STATUS_REASON.constant(message.reason());
        String rolloutId = cursor.text(message);
        JobKey job = cursor.jobKey(message);
        String fromRegion = cursor.text(message);
        cursor.end(message);
        return new MoveRollout(verb, rolloutId, job, message.jobVersion(), reason, fromRegion);
    }

    /** Takes the nested job at the position. */
    private Job job(WireCursor cursor, MessageFlyweight message, DirectBuffer buffer) throws MalformedBytes {
        int lengthBytes = cursor.nestedBytes(message);
        Job job = jobs.decode(buffer, cursor.nestedOffset(message), lengthBytes);
        cursor.skipNested(message, lengthBytes);
        return job;
    }
}
