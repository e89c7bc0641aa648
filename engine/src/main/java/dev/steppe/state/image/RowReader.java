package dev.steppe.state.image;

import dev.steppe.command.JobCodec;
import dev.steppe.command.MalformedBytes;
import dev.steppe.command.NodeCodec;
import dev.steppe.command.WireEnum;
import dev.steppe.model.job.Job;
import dev.steppe.model.job.JobKey;
import dev.steppe.model.job.JobVersion;
import dev.steppe.model.job.OnFailure;
import dev.steppe.model.job.Resources;
import dev.steppe.model.node.Node;
import dev.steppe.model.node.NodeRow;
import dev.steppe.model.node.NodeStatus;
import dev.steppe.model.placement.Allocation;
import dev.steppe.model.placement.AllocationId;
import dev.steppe.model.placement.Evaluation;
import dev.steppe.model.placement.GroupFailure;
import dev.steppe.model.rollout.Deployment;
import dev.steppe.model.rollout.DeploymentStatus;
import dev.steppe.model.rollout.RolloutMembership;
import dev.steppe.model.rollout.StagedSpec;
import dev.steppe.model.rollout.StatusReason;
import dev.steppe.state.NodeClass;
import dev.steppe.wire.WireReader;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Reads the values of one record; what names a job, a node or a group shares one object with it. Owned by the image
 * reader. Twin of {@link RowWriter}.
 */
final class RowReader {
    private final WireReader in = new WireReader(new UnsafeBuffer(new byte[0]));
    private final JobCodec jobCodec = new JobCodec();
    private final NodeCodec nodeCodec = new NodeCodec();
    private final List<JobKey> jobs = new ArrayList<>();
    private final List<String> nodeIds = new ArrayList<>();
    private final Map<String, String> texts = new HashMap<>(); // only ever asked, never walked
    private DirectBuffer buffer = new UnsafeBuffer(new byte[0]);

    /** Starts with the values at {@code offset}. */
    WireReader begin(DirectBuffer source, int offset, int lengthBytes) {
        buffer = source;
        return in.begin(source, offset, lengthBytes);
    }

    NodeClass nodeClass() throws MalformedBytes {
        return new NodeClass(in.text(), in.text(), textMap(), textMap());
    }

    /** A node, and the number of its class, one of {@code classCount}, in {@code nodeClass[0]}. */
    NodeRow node(int classCount, int[] nodeClass) throws MalformedBytes {
        int nodeBytes = in.nestedBytes();
        Node node = nodeCodec.decode(buffer, in.offset(), nodeBytes);
        in.skip(nodeBytes);
        NodeStatus status = WireEnum.NODE_STATUS.constant((short) in.u8());
        nodeClass[0] = place(classCount);
        NodeRow row = new NodeRow(node, status, nodeIds.size(), in.var(), in.var(), in.var());
        nodeIds.add(node.id());
        return row;
    }

    JobKey jobKey() throws MalformedBytes {
        String namespace = in.text();
        String id = in.text();
        if (namespace.isEmpty() || id.isEmpty()) {
            throw new MalformedBytes("a job without namespace or id before byte " + in.offset());
        }
        JobKey key = new JobKey(shared(namespace), id);
        jobs.add(key);
        return key;
    }

    JobVersion version() throws MalformedBytes {
        return new JobVersion(
                spec(),
                in.var(),
                in.var(),
                in.i64(),
                in.flag(),
                in.flag(),
                in.var(),
                new JobVersion.Indexes(in.var(), in.var(), in.var(), in.var()));
    }

    StagedSpec staged() throws MalformedBytes {
        return new StagedSpec(spec(), in.var(), in.i64(), in.text(), in.var(), in.var(), in.var());
    }

    Allocation allocation() throws MalformedBytes {
        AllocationId id = new AllocationId(in.var(), in.var());
        Allocation.Slot slot = new Allocation.Slot(job(), shared(in.text()), number());
        String nodeId = nodeIds.get(place(nodeIds.size()));
        Allocation.Origin origin = new Allocation.Origin(in.var(), in.var(), in.var());
        Resources resources = resources();
        AllocationId previous = in.flag() ? new AllocationId(in.var(), in.var()) : null;
        int score = number();
        Allocation.Status status = new Allocation.Status(
                WireEnum.DESIRED_STATUS.constant((short) in.u8()),
                WireEnum.CLIENT_STATUS.constant((short) in.u8()),
                WireEnum.HEALTH.constant((short) in.u8()),
                shared(in.text()),
                in.var());
        return new Allocation(id, slot, nodeId, origin, resources, previous, score, status, in.var(), in.var());
    }

