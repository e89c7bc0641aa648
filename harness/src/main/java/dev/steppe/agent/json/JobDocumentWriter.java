package dev.steppe.agent.json;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.steppe.base.Invariant;
import dev.steppe.base.OperatingFault;
import dev.steppe.model.job.Constraint;
import dev.steppe.model.job.Job;
import dev.steppe.model.job.Multiregion;
import dev.steppe.model.job.Multiregion.RegionSpec;
import dev.steppe.model.job.Opaque;
import dev.steppe.model.job.Task;
import dev.steppe.model.job.TaskGroup;
import dev.steppe.model.job.Update;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Writes a job in Nomad's JSON shape, defaults filled in, with the members that {@link JobDocumentReader} kept for it.
 * Reading what was written yields the same job. Durations in nanoseconds.
 */
public final class JobDocumentWriter {
    private static final JsonFactory FACTORY = new JsonFactory();
    private static final long NANOS_PER_MILLI = 1_000_000;

    // What is written from the model; nothing that travels with a job may say it a second time.
    private static final List<String> OF_JOB = List.of(
            "ID",
            "Name",
            "Namespace",
            "Type",
            "Priority",
            "AllAtOnce",
            "Datacenters",
            "Constraints",
            "Meta",
            "Multiregion",
            "TaskGroups");
    private static final List<String> OF_GROUP = List.of("Name", "Count", "Constraints", "Meta", "Tasks");
    private static final List<String> OF_TASK = List.of("Name", "Driver", "Constraints", "Env", "Meta");
    private static final List<String> OF_UPDATE =
            List.of("MaxParallel", "MinHealthyTime", "HealthyDeadline", "ProgressDeadline", "AutoRevert");
    private static final List<String> OF_DISK = List.of("SizeMB");
    private static final List<String> OF_RESOURCES = List.of("CPU", "MemoryMB");

    private final JsonGenerator out;

    private JobDocumentWriter(JsonGenerator out) {
        this.out = out;
    }

    /**
     * The job as one JSON object in UTF-8. A fault if members that travel with it are not what a reader kept. Defaults
     * make a document longer: one of very many tiny tasks may outgrow what a reader takes.
     */
    public static byte[] write(Job job) throws OperatingFault {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (JsonGenerator generator = FACTORY.createGenerator(bytes)) {
            generator.writeStartObject();
            writeMembers(job, generator);
            generator.writeEndObject();
        } catch (IOException e) {
            throw Invariant.broken("writing to memory failed", e.toString());
        }
        return bytes.toByteArray();
    }

    /**
     * Writes the members of {@code job} into the object that {@code generator} is in; the caller adds what the server
     * knows of the job (status, version, indexes).
     */
    public static void writeMembers(Job job, JsonGenerator generator) throws IOException, OperatingFault {
        new JobDocumentWriter(generator).job(job);
    }

    private void job(Job job) throws IOException, OperatingFault {
        SortedMap<String, Json> kept = kept(job.opaque(), OF_JOB);
        out.writeStringField("ID", job.key().id());
        out.writeStringField("Name", job.name());
        out.writeStringField("Namespace", job.key().namespace());
        out.writeStringField("Type", "service");
        out.writeNumberField("Priority", job.priority());
        out.writeBooleanField("AllAtOnce", job.allAtOnce());
        texts("Datacenters", job.datacenters());
        constraints(job.constraints());
        texts("Meta", job.meta());
        if (job.multiregion() != null) {
            multiregion(job.multiregion());
        }
        out.writeArrayFieldStart("TaskGroups");
        for (TaskGroup group : job.groups()) {
            out.writeStartObject();
            group(group);
            out.writeEndObject();
        }
        out.writeEndArray();
        JsonText.writeMembers(kept, out);
    }

    private void group(TaskGroup group) throws IOException, OperatingFault {
        SortedMap<String, Json> kept = kept(group.opaque(), OF_GROUP);
        out.writeStringField("Name", group.name());
        out.writeNumberField("Count", group.count());
        constraints(group.constraints());
        texts("Meta", group.meta());
        update(group.update(), part(kept, "Update", OF_UPDATE));
        out.writeObjectFieldStart("EphemeralDisk");
        out.writeNumberField("SizeMB", group.diskMb());
        JsonText.writeMembers(part(kept, "EphemeralDisk", OF_DISK), out);
        out.writeEndObject();
        out.writeArrayFieldStart("Tasks");
        for (Task task : group.tasks()) {
            out.writeStartObject();
            task(task);
            out.writeEndObject();
        }
        out.writeEndArray();
        JsonText.writeMembers(kept, out);
    }

