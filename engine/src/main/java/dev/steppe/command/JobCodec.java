package dev.steppe.command;

import dev.steppe.base.Invariant;
import dev.steppe.command.sbe.JobSpecDecoder;
import dev.steppe.command.sbe.JobSpecDecoder.GroupsDecoder;
import dev.steppe.command.sbe.JobSpecDecoder.GroupsDecoder.TasksDecoder;
import dev.steppe.command.sbe.JobSpecDecoder.RegionsDecoder;
import dev.steppe.command.sbe.JobSpecEncoder;
import dev.steppe.command.sbe.JobSpecEncoder.GroupsEncoder;
import dev.steppe.command.sbe.JobSpecEncoder.GroupsEncoder.TasksEncoder;
import dev.steppe.command.sbe.JobSpecEncoder.RegionsEncoder;
import dev.steppe.command.sbe.MessageHeaderEncoder;
import dev.steppe.model.job.Constraint;
import dev.steppe.model.job.Job;
import dev.steppe.model.job.JobKey;
import dev.steppe.model.job.Multiregion;
import dev.steppe.model.job.Multiregion.RegionSpec;
import dev.steppe.model.job.Opaque;
import dev.steppe.model.job.Task;
import dev.steppe.model.job.TaskGroup;
import dev.steppe.model.job.Update;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import org.agrona.DirectBuffer;
import org.agrona.ExpandableArrayBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.sbe.MessageFlyweight;
import org.jspecify.annotations.Nullable;

/** The binary form of a job. Owned by one thread; equal jobs have equal bytes, and equal bytes are equal jobs. */
public final class JobCodec {
    private static final int ALL_AT_ONCE = 1;
    private static final int HAS_REGIONS = 1 << 1;
    private static final int AUTO_REVERT = 1;

    private final MessageHeaderEncoder header = new MessageHeaderEncoder();
    private final JobSpecEncoder encoder = new JobSpecEncoder();
    private final JobSpecDecoder decoder = new JobSpecDecoder();
    private final WireCursor cursor = new WireCursor();
    private final WireTexts texts = new WireTexts();
    private final ExpandableArrayBuffer hashed = new ExpandableArrayBuffer();

    /**
     * Writes {@code job} at {@code offset}; answers the bytes written. {@code buffer} must have room or expand. A job
     * that {@code JobRules} accepts always has a form; lists of more than 65,534 entries are a broken invariant.
     */
    public int encode(Job job, MutableDirectBuffer buffer, int offset) {
        Multiregion multiregion = job.multiregion();
        encoder.wrapAndApplyHeader(buffer, offset, header)
                .priority(job.priority())
                .regionsMaxParallel(multiregion == null ? 0 : multiregion.maxParallel())
                .onFailure(multiregion == null ? 0 : WireEnum.ON_FAILURE.code(multiregion.onFailure()));
        encoder.flags().clear().allAtOnce(job.allAtOnce()).hasRegions(multiregion != null);
        putGroups(job.groups());
        putRegions(multiregion == null ? List.of() : multiregion.regions());
        encoder.jobNamespace(job.key().namespace()).jobId(job.key().id()).name(job.name());
        texts.of(job.datacenters());
        encoder.putDatacenters(texts.buffer(), 0, texts.lengthBytes());
        texts.ofConstraints(job.constraints());
        encoder.putConstraints(texts.buffer(), 0, texts.lengthBytes());
        texts.of(job.meta());
        encoder.putMeta(texts.buffer(), 0, texts.lengthBytes());
        encoder.putOpaque(job.opaque().bytes(), 0, job.opaque().lengthBytes());
        return encoder.limit() - offset;
    }

