package dev.steppe.reconcile;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.steppe.model.job.Constraint;
import dev.steppe.model.job.Job;
import dev.steppe.model.job.Opaque;
import dev.steppe.model.job.Task;
import dev.steppe.model.job.TaskGroup;
import java.util.List;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

final class SpecDifferenceTest {
    private static final Job JOB = JobFixture.job("j", JobFixture.group("web", 3, JobFixture.rolling(1), "a"));
    private static final Constraint LINUX = new Constraint("${attr.kernel.name}", Constraint.Operator.EQUAL, "linux");

    @Test
    void isDestructiveWhereTasksDiffer() {
        assertTask(true, task -> with(task, "other", task.driver(), task.cpuMhz(), task.memoryMb(), task.opaque()));
        assertTask(true, task -> with(task, task.name(), "java", task.cpuMhz(), task.memoryMb(), task.opaque()));
        assertTask(true, task -> with(task, task.name(), task.driver(), 501, task.memoryMb(), task.opaque()));
        assertTask(true, task -> with(task, task.name(), task.driver(), task.cpuMhz(), 257, task.opaque()));
        assertTask(
                true,
                task -> with(
                        task, task.name(), task.driver(), task.cpuMhz(), task.memoryMb(), Opaque.of("{\"Config\":1}")));
        assertTask(true, task -> task.withEnv(new TreeMap<>()));
    }

    @Test
    void isDestructiveWhereTheGroupDiffers() {
        assertGroup(
                true,
                group -> new TaskGroup(
                        group.name(), 3, List.of(), group.tasks(), group.update(), 151, group.meta(), group.opaque()));
        assertGroup(
                true,
                group -> group.withTasks(List.of(
                        group.tasks().get(0), with(group.tasks().get(0), "log", "exec", 100, 64, Opaque.NONE))));
        assertGroup(
                true,
                group -> new TaskGroup(
                        "api", 3, List.of(), group.tasks(), group.update(), 150, group.meta(), group.opaque()));
    }

    @Test
    void isDestructiveWhereMergedMetaDiffers() {
        TreeMap<String, String> meta = new TreeMap<>();
        meta.put("tier", "gold");
        Job inJob = JOB.withPlace(JOB.datacenters(), meta);
        assertEquals(true, SpecDifference.isDestructive(JOB, inJob, "web"));
        TaskGroup group = JOB.groups().get(0);
        Job inGroup = JOB.withGroups(
                List.of(new TaskGroup("web", 3, List.of(), group.tasks(), group.update(), 150, meta, group.opaque())));
        assertEquals(false, SpecDifference.isDestructive(inJob, inGroup, "web"), "said elsewhere, it is the same");
    }

    @Test
    void isInPlaceForWhatTheTasksDoNotSee() {
        assertGroup(false, group -> group.withCount(7));
        assertGroup(false, group -> group.withUpdate(JobFixture.rolling(3)));
        assertGroup(
                false,
                group -> new TaskGroup(
                        "web", 3, List.of(LINUX), group.tasks(), group.update(), 150, group.meta(), Opaque.of("{}")));
        assertEquals(false, SpecDifference.isDestructive(JOB, JOB.withPlace(List.of("dc1"), JOB.meta()), "web"));
    }

    private static void assertTask(boolean destructive, UnaryOperator<Task> change) {
        assertGroup(
                destructive,
                group -> group.withTasks(List.of(change.apply(group.tasks().get(0)))));
    }

    private static void assertGroup(boolean destructive, UnaryOperator<TaskGroup> change) {
        Job changed = JOB.withGroups(List.of(change.apply(JOB.groups().get(0))));
        assertEquals(destructive, SpecDifference.isDestructive(JOB, changed, "web"));
    }

    private static Task with(Task task, String name, String driver, int cpuMhz, int memoryMb, Opaque opaque) {
        return new Task(name, driver, cpuMhz, memoryMb, List.of(), task.env(), task.meta(), opaque);
    }
}