    private void task(Task task) throws IOException, OperatingFault {
        SortedMap<String, Json> kept = kept(task.opaque(), OF_TASK);
        out.writeStringField("Name", task.name());
        out.writeStringField("Driver", task.driver());
        constraints(task.constraints());
        texts("Env", task.env());
        texts("Meta", task.meta());
        out.writeObjectFieldStart("Resources");
        out.writeNumberField("CPU", task.cpuMhz());
        out.writeNumberField("MemoryMB", task.memoryMb());
        JsonText.writeMembers(part(kept, "Resources", OF_RESOURCES), out);
        out.writeEndObject();
        JsonText.writeMembers(kept, out);
    }

    private void update(Update update, SortedMap<String, Json> kept) throws IOException {
        out.writeObjectFieldStart("Update");
        out.writeNumberField("MaxParallel", update.maxParallel());
        out.writeNumberField("MinHealthyTime", update.minHealthyTimeMs() * NANOS_PER_MILLI);
        out.writeNumberField("HealthyDeadline", update.healthyDeadlineMs() * NANOS_PER_MILLI);
        out.writeNumberField("ProgressDeadline", update.progressDeadlineMs() * NANOS_PER_MILLI);
        out.writeBooleanField("AutoRevert", update.autoRevert());
        JsonText.writeMembers(kept, out);
        out.writeEndObject();
    }

    private void multiregion(Multiregion multiregion) throws IOException {
        out.writeObjectFieldStart("Multiregion");
        out.writeObjectFieldStart("Strategy");
        out.writeNumberField("MaxParallel", multiregion.maxParallel());
        out.writeStringField("OnFailure", multiregion.onFailure().text());
        out.writeEndObject();
        out.writeArrayFieldStart("Regions");
        for (RegionSpec region : multiregion.regions()) {
            out.writeStartObject();
            out.writeStringField("Name", region.name());
            out.writeNumberField("Count", region.count());
            texts("Datacenters", region.datacenters());
            texts("Meta", region.meta());
            out.writeEndObject();
        }
        out.writeEndArray();
        out.writeEndObject();
    }

    private void constraints(List<Constraint> constraints) throws IOException {
        out.writeArrayFieldStart("Constraints");
        for (Constraint constraint : constraints) {
            out.writeStartObject();
            out.writeStringField("LTarget", constraint.left());
            out.writeStringField("Operand", constraint.operator().text());
            out.writeStringField("RTarget", constraint.right());
            out.writeEndObject();
        }
        out.writeEndArray();
    }

    private void texts(String name, List<String> texts) throws IOException {
        out.writeArrayFieldStart(name);
        for (String text : texts) {
            out.writeString(text);
        }
        out.writeEndArray();
    }

    private void texts(String name, SortedMap<String, String> texts) throws IOException {
        out.writeObjectFieldStart(name);
        for (Map.Entry<String, String> entry : texts.entrySet()) {
            out.writeStringField(entry.getKey(), entry.getValue());
        }
        out.writeEndObject();
    }

    /** The members that travel with a job, group or task, but for those that are written from the model. */
    private static SortedMap<String, Json> kept(Opaque opaque, List<String> written) throws OperatingFault {
        TreeMap<String, Json> kept = new TreeMap<>();
        if (opaque.lengthBytes() == 0) {
            return kept;
        }
        try {
            if (JsonText.parse(opaque.bytes()) instanceof Json.Obj object) {
                kept.putAll(object.members());
                written.forEach(kept::remove);
                return kept;
            }
        } catch (JsonText.Refused e) {
            throw new OperatingFault("members that travel with a job cannot be read: " + e.getMessage(), e);
        }
        throw new OperatingFault("members that travel with a job are no JSON object");
    }

    /** Takes the kept members of the part {@code name} out of {@code kept}. */
    private static SortedMap<String, Json> part(SortedMap<String, Json> kept, String name, List<String> written) {
        TreeMap<String, Json> part = new TreeMap<>();
        if (kept.remove(name) instanceof Json.Obj object) {
            part.putAll(object.members());
            written.forEach(part::remove);
        }
        return part;
    }
}
