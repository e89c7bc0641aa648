package dev.steppe.agent.json;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.steppe.base.OperatingFault;
import dev.steppe.model.job.Constraint;
import dev.steppe.model.job.Job;
import dev.steppe.model.job.JobKey;
import dev.steppe.model.job.Multiregion;
import dev.steppe.model.job.Multiregion.RegionSpec;
import dev.steppe.model.job.OnFailure;
import dev.steppe.model.job.Opaque;
import dev.steppe.model.job.Task;
import dev.steppe.model.job.TaskGroup;
import dev.steppe.model.job.Update;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.BiFunction;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

final class JobDocumentWriterTest {
    @Property(tries = 50, edgeCases = EdgeCasesMode.NONE)
    void writesWhatReadsAsTheSameJob(@ForAll("jobs") Job job) throws OperatingFault {
        assertEquals(job, read(JobDocumentWriter.write(job)));
    }

    @Test
    void writesTheExamplesBack() throws IOException, OperatingFault {
        for (String name : List.of("/examples/multiregion.json", "/examples/service.json")) {
            try (InputStream file = JobDocumentWriterTest.class.getResourceAsStream(name)) {
                assertNotNull(file, name);
                Job job = read(file.readAllBytes());
                byte[] written = JobDocumentWriter.write(job);
                assertEquals(job, read(written));
                assertArrayEquals(written, JobDocumentWriter.write(read(written)));
            }
        }
    }

    @Test
    void writesKeptMembersWhereTheyStood() throws OperatingFault {
        Job job = read(bytes("""
                {"ID": "j", "Region": "tokyo", "Update": {"Stagger": 1}, "TaskGroups": [{"Name": "g",
                  "RestartPolicy": {"Attempts": 1.0}, "Networks": [{"Mode": "bridge"}],
                  "Update": {"HealthCheck": "checks"}, "EphemeralDisk": {"SizeMB": 20, "Wipe": true},
                  "Tasks": [{"Name": "t", "Config": {"z": 1, "a": []}, "Resources": {"CPU": 5, "IOPS": 3}}]}]}
                """));
        assertEquals(
                "{\"ID\":\"j\",\"Name\":\"j\",\"Namespace\":\"default\",\"Type\":\"service\",\"Priority\":50,"
                        + "\"AllAtOnce\":false,\"Datacenters\":[\"*\"],\"Constraints\":[],\"Meta\":{},\"TaskGroups\":[{"
                        + "\"Name\":\"g\",\"Count\":1,\"Constraints\":[],\"Meta\":{},\"Update\":{\"MaxParallel\":1,"
                        + "\"MinHealthyTime\":10000000000,\"HealthyDeadline\":300000000000,"
                        + "\"ProgressDeadline\":600000000000,\"AutoRevert\":false,\"HealthCheck\":\"checks\"},"
                        + "\"EphemeralDisk\":{\"SizeMB\":20,\"Wipe\":true},\"Tasks\":[{\"Name\":\"t\",\"Driver\":\"\","
                        + "\"Constraints\":[],\"Env\":{},\"Meta\":{},\"Resources\":{\"CPU\":5,\"MemoryMB\":300,"
                        + "\"IOPS\":3},\"Config\":{\"z\":1,\"a\":[]}}],\"Networks\":[{\"Mode\":\"bridge\"}],"
                        + "\"RestartPolicy\":{\"Attempts\":1.0}}],\"Region\":\"tokyo\",\"Update\":{\"Stagger\":1}}",
                new String(JobDocumentWriter.write(job), StandardCharsets.UTF_8));
    }

    @Test
    void saysNothingTwice() throws OperatingFault {
        Job job = withOpaque("{\"ID\":\"other\",\"UI\":1}");
        assertEquals("{\"UI\":1}", read(JobDocumentWriter.write(job)).opaque().text());
    }

    @Test
    void refusesKeptMembersThatAreNone() {
        for (String opaque : List.of("[]", "{", "\u0001")) {
            assertThrows(OperatingFault.class, () -> JobDocumentWriter.write(withOpaque(opaque)), opaque);
        }
    }

    private static Job withOpaque(String opaque) {
        Task task = new Task("t", "", 1, 10, List.of(), new TreeMap<>(), new TreeMap<>(), Opaque.NONE);
        TaskGroup group =
                new TaskGroup("g", 1, List.of(), List.of(task), Update.DEFAULT, 10, new TreeMap<>(), Opaque.NONE);
        return new Job(
                JobKey.of("j"),
                "j",
                50,
                false,
                List.of("*"),
                List.of(),
                new TreeMap<>(),
                List.of(group),
                null,
                Opaque.of(opaque));
    }

