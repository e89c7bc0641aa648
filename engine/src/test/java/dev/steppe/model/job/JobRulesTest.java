package dev.steppe.model.job;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steppe.model.job.Multiregion.RegionSpec;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

final class JobRulesTest {
    private static final SortedMap<String, String> NO_TEXTS = Collections.emptySortedMap();

    @Test
    void acceptsAPlainJob() {
        assertEquals(List.of(), JobRules.check(job(group("web", 3, task("server", 100, 300)))));
    }

    @Test
    void namesEveryFieldOfABadGroupInDocumentOrder() {
        TaskGroup bad = new TaskGroup(
                "a b",
                -1,
                List.of(new Constraint("", Constraint.Operator.EQUAL, "x")),
                List.of(task("one", 0, 9), task("one", 1, 10)),
                new Update(-1, 10, 10, 10, false),
                9,
                NO_TEXTS,
                Opaque.NONE);
        assertEquals(
                List.of(
                        "TaskGroups[0].Name",
                        "TaskGroups[0].Count",
                        "TaskGroups[0].Constraints[0].LTarget",
                        "TaskGroups[0].EphemeralDisk.SizeMB",
                        "TaskGroups[0].Update.MaxParallel",
                        "TaskGroups[0].Update.MinHealthyTime",
                        "TaskGroups[0].Update.HealthyDeadline",
                        "TaskGroups[0].Tasks[0].Resources.CPU",
                        "TaskGroups[0].Tasks[0].Resources.MemoryMB",
                        "TaskGroups[0].Tasks[1].Name"),
                fields(job(bad)));
    }

    @Test
    void boundsWhatIsPlacedAllAtOnce() {
        Job large =
                Job.of("large", TaskGroup.of("web", JobRules.ALL_AT_ONCE_MAX + 1, Task.of("server", "exec", 1, 10)));
        Job allAtOnce = new Job(
                large.key(),
                large.name(),
                50,
                true,
                large.datacenters(),
                List.of(),
                NO_TEXTS,
                large.groups(),
                null,
                Opaque.NONE);
        assertEquals(List.of(), fields(large));
        assertEquals(List.of("TaskGroups"), fields(allAtOnce));
    }

    @Test
    void saysWhatToDo() {
        JobProblem problem =
                JobRules.check(job(group("web", 50_001, task("t", 1, 10)))).get(0);
        assertEquals("TaskGroups[0].Count is 50001; it must be 0 to 50000", problem.sentence());
    }

    @Test
    void refusesAnEmptyJob() {
        Job empty = new Job(
                new JobKey("team one", "x".repeat(129)),
                "",
                101,
                false,
                List.of(),
                List.of(),
                NO_TEXTS,
                List.of(),
                null,
                Opaque.NONE);
        assertEquals(List.of("ID", "Namespace", "Name", "Priority", "Datacenters", "TaskGroups"), fields(empty));
    }

    @Test
    void allowsSlashesInJobIdsOnly() {
        Job slashed = new Job(
                JobKey.of("a/b"),
                "a/b",
                50,
                false,
                List.of("*"),
                List.of(),
                NO_TEXTS,
                List.of(group("a/b", 1, task("t", 1, 10))),
                null,
                Opaque.NONE);
        assertEquals(List.of("TaskGroups[0].Name"), fields(slashed));
    }

    @Test
    void refusesSumsThatOverflowAnInt() {
        TaskGroup huge = group("web", 1, task("a", Integer.MAX_VALUE, 10), task("b", 1, 10));
        assertEquals(List.of("TaskGroups[0].Tasks"), fields(job(huge)));
        Job many = job(group("a", 50_000, task("t", 1, 10)), group("b", 1, task("t", 1, 10)));
        assertEquals(List.of("TaskGroups"), fields(many));
    }

    @Test
    void acceptsAProgressDeadlineOfZero() {
        Update atFirst = new Update(1, 10_000, 60_000, 0, true);
        assertEquals(List.of(), fields(job(group("web", 1, task("t", 1, 10)).withUpdate(atFirst))));
    }

