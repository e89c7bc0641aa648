package dev.steppe.model.job;

import dev.steppe.model.job.Multiregion.RegionSpec;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * What a job must obey before it is stored ({@code scheduling.md} 1.1.3, 1.1.13, 1.2, 1.3; {@code multiregion.md} 4.1;
 * {@code reliability.md} 4). Asked where a job is read, and again by apply: the answer depends on the job alone, and
 * its order is that of the document.
 */
public final class JobRules {
    /** Longest identifier. */
    public static final int NAME_MAX_CHARS = 128;
    /** Longest single text, in UTF-8. */
    public static final int TEXT_MAX_BYTES = 65_536;
    /** All texts and unread members of a job together. */
    public static final int TEXTS_MAX_BYTES = 1 << 20;
    /** Most groups of a job. */
    public static final int GROUPS_MAX = 1_000;
    /** Most tasks of a group. */
    public static final int TASKS_MAX = 100;
    /** Most constraints at one place: job, group or task. */
    public static final int CONSTRAINTS_MAX = 256;
    /** Most entries of one map. */
    public static final int MAP_ENTRIES_MAX = 1_024;
    /** Most datacenter globs of a job or region. */
    public static final int DATACENTERS_MAX = 256;
    /** Most regions of a job. */
    public static final int REGIONS_MAX = 256;
    /** Most allocations of a job in one region ({@code scheduling.md} 1.1.13). */
    public static final int COUNT_MAX = 50_000;

    /** Most allocations of a job that is placed wholly or not at all: its plan is one entry of the log. */
    public static final int ALL_AT_ONCE_MAX = 4_096;
    /** Longest of the times of an update rule: a thousand days. */
    public static final long TIME_MAX_MS = 86_400_000_000L;

    private static final int PRIORITY_MIN = 1;
    private static final int PRIORITY_MAX = 100;
    private static final int CPU_MIN_MHZ = 1;
    private static final int MEMORY_MIN_MB = 10;
    private static final int DISK_MIN_MB = 10;

    private final Job job;
    private final JobFindings findings = new JobFindings();

    private JobRules(Job job) {
        this.job = job;
    }

    /** The rules that {@code job} breaks, in document order, at most 100; empty if it may be stored. */
    public static List<JobProblem> check(Job job) {
        JobRules rules = new JobRules(job);
        rules.identity();
        rules.places();
        rules.groups();
        rules.counts();
        rules.volume();
        return rules.findings.problems();
    }

    private void identity() {
        findings.name("ID", job.key().id(), true);
        findings.name("Namespace", job.key().namespace(), false);
        if (job.name().isEmpty()) {
            findings.add("Name", "is empty; give it a name, or leave it out to use the ID");
        }
        if (job.name().length() > NAME_MAX_CHARS) {
            findings.add("Name", "has " + job.name().length() + " characters; it may have at most " + NAME_MAX_CHARS);
        }
        if (job.name().chars().anyMatch(one -> one < ' ' || one == 0x7f)) {
            findings.add("Name", "has a control character; remove it");
        }
        findings.text("Name", job.name());
        findings.range("Priority", job.priority(), PRIORITY_MIN, PRIORITY_MAX);
    }

    private void places() {
        datacenters("Datacenters", job.datacenters());
        if (job.multiregion() == null && job.datacenters().isEmpty()) {
            findings.add("Datacenters", "is empty; name at least one, or leave it out to mean all");
        }
        constraints("Constraints", job.constraints());
        findings.texts("Meta", job.meta());
        if (job.multiregion() != null) {
            regions(job.multiregion());
        }
        findings.opaque(job.opaque());
    }

    private void datacenters(String field, List<String> datacenters) {
        findings.length(field, datacenters.size(), DATACENTERS_MAX);
        for (int i = 0; i < datacenters.size(); i++) {
            String at = field + "[" + i + "]";
            findings.text(at, datacenters.get(i));
            if (datacenters.get(i).isEmpty()) {
                findings.add(at, "is empty; name a datacenter, or remove it");
            }
        }
    }

    private void constraints(String field, List<Constraint> constraints) {
        findings.length(field, constraints.size(), CONSTRAINTS_MAX);
        for (int i = 0; i < constraints.size(); i++) {
            String at = field + "[" + i + "]";
            if (constraints.get(i).left().isEmpty()) {
                findings.add(at + ".LTarget", "is empty; name what is compared, such as ${attr.kernel.name}");
            }
            findings.text(at + ".LTarget", constraints.get(i).left());
            findings.text(at + ".RTarget", constraints.get(i).right());
        }
    }

    private void regions(Multiregion multiregion) {
        findings.range("Multiregion.Strategy.MaxParallel", multiregion.maxParallel(), 0, Long.MAX_VALUE);
        List<RegionSpec> regions = multiregion.regions();
        if (regions.isEmpty()) {
            findings.add("Multiregion.Regions", "is empty; name at least one region, or remove the block");
        }
        findings.length("Multiregion.Regions", regions.size(), REGIONS_MAX);
        Set<String> names = new HashSet<>();
        for (int i = 0; i < regions.size(); i++) {
            RegionSpec region = regions.get(i);
            String at = "Multiregion.Regions[" + i + "]";
            unique(names, at, region.name());
            findings.range(at + ".Count", region.count(), 0, COUNT_MAX);
            datacenters(at + ".Datacenters", region.datacenters());
            if (region.datacenters().isEmpty() && job.datacenters().isEmpty()) {
                findings.add(at + ".Datacenters", "is empty, and the job has none; name at least one in either");
            }
            findings.texts(at + ".Meta", region.meta());
        }
    }

