package dev.steppe.state.image;

import dev.steppe.base.Invariant;
import dev.steppe.command.JobCodec;
import dev.steppe.command.NodeCodec;
import dev.steppe.command.WireEnum;
import dev.steppe.model.job.Job;
import dev.steppe.model.job.JobKey;
import dev.steppe.model.job.JobVersion;
import dev.steppe.model.job.Resources;
import dev.steppe.model.node.NodeRow;
import dev.steppe.model.placement.Allocation;
import dev.steppe.model.placement.Evaluation;
import dev.steppe.model.placement.GroupFailure;
import dev.steppe.model.rollout.Deployment;
import dev.steppe.model.rollout.RolloutMembership;
import dev.steppe.model.rollout.StagedSpec;
import dev.steppe.state.NodeClass;
import dev.steppe.state.StateContent;
import dev.steppe.wire.WireWriter;
import java.util.Map;
import java.util.SortedMap;
import org.agrona.ExpandableArrayBuffer;
import org.jspecify.annotations.Nullable;

/** Writes records one behind the other into its buffer. Owned by the image. Twin of {@link RowReader}. */
final class RowWriter {
    private final ExpandableArrayBuffer buffer = new ExpandableArrayBuffer(1 << 17);
    private final WireWriter out = new WireWriter(buffer);
    private final JobCodec jobs = new JobCodec();
    private final NodeCodec nodes = new NodeCodec();
    private int lengthBytes;

    /** What was written since {@link #clear()}. */
    ExpandableArrayBuffer buffer() {
        return buffer;
    }

    /** How much of it there is. */
    int lengthBytes() {
        return lengthBytes;
    }

    void clear() {
        lengthBytes = 0;
    }

    void head(long index, long logTimeMs, StateContent content) {
        begin();
        out.i32(RecordKind.FORMAT_VERSION).i64(index).i64(logTimeMs);
        out.i32(content.nodeClassCount()).i32(content.nodeCount()).i32(content.jobCount());
        out.i32(content.allocationCount()).i32(content.evaluationCount()).i32(content.deploymentCount());
        end(RecordKind.HEAD);
    }

    void nodeClass(NodeClass row) {
        begin();
        out.text(row.datacenter()).text(row.nodeClass());
        texts(row.attributes());
        texts(row.meta());
        end(RecordKind.CLASS);
    }

    void node(NodeRow row, int nodeClass) {
        begin();
        out.nested(nodes.encode(row.node(), buffer, out.offset() + Integer.BYTES));
        out.u8(WireEnum.NODE_STATUS.code(row.status())).var(nodeClass);
        out.var(row.specIndex()).var(row.createIndex()).var(row.modifyIndex());
        end(RecordKind.NODE);
    }

    void job(JobKey key, int versionCount, boolean isStaged) {
        begin();
        out.text(key.namespace()).text(key.id()).i32(versionCount).flag(isStaged);
        end(RecordKind.JOB);
    }

    void version(JobVersion row) {
        begin();
        spec(row.spec());
        out.var(row.version()).var(row.specVersion()).i64(row.specHash());
        out.flag(row.stable()).flag(row.stopped()).var(row.submitTimeMs());
        out.var(row.indexes().createIndex()).var(row.indexes().modifyIndex());
        out.var(row.indexes().jobModifyIndex()).var(row.indexes().placementIndex());
        end(RecordKind.VERSION);
    }

    void staged(StagedSpec row) {
        begin();
        spec(row.spec());
        out.var(row.version()).i64(row.specHash()).text(row.rolloutId());
        out.var(row.deploymentId()).var(row.submitTimeMs()).var(row.stagedIndex());
        end(RecordKind.STAGED);
    }