    Evaluation evaluation() throws MalformedBytes {
        long id = in.var();
        JobKey job = job();
        int priority = number();
        Evaluation.Trigger trigger = WireEnum.TRIGGER.constant((short) in.u8());
        Evaluation.Status status = WireEnum.EVALUATION_STATUS.constant((short) in.u8());
        long waitUntilMs = in.var();
        long deploymentId = in.var();
        long snapshotIndex = in.var();
        List<GroupFailure> failures = failures();
        return new Evaluation(
                id,
                job,
                priority,
                trigger,
                status,
                waitUntilMs,
                deploymentId,
                snapshotIndex,
                failures,
                in.var(),
                in.var());
    }

    Deployment deployment() throws MalformedBytes {
        long id = in.var();
        JobKey job = job();
        Deployment.Version version = new Deployment.Version(in.var(), in.var());
        DeploymentStatus status = WireEnum.DEPLOYMENT_STATUS.constant((short) in.u8());
        StatusReason reason = WireEnum.STATUS_REASON.constant((short) in.u8());
        String description = shared(in.text());
        List<Deployment.GroupState> groups = groups();
        RolloutMembership membership = membership();
        return new Deployment(id, job, version, status, reason, description, groups, membership, in.var(), in.var());
    }

    private Resources resources() throws MalformedBytes {
        int cpuMhz = number();
        int memoryMb = number();
        int diskMb = number();
        if (cpuMhz < 0 || memoryMb < 0 || diskMb < 0) {
            throw new MalformedBytes("an allocation of less than nothing before byte " + in.offset());
        }
        return new Resources(cpuMhz, memoryMb, diskMb);
    }

    private List<GroupFailure> failures() throws MalformedBytes {
        int count = in.count(1);
        List<GroupFailure> failures = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            String group = shared(in.text());
            int unplacedCount = number();
            int evaluatedCount = number();
            int filteredCount = number();
            int exhaustedCount = number();
            int reasonCount = in.count(1);
            SortedMap<String, Integer> reasons = new TreeMap<>();
            for (int j = 0; j < reasonCount; j++) {
                reasons.put(shared(in.text()), number());
            }
            failures.add(
                    new GroupFailure(group, unplacedCount, evaluatedCount, filteredCount, exhaustedCount, reasons));
        }
        return failures;
    }

    private List<Deployment.GroupState> groups() throws MalformedBytes {
        int count = in.count(1);
        List<Deployment.GroupState> groups = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            groups.add(new Deployment.GroupState(
                    shared(in.text()), in.flag(), in.var(), in.var(), number(), number(), number(), number()));
        }
        return groups;
    }

    private @Nullable RolloutMembership membership() throws MalformedBytes {
        if (!in.flag()) {
            return null;
        }
        String rolloutId = in.text();
        String region = in.text();
        List<String> regions = in.texts();
        int maxParallel = number();
        OnFailure onFailure = WireEnum.ON_FAILURE.constant((short) in.u8());
        if (!regions.contains(region)) {
            throw new MalformedBytes("a region that is not in its rollout before byte " + in.offset());
        }
        return new RolloutMembership(rolloutId, region, regions, maxParallel, onFailure, in.i64(), in.var(), in.var());
    }

    private Job spec() throws MalformedBytes {
        int jobBytes = in.nestedBytes();
        Job spec = jobCodec.decode(buffer, in.offset(), jobBytes);
        in.skip(jobBytes);
        return spec;
    }

    private JobKey job() throws MalformedBytes {
        return jobs.get(place(jobs.size()));
    }

    /** A place in a list of {@code count}. */
    private int place(int count) throws MalformedBytes {
        int place = number();
        if (place < 0 || place >= count) {
            throw new MalformedBytes("place " + place + " of " + count + " before byte " + in.offset());
        }
        return place;
    }

    private int number() throws MalformedBytes {
        long value = in.var();
        if (value != (int) value) {
            throw new MalformedBytes("a number of more than 32 bits before byte " + in.offset());
        }
        return (int) value;
    }

    private SortedMap<String, String> textMap() throws MalformedBytes {
        int count = in.count(2 * Integer.BYTES);
        SortedMap<String, String> map = new TreeMap<>();
        for (int i = 0; i < count; i++) {
            map.put(in.text(), in.text());
        }
        return map;
    }

    private String shared(String text) {
        String before = texts.putIfAbsent(text, text);
        return before == null ? text : before;
    }
}