    /** Reads the job that fills exactly {@code length} bytes; keeps nothing of {@code buffer}. */
    public Job decode(DirectBuffer buffer, int offset, int length) throws MalformedBytes {
        if (cursor.open(buffer, offset, length) != JobSpecDecoder.TEMPLATE_ID) {
            throw new MalformedBytes("not a job at byte " + offset);
        }
        decoder.wrapAndApplyHeader(buffer, offset, cursor.block(JobSpecDecoder.BLOCK_LENGTH));
        int priority = decoder.priority();
        short flags = WireCursor.flags(decoder.flags().getRaw(), ALL_AT_ONCE | HAS_REGIONS);
        List<TaskGroup> groups = groups();
        Multiregion multiregion = multiregion((flags & HAS_REGIONS) != 0);
        JobKey key = cursor.jobKey(decoder);
        String name = cursor.text(decoder);
        List<String> datacenters = cursor.texts(decoder);
        List<Constraint> constraints = constraints(decoder);
        SortedMap<String, String> meta = cursor.map(decoder);
        Opaque opaque = cursor.opaque(decoder);
        cursor.end(decoder);
        return new Job(
                key,
                name,
                priority,
                (flags & ALL_AT_ONCE) != 0,
                datacenters,
                constraints,
                meta,
                groups,
                multiregion,
                opaque);
    }