    @Test
    void refusesRegionsListedTwiceAndWithoutDatacenters() {
        Multiregion regions = new Multiregion(
                -1,
                OnFailure.DEFAULT,
                List.of(
                        new RegionSpec("tokyo", -1, List.of("t1", ""), NO_TEXTS),
                        new RegionSpec("tokyo", 1, List.of(), NO_TEXTS)));
        Job job =
                job(group("web", 0, task("t", 1, 10))).withMultiregion(regions).withPlace(List.of(), NO_TEXTS);
        assertEquals(
                List.of(
                        "Multiregion.Strategy.MaxParallel",
                        "Multiregion.Regions[0].Count",
                        "Multiregion.Regions[0].Datacenters[1]",
                        "Multiregion.Regions[1].Name",
                        "Multiregion.Regions[1].Datacenters"),
                fields(job));
        assertEquals(
                List.of("Multiregion.Regions"),
                fields(job(group("web", 1, task("t", 1, 10)))
                        .withMultiregion(new Multiregion(0, OnFailure.DEFAULT, List.of()))));
    }

    @Test
    void refusesSeveralRegionsWithoutDeployments() {
        Job job = job(group("web", 1, task("t", 1, 10)).withUpdate(new Update(0, 1, 2, 3, false)));
        assertEquals(List.of(), fields(job));
        assertEquals(List.of("TaskGroups[0].Update.MaxParallel"), fields(job.withMultiregion(regions(1))));
    }

    @Test
    void countsTheRegionsCountForGroupsOfZero() {
        Job job = job(group("a", 0, task("t", 1, 10)), group("b", 0, task("t", 1, 10)));
        assertEquals(List.of(), fields(job.withMultiregion(regions(25_000))));
        assertEquals(List.of("TaskGroups"), fields(job.withMultiregion(regions(25_001))));
    }

    @Test
    void boundsListsAndTexts() {
        List<Constraint> constraints =
                Collections.nCopies(257, new Constraint("${node.class}", Constraint.Operator.EQUAL, "big"));
        SortedMap<String, String> meta = new TreeMap<>();
        meta.put("", "x");
        meta.put("half", "\ud800");
        meta.put("long", "é".repeat(32_769));
        Job job = new Job(
                JobKey.of("j"),
                "j",
                50,
                false,
                List.of("*"),
                constraints,
                meta,
                List.of(group("web", 1, task("t", 1, 10))),
                null,
                Opaque.of(new byte[1 << 20]));
        assertEquals(List.of("Constraints", "Meta", "Meta", "Meta", "Job"), fields(job));
    }

    @Test
    void boundsGroupsAndTasksAndWhatItSays() {
        List<TaskGroup> groups = new ArrayList<>();
        for (int i = 0; i <= JobRules.GROUPS_MAX; i++) {
            groups.add(group("g" + i, 1, task("t", 1, 10)));
        }
        assertEquals(List.of("TaskGroups"), fields(job().withGroups(groups)));
        List<Task> tasks = new ArrayList<>();
        for (int i = 0; i <= JobRules.TASKS_MAX; i++) {
            tasks.add(task("t" + i, 0, 0));
        }
        List<JobProblem> problems = JobRules.check(job(group("g", 1).withTasks(tasks)));
        assertEquals("TaskGroups[0].Tasks", problems.get(0).field());
        assertEquals(100, problems.size());
        assertTrue(problems.stream().allMatch(one -> one.sentence().startsWith(one.field())));
    }

    private static List<String> fields(Job job) {
        return JobRules.check(job).stream().map(JobProblem::field).toList();
    }

    private static Multiregion regions(int count) {
        return new Multiregion(1, OnFailure.DEFAULT, List.of(new RegionSpec("tokyo", count, List.of(), NO_TEXTS)));
    }

    private static Job job(TaskGroup... groups) {
        return new Job(
                JobKey.of("shop"),
                "shop",
                50,
                false,
                List.of("*"),
                List.of(),
                NO_TEXTS,
                List.of(groups),
                null,
                Opaque.NONE);
    }

    private static TaskGroup group(String name, int count, Task... tasks) {
        return new TaskGroup(name, count, List.of(), List.of(tasks), Update.DEFAULT, 300, NO_TEXTS, Opaque.NONE);
    }

    private static Task task(String name, int cpuMhz, int memoryMb) {
        return new Task(name, "exec", cpuMhz, memoryMb, List.of(), NO_TEXTS, NO_TEXTS, Opaque.NONE);
    }
}