    private void unique(Set<String> names, String at, String name) {
        findings.name(at + ".Name", name, false);
        if (!names.add(name)) {
            findings.add(at + ".Name", "is '" + name + "' for the second time; names must differ");
        }
    }

    private void groups() {
        List<TaskGroup> groups = job.groups();
        if (groups.isEmpty()) {
            findings.add("TaskGroups", "is empty; a job needs at least one group");
        }
        findings.length("TaskGroups", groups.size(), GROUPS_MAX);
        Set<String> names = new HashSet<>();
        for (int i = 0; i < groups.size(); i++) {
            String at = "TaskGroups[" + i + "]";
            unique(names, at, groups.get(i).name());
            group(at, groups.get(i));
        }
    }

    private void group(String at, TaskGroup group) {
        findings.range(at + ".Count", group.count(), 0, COUNT_MAX);
        constraints(at + ".Constraints", group.constraints());
        findings.texts(at + ".Meta", group.meta());
        findings.range(at + ".EphemeralDisk.SizeMB", group.diskMb(), DISK_MIN_MB, Integer.MAX_VALUE);
        update(at + ".Update", group.update());
        findings.opaque(group.opaque());
        if (group.tasks().isEmpty()) {
            findings.add(at + ".Tasks", "is empty; a group needs at least one task");
        }
        findings.length(at + ".Tasks", group.tasks().size(), TASKS_MAX);
        Set<String> names = new HashSet<>();
        long cpuMhz = 0;
        long memoryMb = 0;
        for (int i = 0; i < group.tasks().size(); i++) {
            Task task = group.tasks().get(i);
            unique(names, at + ".Tasks[" + i + "]", task.name());
            task(at + ".Tasks[" + i + "]", task);
            cpuMhz += task.cpuMhz();
            memoryMb += task.memoryMb();
        }
        if (cpuMhz > Integer.MAX_VALUE || memoryMb > Integer.MAX_VALUE) {
            findings.add(
                    at + ".Tasks",
                    "ask for " + cpuMhz + " MHz and " + memoryMb + " MB together; each may be at most "
                            + Integer.MAX_VALUE);
        }
    }

    private void update(String at, Update update) {
        findings.range(at + ".MaxParallel", update.maxParallel(), 0, Long.MAX_VALUE);
        if (update.maxParallel() == 0 && job.multiregion() != null) {
            // multiregion.md 2.13: without deployments a region would never report that it is complete.
            findings.add(at + ".MaxParallel", "is 0; in a job of several regions it must be 1 or more");
        }
        findings.range(at + ".MinHealthyTime", update.minHealthyTimeMs(), 0, TIME_MAX_MS);
        findings.range(at + ".HealthyDeadline", update.healthyDeadlineMs(), 0, TIME_MAX_MS);
        findings.range(at + ".ProgressDeadline", update.progressDeadlineMs(), 0, TIME_MAX_MS);
        if (update.minHealthyTimeMs() >= update.healthyDeadlineMs()) {
            findings.add(
                    at + ".MinHealthyTime",
                    "is " + update.minHealthyTimeMs() + " ms; it must be below HealthyDeadline, which is "
                            + update.healthyDeadlineMs() + " ms");
        }
        if (update.progressDeadlineMs() != 0 && update.healthyDeadlineMs() >= update.progressDeadlineMs()) {
            findings.add(
                    at + ".HealthyDeadline",
                    "is " + update.healthyDeadlineMs() + " ms; it must be below ProgressDeadline, which is "
                            + update.progressDeadlineMs() + " ms");
        }
    }

    private void task(String at, Task task) {
        findings.text(at + ".Driver", task.driver());
        findings.range(at + ".Resources.CPU", task.cpuMhz(), CPU_MIN_MHZ, Integer.MAX_VALUE);
        findings.range(at + ".Resources.MemoryMB", task.memoryMb(), MEMORY_MIN_MB, Integer.MAX_VALUE);
        constraints(at + ".Constraints", task.constraints());
        findings.texts(at + ".Env", task.env());
        findings.texts(at + ".Meta", task.meta());
        findings.opaque(task.opaque());
    }

    /**
     * In each region the groups together may not ask for more than 50,000; a group of count 0 asks for the region's.
     */
    private void counts() {
        if (job.multiregion() == null) {
            total("TaskGroups", 0, "");
            return;
        }
        for (RegionSpec region : job.multiregion().regions()) {
            total("TaskGroups", region.count(), " in region " + region.name());
        }
    }

    private void total(String field, int regionCount, String where) {
        long total = 0;
        for (TaskGroup group : job.groups()) {
            total += Math.max(0, group.count() == 0 ? regionCount : group.count());
        }
        if (total > COUNT_MAX) {
            findings.add(field, "ask for " + total + " allocations" + where + "; a job may have at most " + COUNT_MAX);
        } else if (job.allAtOnce() && total > ALL_AT_ONCE_MAX) {
            findings.add(
                    field,
                    "ask for " + total + " allocations all at once" + where
                            + "; that many can be placed only if AllAtOnce" + " is left out, or the counts are "
                            + ALL_AT_ONCE_MAX + " or less together");
        }
    }

    private void volume() {
        if (findings.textBytes() > TEXTS_MAX_BYTES) {
            findings.add(
                    "Job", "has " + findings.textBytes() + " bytes of text; it may have at most " + TEXTS_MAX_BYTES);
        }
    }
}