    /**
     * Hash of everything that the owner of {@code job} wrote, equal on every replica: the first 64 bits of the SHA-256
     * of its binary form, so that nobody finds two specs that pass for one by accident. Costs an encoding.
     */
    public long specHash(Job job) {
        int lengthBytes = encode(job, hashed, 0);
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update(hashed.byteArray(), 0, lengthBytes);
            return ByteBuffer.wrap(digest.digest()).getLong();
        } catch (NoSuchAlgorithmException e) {
            // Every Java platform has to bring it.
            throw Invariant.broken("the platform lacks a digest", e.toString());
        }
    }

    private void putGroups(List<TaskGroup> groups) {
        GroupsEncoder rows = encoder.groupsCount(WireCursor.rowCount(groups.size()));
        for (TaskGroup group : groups) {
            Update update = group.update();
            rows.next()
                    .allocationCount(group.count())
                    .diskMb(group.diskMb())
                    .maxParallel(update.maxParallel())
                    .minHealthyTimeMs(update.minHealthyTimeMs())
                    .healthyDeadlineMs(update.healthyDeadlineMs())
                    .progressDeadlineMs(update.progressDeadlineMs());
            rows.updateFlags().clear().autoRevert(update.autoRevert());
            putTasks(rows.tasksCount(WireCursor.rowCount(group.tasks().size())), group.tasks());
            rows.name(group.name());
            texts.ofConstraints(group.constraints());
            rows.putConstraints(texts.buffer(), 0, texts.lengthBytes());
            texts.of(group.meta());
            rows.putMeta(texts.buffer(), 0, texts.lengthBytes());
            rows.putOpaque(group.opaque().bytes(), 0, group.opaque().lengthBytes());
        }
    }

    private void putTasks(TasksEncoder rows, List<Task> tasks) {
        for (Task task : tasks) {
            rows.next()
                    .cpuMhz(task.cpuMhz())
                    .memoryMb(task.memoryMb())
                    .name(task.name())
                    .driver(task.driver());
            texts.ofConstraints(task.constraints());
            rows.putConstraints(texts.buffer(), 0, texts.lengthBytes());
            texts.of(task.env());
            rows.putEnv(texts.buffer(), 0, texts.lengthBytes());
            texts.of(task.meta());
            rows.putMeta(texts.buffer(), 0, texts.lengthBytes());
            rows.putOpaque(task.opaque().bytes(), 0, task.opaque().lengthBytes());
        }
    }

    private void putRegions(List<RegionSpec> regions) {
        RegionsEncoder rows = encoder.regionsCount(WireCursor.rowCount(regions.size()));
        for (RegionSpec region : regions) {
            rows.next().allocationCount(region.count()).name(region.name());
            texts.of(region.datacenters());
            rows.putDatacenters(texts.buffer(), 0, texts.lengthBytes());
            texts.of(region.meta());
            rows.putMeta(texts.buffer(), 0, texts.lengthBytes());
        }
    }

    private List<TaskGroup> groups() throws MalformedBytes {
        int rowCount = cursor.rows(decoder, GroupsDecoder.sbeBlockLength());
        GroupsDecoder rows = decoder.groups();
        List<TaskGroup> groups = new ArrayList<>(rowCount);
        for (int i = 0; i < rowCount; i++) {
            cursor.row(decoder, GroupsDecoder.sbeBlockLength());
            rows.next();
            int count = rows.allocationCount();
            int diskMb = rows.diskMb();
            Update update = new Update(
                    rows.maxParallel(),
                    rows.minHealthyTimeMs(),
                    rows.healthyDeadlineMs(),
                    rows.progressDeadlineMs(),
                    WireCursor.flags(rows.updateFlags().getRaw(), AUTO_REVERT) != 0);
            List<Task> tasks = tasks(rows);
            groups.add(new TaskGroup(
                    cursor.text(decoder),
                    count,
                    constraints(decoder),
                    tasks,
                    update,
                    diskMb,
                    cursor.map(decoder),
                    cursor.opaque(decoder)));
        }
        return groups;
    }

    private List<Task> tasks(GroupsDecoder group) throws MalformedBytes {
        int rowCount = cursor.rows(decoder, TasksDecoder.sbeBlockLength());
        TasksDecoder rows = group.tasks();
        List<Task> tasks = new ArrayList<>(rowCount);
        for (int i = 0; i < rowCount; i++) {
            cursor.row(decoder, TasksDecoder.sbeBlockLength());
            rows.next();
            int cpuMhz = rows.cpuMhz();
            int memoryMb = rows.memoryMb();
            tasks.add(new Task(
                    cursor.text(decoder),
                    cursor.text(decoder),
                    cpuMhz,
                    memoryMb,
                    constraints(decoder),
                    cursor.map(decoder),
                    cursor.map(decoder),
                    cursor.opaque(decoder)));
        }
        return tasks;
    }

    private @Nullable Multiregion multiregion(boolean present) throws MalformedBytes {
        int maxParallel = decoder.regionsMaxParallel();
        short onFailure = decoder.onFailure();
        int rowCount = cursor.rows(decoder, RegionsDecoder.sbeBlockLength());
        RegionsDecoder rows = decoder.regions();
        if (!present) {
            if (maxParallel != 0 || onFailure != 0 || rowCount != 0) {
                throw new MalformedBytes("regions in a job of one region");
            }
            return null;
        }
        List<RegionSpec> regions = new ArrayList<>(rowCount);
        for (int i = 0; i < rowCount; i++) {
            cursor.row(decoder, RegionsDecoder.sbeBlockLength());
            int count = rows.next().allocationCount();
            regions.add(new RegionSpec(cursor.text(decoder), count, cursor.texts(decoder), cursor.map(decoder)));
        }
        return new Multiregion(maxParallel, WireEnum.ON_FAILURE.constant(onFailure), regions);
    }

    private List<Constraint> constraints(MessageFlyweight message) throws MalformedBytes {
        List<String> parts = cursor.texts(message);
        if (parts.isEmpty()) {
            return List.of();
        }
        if (parts.size() % 3 != 0) {
            throw new MalformedBytes("a constraint without its three parts before byte " + message.limit());
        }
        List<Constraint> constraints = new ArrayList<>(parts.size() / 3);
        for (int i = 0; i < parts.size(); i += 3) {
            constraints.add(new Constraint(parts.get(i), operator(parts.get(i + 1)), parts.get(i + 2)));
        }
        return constraints;
    }

    private static Constraint.Operator operator(String text) throws MalformedBytes {
        for (Constraint.Operator operator : Constraint.Operator.values()) {
            if (operator.text().equals(text)) {
                return operator;
            }
        }
        throw new MalformedBytes("unknown operator of a constraint");
    }
}
