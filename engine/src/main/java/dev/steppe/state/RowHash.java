package dev.steppe.state;

import dev.steppe.model.job.JobVersion;
import dev.steppe.model.job.Resources;
import dev.steppe.model.node.Node;
import dev.steppe.model.node.NodeRow;
import dev.steppe.model.placement.Allocation;
import dev.steppe.model.placement.AllocationId;
import dev.steppe.model.placement.Evaluation;
import dev.steppe.model.placement.GroupFailure;
import dev.steppe.model.rollout.Deployment;
import dev.steppe.model.rollout.RolloutMembership;
import dev.steppe.model.rollout.StagedSpec;
import java.util.Map;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/**
 * 64-bit hashes of rows, field by field, equal in every process ({@code reliability.md} H1, H3): no identity hash, no
 * hash order, enums by name. A job's spec enters by its own hash.
 */
final class RowHash {
    // Steele, Lea, Flood: Fast Splittable Pseudorandom Number Generators (2014), the finaliser of SplitMix64.
    private static final long GAMMA = 0x9E3779B97F4A7C15L;
    private static final long MIX_1 = 0xBF58476D1CE4E5B9L;
    private static final long MIX_2 = 0x94D049BB133111EBL;

    private long hash;

    private RowHash(int table) {
        number(table);
    }

    static long of(NodeRow row, int nodeClass) {
        Node node = row.node();
        return new RowHash(1)
                .text(node.id())
                .text(node.name())
                .text(node.datacenter())
                .text(node.nodeClass())
                .texts(node.attributes())
                .texts(node.meta())
                .resources(node.capacity())
                .text(row.status().name())
                .number(row.ordinal())
                .number(row.specIndex())
                .number(row.createIndex())
                .number(row.modifyIndex())
                .number(nodeClass)
                .hash;
    }

    /** 0 for a slot that holds nothing but allocations, evaluations or deployments, which are rows of their own. */
    static long of(JobSlot slot) {
        if (slot.versions().isEmpty() && slot.staged() == null) {
            return 0;
        }
        RowHash row = new RowHash(2)
                .text(slot.key().namespace())
                .text(slot.key().id())
                .staged(slot.staged());
        for (JobVersion version : slot.versions()) {
            row.number(version.version())
                    .number(version.specVersion())
                    .number(version.specHash())
                    .flag(version.stable())
                    .flag(version.stopped())
                    .number(version.submitTimeMs())
                    .number(version.indexes().createIndex())
                    .number(version.indexes().modifyIndex())
                    .number(version.indexes().jobModifyIndex())
                    .number(version.indexes().placementIndex());
        }
        return row.hash;
    }

    static long of(Allocation row) {
        return new RowHash(3)
                .id(row.id())
                .text(row.slot().job().namespace())
                .text(row.slot().job().id())
                .text(row.slot().group())
                .number(row.slot().ordinal())
                .text(row.nodeId())
                .number(row.origin().jobCreateIndex())
                .number(row.origin().jobVersion())
                .number(row.origin().deploymentId())
                .resources(row.resources())
                .id(row.previous())
                .number(row.score())
                .text(row.status().desired().name())
                .text(row.status().client().name())
                .text(row.status().health().name())
                .text(row.status().description())
                .number(row.status().healthIndex())
                .number(row.createIndex())
                .number(row.modifyIndex())
                .hash;
    }

    static long of(Evaluation row) {
        RowHash hash = new RowHash(4)
                .number(row.id())
                .text(row.job().namespace())
                .text(row.job().id())
                .number(row.priority())
                .text(row.trigger().name())
                .text(row.status().name())
                .number(row.waitUntilMs())
                .number(row.deploymentId())
                .number(row.snapshotIndex())
                .number(row.createIndex())
                .number(row.modifyIndex());
        for (GroupFailure failure : row.failures()) {
            hash.text(failure.group())
                    .number(failure.unplacedCount())
                    .number(failure.nodesEvaluated())
                    .number(failure.nodesFiltered())
                    .number(failure.nodesExhausted())
                    .number(failure.reasons().size());
            for (Map.Entry<String, Integer> reason : failure.reasons().entrySet()) {
                hash.text(reason.getKey()).number(reason.getValue());
            }
        }
        return hash.hash;
    }

    static long of(Deployment row) {
        RowHash hash = new RowHash(5)
                .number(row.id())
                .text(row.job().namespace())
                .text(row.job().id())
                .number(row.version().jobCreateIndex())
                .number(row.version().jobVersion())
                .text(row.status().name())
                .text(row.reason().name())
                .text(row.description())
                .membership(row.membership())
                .number(row.createIndex())
                .number(row.modifyIndex());
        for (Deployment.GroupState group : row.groups()) {
            hash.text(group.group())
                    .flag(group.autoRevert())
                    .number(group.progressDeadlineMs())
                    .number(group.requireProgressByMs())
                    .number(group.desiredTotal())
                    .number(group.placedCount())
                    .number(group.healthyCount())
                    .number(group.unhealthyCount());
        }
        return hash.hash;
    }

    /** One hash of the sums of several tables. */
    static long combined(long... tableSums) {
        RowHash hash = new RowHash(6);
        for (long sum : tableSums) {
            hash.number(sum);
        }
        return hash.hash;
    }

    private RowHash membership(@Nullable RolloutMembership membership) {
        if (membership == null) {
            return flag(false);
        }
        flag(true)
                .text(membership.rolloutId())
                .text(membership.region())
                .number(membership.regions().size());
        membership.regions().forEach(this::text);
        return number(membership.maxParallel())
                .text(membership.onFailure().name())
                .number(membership.sourceHash())
                .number(membership.stallAfterMs())
                .number(membership.stallByMs());
    }

    private RowHash staged(@Nullable StagedSpec staged) {
        if (staged == null) {
            return flag(false);
        }
        return flag(true)
                .number(staged.version())
                .number(staged.specHash())
                .text(staged.rolloutId())
                .number(staged.deploymentId())
                .number(staged.submitTimeMs())
                .number(staged.stagedIndex());
    }

    private RowHash id(@Nullable AllocationId id) {
        return id == null ? flag(false) : flag(true).number(id.term()).number(id.sequence());
    }

    private RowHash resources(Resources amount) {
        return number(amount.cpuMhz()).number(amount.memoryMb()).number(amount.diskMb());
    }

    private RowHash texts(SortedMap<String, String> map) {
        number(map.size());
        for (Map.Entry<String, String> entry : map.entrySet()) {
            text(entry.getKey()).text(entry.getValue());
        }
        return this;
    }

    private RowHash text(String text) {
        long value = text.length();
        for (int i = 0; i < text.length(); i++) {
            value = (value ^ text.charAt(i)) * GAMMA;
            value ^= value >>> 32;
        }
        return number(value);
    }

    private RowHash flag(boolean flag) {
        return number(flag ? 1 : 2);
    }

    private RowHash number(long value) {
        long mixed = (hash ^ value) + GAMMA;
        mixed = (mixed ^ mixed >>> 30) * MIX_1;
        mixed = (mixed ^ mixed >>> 27) * MIX_2;
        hash = mixed ^ mixed >>> 31;
        return this;
    }
}
