package dev.steppe.agent.json;

import dev.steppe.agent.json.Json.Place;
import dev.steppe.model.job.Constraint;
import dev.steppe.model.job.Job;
import dev.steppe.model.job.JobKey;
import dev.steppe.model.job.JobProblem;
import dev.steppe.model.job.JobRules;
import dev.steppe.model.job.Multiregion;
import dev.steppe.model.job.Multiregion.RegionSpec;
import dev.steppe.model.job.OnFailure;
import dev.steppe.model.job.Opaque;
import dev.steppe.model.job.Task;
import dev.steppe.model.job.TaskGroup;
import dev.steppe.model.job.Update;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/**
 * Reads a job in Nomad's JSON shape ({@code spec/http-api.md} 5.2, 9), with or without the outer {@code {"Job": …}}.
 * Defaults are filled in; a job-level update rule goes to the groups, under what they say themselves. A member that
 * would change scheduling in a way that this version does not know is refused, never passed over; every other unknown
 * member is kept with its job, group or task and written back by {@link JobDocumentWriter}. What the server answers
 * about a job (status, indexes, versions) is dropped, so that a job that was shown can be submitted again.
 */
public final class JobDocumentReader {
    private static final int CPU_DEFAULT_MHZ = 100;
    private static final int MEMORY_DEFAULT_MB = 300;
    private static final int DISK_DEFAULT_MB = 300;
    private static final int PRIORITY_DEFAULT = 50;

    private final List<DocumentProblem> problems = new ArrayList<>();

    private JobDocumentReader() {}

    /** The job that {@code document} (UTF-8, at most 1 MiB) asks for, or every problem that was found. */
    public static JobReading read(byte[] document) {
        Json root;
        try {
            root = JsonText.parse(document);
        } catch (JsonText.Refused e) {
            return new JobReading.Refused(List.of(e.problem()));
        }
        if (root instanceof Json.Obj outer) {
            Json inner = outer.members().get("Job");
            return new JobDocumentReader().read(inner instanceof Json.Obj job ? job : outer);
        }
        return new JobReading.Refused(
                List.of(DocumentProblem.at("", root.place(), "is " + root.kind() + "; it must be an object")));
    }

    private JobReading read(Json.Obj document) {
        Job job = job(new Members(document, "", problems));
        if (job != null && problems.isEmpty()) {
            for (JobProblem problem : JobRules.check(job)) {
                Place place = Whereabouts.of(document, problem.field());
                problems.add(new DocumentProblem(
                        problem.field(),
                        place.line(),
                        place.column(),
                        problem.sentence() + " (line " + place.line() + ", column " + place.column() + ")"));
            }
        }
        return job == null || !problems.isEmpty() ? new JobReading.Refused(problems) : new JobReading.Accepted(job);
    }

    private @Nullable Job job(Members job) {
        String id = job.text("ID", "");
        if (id.isEmpty()) {
            job.problem("ID", "is missing; give the job an id");
        }
        String namespace = job.text("Namespace", "default");
        String name = job.text("Name", id);
        String type = job.text("Type", "service");
        if (!type.equals("service") && !type.isEmpty()) {
            job.problem("Type", "is " + JsonText.printable(type) + "; this version runs jobs of type service only");
        }
        nodePool(job);
        job.unsupported("Affinities", "Spreads", "Periodic", "ParameterizedJob", "Dispatched", "Stop");
        job.drop(
                "Status",
                "StatusDescription",
                "Stable",
                "Version",
                "CreateIndex",
                "ModifyIndex",
                "JobModifyIndex",
                "SubmitTime");
        int priority = job.count("Priority", 0);
        boolean allAtOnce = job.flag("AllAtOnce", false);
        List<String> datacenters = job.texts("Datacenters", List.of("*"));
        List<Constraint> constraints = constraints(job);
        SortedMap<String, String> meta = job.textMap("Meta");
        Members update = job.object("Update");
        Update groupDefault = update == null ? Update.DEFAULT : update(update, Update.DEFAULT);
        List<TaskGroup> groups = new ArrayList<>();
        for (Members group : job.objects("TaskGroups")) {
            groups.add(group(group, groupDefault));
        }
        Multiregion multiregion = multiregion(job.object("Multiregion"));
        SortedMap<String, Json> rest = job.rest();
        job.keepRest("Update", update, rest);
        if (id.isEmpty()) {
            return null;
        }
        return new Job(
                new JobKey(namespace.isEmpty() ? "default" : namespace, id),
                name.isEmpty() ? id : name,
                priority == 0 ? PRIORITY_DEFAULT : priority,
                allAtOnce,
                datacenters,
                constraints,
                meta,
                groups,
                multiregion,
                Members.opaque(rest));
    }