    void allocation(Allocation row, StateContent content) {
        begin();
        Allocation.Status status = row.status();
        out.var(row.id().term()).var(row.id().sequence());
        out.var(content.jobOrdinal(row.slot().job()))
                .text(row.slot().group())
                .var(row.slot().ordinal());
        out.var(content.nodeOrdinal(row.nodeId()));
        out.var(row.origin().jobCreateIndex())
                .var(row.origin().jobVersion())
                .var(row.origin().deploymentId());
        resources(row.resources());
        out.flag(row.previous() != null);
        if (row.previous() != null) {
            out.var(row.previous().term()).var(row.previous().sequence());
        }
        out.var(row.score());
        out.u8(WireEnum.DESIRED_STATUS.code(status.desired()))
                .u8(WireEnum.CLIENT_STATUS.code(status.client()))
                .u8(WireEnum.HEALTH.code(status.health()))
                .text(status.description())
                .var(status.healthIndex());
        out.var(row.createIndex()).var(row.modifyIndex());
        end(RecordKind.ALLOCATION);
    }

    void evaluation(Evaluation row, StateContent content) {
        begin();
        out.var(row.id()).var(content.jobOrdinal(row.job())).var(row.priority());
        out.u8(WireEnum.TRIGGER.code(row.trigger())).u8(WireEnum.EVALUATION_STATUS.code(row.status()));
        out.var(row.waitUntilMs()).var(row.deploymentId()).var(row.snapshotIndex());
        out.i32(row.failures().size());
        for (GroupFailure failure : row.failures()) {
            out.text(failure.group()).var(failure.unplacedCount()).var(failure.nodesEvaluated());
            out.var(failure.nodesFiltered()).var(failure.nodesExhausted());
            out.i32(failure.reasons().size());
            for (Map.Entry<String, Integer> reason : failure.reasons().entrySet()) {
                out.text(reason.getKey()).var(reason.getValue());
            }
        }
        out.var(row.createIndex()).var(row.modifyIndex());
        end(RecordKind.EVALUATION);
    }

    void deployment(Deployment row, StateContent content) {
        begin();
        out.var(row.id()).var(content.jobOrdinal(row.job()));
        out.var(row.version().jobCreateIndex()).var(row.version().jobVersion());
        out.u8(WireEnum.DEPLOYMENT_STATUS.code(row.status())).u8(WireEnum.STATUS_REASON.code(row.reason()));
        out.text(row.description()).i32(row.groups().size());
        for (Deployment.GroupState group : row.groups()) {
            out.text(group.group()).flag(group.autoRevert());
            out.var(group.progressDeadlineMs()).var(group.requireProgressByMs()).var(group.desiredTotal());
            out.var(group.placedCount()).var(group.healthyCount()).var(group.unhealthyCount());
        }
        membership(row.membership());
        out.var(row.createIndex()).var(row.modifyIndex());
        end(RecordKind.DEPLOYMENT);
    }

    void end() {
        begin();
        end(RecordKind.END);
    }

    private void membership(@Nullable RolloutMembership row) {
        out.flag(row != null);
        if (row != null) {
            out.text(row.rolloutId()).text(row.region()).texts(row.regions());
            out.var(row.maxParallel())
                    .u8(WireEnum.ON_FAILURE.code(row.onFailure()))
                    .i64(row.sourceHash());
            out.var(row.stallAfterMs()).var(row.stallByMs());
        }
    }

    private void spec(Job spec) {
        out.nested(jobs.encode(spec, buffer, out.offset() + Integer.BYTES));
    }

    private void resources(Resources amount) {
        out.var(amount.cpuMhz()).var(amount.memoryMb()).var(amount.diskMb());
    }

    private void texts(SortedMap<String, String> map) {
        out.i32(map.size());
        for (Map.Entry<String, String> entry : map.entrySet()) {
            out.text(entry.getKey()).text(entry.getValue());
        }
    }

    private void begin() {
        out.begin(buffer, lengthBytes + RecordKind.HEAD_BYTES);
    }

    private void end(RecordKind kind) {
        int valueBytes = out.offset() - lengthBytes - RecordKind.HEAD_BYTES;
        if (valueBytes > RecordKind.MAX_BYTES) {
            throw Invariant.broken("a row is too long for an image: bytes, kind", valueBytes, kind.code);
        }
        int endOffset = out.offset();
        out.begin(buffer, lengthBytes).u8(kind.code).i32(valueBytes);
        lengthBytes = endOffset;
    }
}