    private static Job read(byte[] document) {
        JobReading reading = JobDocumentReader.read(document);
        return assertInstanceOf(JobReading.Accepted.class, reading, reading::toString)
                .job();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** Jobs that the rules accept. */
    @Provide
    Arbitrary<Job> jobs() {
        return Combinators.combine(
                        names(),
                        names(),
                        Arbitraries.integers().between(1, 100),
                        Arbitraries.of(true, false),
                        names().list().ofMinSize(1).ofMaxSize(3),
                        constraints(),
                        texts(),
                        groups().list().ofMinSize(1).ofMaxSize(3))
                .flatAs((id, name, priority, allAtOnce, datacenters, constraints, meta, groups) -> Combinators.combine(
                                multiregions().injectNull(0.5), opaques("Region", "UI", "Update"))
                        .as((multiregion, opaque) -> new Job(
                                new JobKey(name, id),
                                "Job " + name + " é",
                                priority,
                                allAtOnce,
                                datacenters,
                                constraints,
                                meta,
                                numbered(groups, JobDocumentWriterTest::renamed),
                                multiregion,
                                opaque)));
    }

    private static Arbitrary<TaskGroup> groups() {
        return Combinators.combine(
                        names(),
                        Arbitraries.integers().between(0, 1_000),
                        constraints(),
                        tasks().list().ofMinSize(1).ofMaxSize(3),
                        updates(),
                        Arbitraries.integers().between(10, 1_000_000),
                        texts(),
                        opaques("EphemeralDisk", "RestartPolicy", "Update"))
                .as((name, count, constraints, tasks, update, diskMb, meta, opaque) -> new TaskGroup(
                        name,
                        count,
                        constraints,
                        numbered(tasks, JobDocumentWriterTest::renamed),
                        update,
                        diskMb,
                        meta,
                        opaque));
    }

    private static Arbitrary<Task> tasks() {
        return Combinators.combine(
                        names(),
                        names(),
                        Arbitraries.integers().between(1, 10_000),
                        Arbitraries.integers().between(10, 10_000),
                        constraints(),
                        texts(),
                        texts(),
                        opaques("Config", "Resources", "Templates"))
                .as(Task::new);
    }

    private static Arbitrary<Update> updates() {
        return Combinators.combine(
                        Arbitraries.integers().between(1, 9),
                        Arbitraries.longs().between(0, 1_000),
                        Arbitraries.longs().between(1_001, 2_000),
                        Arbitraries.of(0L, 2_001L, 86_400_000_000L),
                        Arbitraries.of(true, false))
                .as(Update::new);
    }

    private static Arbitrary<Multiregion> multiregions() {
        Arbitrary<RegionSpec> regions = Combinators.combine(
                        names(),
                        Arbitraries.integers().between(0, 10),
                        names().list().ofMaxSize(2),
                        texts())
                .as(RegionSpec::new);
        return Combinators.combine(
                        Arbitraries.integers().between(0, 5),
                        Arbitraries.of(OnFailure.class),
                        regions.list().ofMinSize(1).ofMaxSize(4))
                .as((maxParallel, onFailure, list) ->
                        new Multiregion(maxParallel, onFailure, numbered(list, JobDocumentWriterTest::renamed)));
    }

    /** The same with names that differ. */
    private static <T> List<T> numbered(List<T> list, BiFunction<T, Integer, T> renamed) {
        return IntStream.range(0, list.size())
                .mapToObj(i -> renamed.apply(list.get(i), i))
                .toList();
    }

    private static TaskGroup renamed(TaskGroup group, int number) {
        return new TaskGroup(
                group.name() + number,
                group.count(),
                group.constraints(),
                group.tasks(),
                group.update(),
                group.diskMb(),
                group.meta(),
                group.opaque());
    }

    private static Task renamed(Task task, int number) {
        return new Task(
                task.name() + number,
                task.driver(),
                task.cpuMhz(),
                task.memoryMb(),
                task.constraints(),
                task.env(),
                task.meta(),
                task.opaque());
    }

    private static RegionSpec renamed(RegionSpec region, int number) {
        return new RegionSpec(region.name() + number, region.count(), region.datacenters(), region.meta());
    }

    private static Arbitrary<List<Constraint>> constraints() {
        return Combinators.combine(names(), Arbitraries.of(Constraint.Operator.class), values())
                .as(Constraint::new)
                .list()
                .ofMaxSize(2);
    }

    private static Arbitrary<SortedMap<String, String>> texts() {
        return Arbitraries.maps(names(), values()).ofMaxSize(3).map(TreeMap::new);
    }

    private static Arbitrary<String> names() {
        return Arbitraries.of("web", "lb", "a", "sao-paulo", "x_1.y", "~:@+", "Z9");
    }

    private static Arbitrary<String> values() {
        return Arbitraries.oneOf(
                Arbitraries.strings().ascii().ofMaxLength(4),
                Arbitraries.of("", "\u2028", "\ud83d\ude00", "${attr.é}", "\\", "\""));
    }

    /** Members of these names, sorted, as a reader keeps them. */
    private static Arbitrary<Opaque> opaques(String first, String second, String third) {
        return Combinators.combine(inner(), inner(), inner()).as((one, two, three) -> {
            StringBuilder members = new StringBuilder();
            append(members, first, one);
            append(members, second, two);
            append(members, third, three);
            return members.isEmpty() ? Opaque.NONE : Opaque.of("{" + members + "}");
        });
    }

    private static void append(StringBuilder members, String name, String inner) {
        if (!inner.isEmpty()) {
            members.append(members.isEmpty() ? "" : ",")
                    .append('"')
                    .append(name)
                    .append("\":")
                    .append(inner);
        }
    }

    private static Arbitrary<String> inner() {
        return Arbitraries.of("", "{\"x\":1.50}", "{\"a\":[null,-0,1e99],\"b\":\"\u2028é\"}");
    }
}