    private TaskGroup group(Members group, Update groupDefault) {
        String name = group.text("Name", "");
        int count = group.count("Count", 1);
        group.unsupported(
                "Affinities",
                "Spreads",
                "Volumes",
                "Scaling",
                "Disconnect",
                "MaxClientDisconnect",
                "StopAfterClientDisconnect",
                "PreventRescheduleOnLost");
        List<Constraint> constraints = constraints(group);
        SortedMap<String, String> meta = group.textMap("Meta");
        Members update = group.object("Update");
        Members disk = group.object("EphemeralDisk");
        int diskMb = DISK_DEFAULT_MB;
        if (disk != null) {
            diskMb = disk.count("SizeMB", DISK_DEFAULT_MB);
            disk.unsupported("Sticky", "Migrate");
        }
        group.objects("Networks").forEach(network -> network.unsupported("ReservedPorts", "DynamicPorts"));
        List<Task> tasks = new ArrayList<>();
        for (Members task : group.objects("Tasks")) {
            tasks.add(task(task));
        }
        Update rule = update == null ? groupDefault : update(update, groupDefault);
        SortedMap<String, Json> rest = group.rest();
        group.keep("Networks", rest);
        group.keepRest("Update", update, rest);
        group.keepRest("EphemeralDisk", disk, rest);
        return new TaskGroup(name, count, constraints, tasks, rule, diskMb, meta, Members.opaque(rest));
    }

    private Task task(Members task) {
        String name = task.text("Name", "");
        String driver = task.text("Driver", "");
        task.unsupported("Affinities", "Lifecycle", "ScalingPolicies", "CSIPluginConfig");
        List<Constraint> constraints = constraints(task);
        SortedMap<String, String> env = task.textMap("Env");
        SortedMap<String, String> meta = task.textMap("Meta");
        Members resources = task.object("Resources");
        int cpuMhz = CPU_DEFAULT_MHZ;
        int memoryMb = MEMORY_DEFAULT_MB;
        if (resources != null) {
            cpuMhz = resources.count("CPU", CPU_DEFAULT_MHZ);
            memoryMb = resources.count("MemoryMB", MEMORY_DEFAULT_MB);
            resources.unsupported("Cores", "MemoryMaxMB", "SecretsMB", "DiskMB", "Networks", "Devices", "NUMA");
        }
        SortedMap<String, Json> rest = task.rest();
        task.keepRest("Resources", resources, rest);
        Opaque opaque = Members.opaque(rest);
        return new Task(name, driver, cpuMhz, memoryMb, constraints, env, meta, opaque);
    }

    private static Update update(Members update, Update whenAbsent) {
        update.unsupported("Canary", "AutoPromote");
        return new Update(
                update.count("MaxParallel", whenAbsent.maxParallel()),
                update.timeMs("MinHealthyTime", whenAbsent.minHealthyTimeMs()),
                update.timeMs("HealthyDeadline", whenAbsent.healthyDeadlineMs()),
                update.timeMs("ProgressDeadline", whenAbsent.progressDeadlineMs()),
                update.flag("AutoRevert", whenAbsent.autoRevert()));
    }

    private static List<Constraint> constraints(Members owner) {
        List<Constraint> constraints = new ArrayList<>();
        for (Members constraint : owner.objects("Constraints")) {
            String left = constraint.text("LTarget", "");
            String right = constraint.text("RTarget", "");
            String operand = constraint.text("Operand", "=");
            Constraint.Operator operator = Constraint.Operator.EQUAL;
            switch (operand) {
                case "", "=", "==", "is" -> operator = Constraint.Operator.EQUAL;
                case "!=", "not" -> operator = Constraint.Operator.NOT_EQUAL;
                default ->
                    constraint.problem(
                            "Operand", "is " + JsonText.printable(operand) + "; this version knows = and != only");
            }
            constraint.refuseRest();
            constraints.add(new Constraint(left, operator, right));
        }
        return constraints;
    }

    private static @Nullable Multiregion multiregion(@Nullable Members multiregion) {
        if (multiregion == null) {
            return null;
        }
        int maxParallel = 0;
        OnFailure onFailure = OnFailure.DEFAULT;
        Members strategy = multiregion.object("Strategy");
        if (strategy != null) {
            maxParallel = strategy.count("MaxParallel", 0);
            onFailure = onFailure(strategy);
            strategy.refuseRest();
        }
        List<RegionSpec> regions = new ArrayList<>();
        for (Members region : multiregion.objects("Regions")) {
            nodePool(region);
            regions.add(new RegionSpec(
                    region.text("Name", ""),
                    region.count("Count", 1),
                    region.texts("Datacenters", List.of()),
                    region.textMap("Meta")));
            region.refuseRest();
        }
        multiregion.refuseRest();
        return new Multiregion(maxParallel, onFailure, regions);
    }

    private static OnFailure onFailure(Members strategy) {
        String text = strategy.text("OnFailure", "");
        for (OnFailure one : OnFailure.values()) {
            if (one.text().equals(text)) {
                return one;
            }
        }
        strategy.problem("OnFailure", "is " + JsonText.printable(text) + "; write fail_all, fail_local, or nothing");
        return OnFailure.DEFAULT;
    }

    private static void nodePool(Members owner) {
        String pool = owner.text("NodePool", "");
        if (!pool.isEmpty() && !pool.equals("default")) {
            owner.problem("NodePool", "is " + JsonText.printable(pool) + "; this version has the pool default only");
        }
    }
}
