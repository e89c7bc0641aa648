package dev.steppe.agent.json;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steppe.model.job.Constraint;
import dev.steppe.model.job.Job;
import dev.steppe.model.job.JobKey;
import dev.steppe.model.job.JobRules;
import dev.steppe.model.job.Multiregion;
import dev.steppe.model.job.OnFailure;
import dev.steppe.model.job.TaskGroup;
import dev.steppe.model.job.Update;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class JobDocumentReaderTest {
    @Test
    void readsTheJobOfTheDemo() throws IOException {
        Job job = accepted(file("/examples/multiregion.json"));
        assertEquals(JobKey.of("shop"), job.key());
        Multiregion multiregion = job.multiregion();
        assertNotNull(multiregion);
        assertEquals(List.of("tokyo", "bangalore", "amsterdam", "sao-paulo"), multiregion.regionNames());
        assertEquals(
                List.of(10, 6, 5, 3),
                multiregion.regions().stream()
                        .map(Multiregion.RegionSpec::count)
                        .toList());
        assertEquals(1, multiregion.maxParallel());
        assertEquals(OnFailure.DEFAULT, multiregion.onFailure());
        assertTrue(multiregion.regions().stream()
                .noneMatch(one -> one.datacenters().isEmpty() || one.meta().isEmpty()));
        assertEquals(
                List.of("web", "lb"), job.groups().stream().map(TaskGroup::name).toList());
        assertEquals(List.of(0, 1), job.groups().stream().map(TaskGroup::count).toList());
        // The job-level update rule goes to the groups.
        Update update = new Update(2, 10_000, 60_000, 0, true);
        assertEquals(
                List.of(update, update),
                job.groups().stream().map(TaskGroup::update).toList());
        assertEquals(
                "{\"Config\":{\"command\":\"/usr/local/bin/balancer\"}}",
                job.groups().get(1).tasks().get(0).opaque().text());
    }

    @Test
    void readsTheExampleOfOneRegion() throws IOException {
        Job job = accepted(file("/examples/service.json"));
        assertEquals(
                List.of(new Constraint("${attr.kernel.name}", Constraint.Operator.EQUAL, "linux")), job.constraints());
        assertEquals(4, job.totalCount());
    }

    @Test
    void fillsInDefaultsAndTakesNullForAbsent() {
        Job job = accepted("""
                {"ID": "j", "Name": null, "Priority": 0, "Datacenters": null, "Type": null, "Update": null,
                 "Affinities": null, "Spreads": [], "Periodic": null, "NodePool": "", "Status": "running", "Version": 7,
                 "TaskGroups": [{"Name": "g", "Networks": null, "Scaling": null, "EphemeralDisk": null,
                                 "Tasks": [{"Name": "t", "Env": null, "Resources": {"Cores": 0, "Devices": []}}]}]}
                """);
        assertEquals("j", job.name());
        assertEquals(50, job.priority());
        assertEquals(List.of("*"), job.datacenters());
        assertEquals(0, job.opaque().lengthBytes());
        TaskGroup group = job.groups().get(0);
        assertEquals(1, group.count());
        assertEquals(300, group.diskMb());
        assertEquals(Update.DEFAULT, group.update());
        assertEquals(0, group.opaque().lengthBytes());
        assertEquals(100, group.tasks().get(0).cpuMhz());
        assertEquals(300, group.tasks().get(0).memoryMb());
        assertEquals("", group.tasks().get(0).driver());
    }

    @Test
    void takesOneForAnOmittedCountInSeveralRegions() {
        Job job = accepted("""
                {"ID": "j", "TaskGroups": [{"Name": "g", "Tasks": [{"Name": "t"}]}],
                 "Multiregion": {"Regions": [{"Name": "tokyo"}, {"Name": "oslo", "Count": 0}]}}
                """);
        assertEquals(1, job.groups().get(0).count());
        assertNotNull(job.multiregion());
        assertEquals(1, job.multiregion().regions().get(0).count());
        assertEquals(0, job.multiregion().regions().get(1).count());
        assertEquals(0, job.multiregion().maxParallel());
    }

    @Test
    void laysTheUpdateRuleOfAGroupOverThatOfTheJob() {
        Job job = accepted("""
                {"ID": "j", "Update": {"MaxParallel": 3, "AutoRevert": true, "Stagger": 30000000000},
                 "TaskGroups": [{"Name": "g", "Update": {"MaxParallel": 2, "HealthCheck": "checks"},
                                 "Tasks": [{"Name": "t"}]}]}
                """);
        assertEquals(
                new Update(2, 10_000, 300_000, 600_000, true),
                job.groups().get(0).update());
        assertEquals("{\"Update\":{\"Stagger\":30000000000}}", job.opaque().text());
        assertEquals(
                "{\"Update\":{\"HealthCheck\":\"checks\"}}",
                job.groups().get(0).opaque().text());
    }

    @Test
    void keepsUnknownMembersAsTheyWereWritten() {
        Job job = accepted("""
                {"ID": "j", "UI": {"b": 1.50, "a": [1e3, -0, null, "é\\u0000"]}, "Region": "tokyo",
                 "TaskGroups": [{"Name": "g", "Tasks": [{"Name": "t", "Config": {"image": "x:1"}}]}]}
                """);
        assertEquals(
                "{\"Region\":\"tokyo\",\"UI\":{\"b\":1.50,\"a\":[1e3,-0,null,\"é\\u0000\"]}}",
                job.opaque().text());
    }

    @Test
    void takesTheOtherSpellingsOfTheOperators() {
        Job job = accepted("""
                {"ID": "j", "TaskGroups": [{"Name": "g", "Tasks": [{"Name": "t", "Constraints": [
                  {"LTarget": "a", "RTarget": "b"}, {"LTarget": "a", "Operand": "is", "RTarget": "b"},
                  {"LTarget": "a", "Operand": "not", "RTarget": "b"}]}]}]}
                """);
        assertEquals(
                List.of(Constraint.Operator.EQUAL, Constraint.Operator.EQUAL, Constraint.Operator.NOT_EQUAL),
                job.groups().get(0).tasks().get(0).constraints().stream()
                        .map(Constraint::operator)
                        .toList());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            affinity.json         | TaskGroups[0].Affinities is not supported in this version; remove it (line 6, column 21)
            auto-promote.json     | Update.AutoPromote is not supported in this version; remove it (line 11, column 30)
            batch.json            | Type is batch; this version runs jobs of type service only (line 11, column 11)
            canary.json           | TaskGroups[0].Update.Canary is not supported in this version; remove it (line 6, column 29)
            cores.json            | TaskGroups[0].Tasks[0].Resources.Cores is not supported in this version; remove it (line 7, column 53)
            count-fraction.json   | TaskGroups[0].Count is 2.5; it must be a whole number (line 6, column 16)
            count-negative.json   | TaskGroups[0].Count is -3; it must be 0 or more (line 6, column 16)
            count-text.json       | TaskGroups[0].Count is a text; it must be a whole number (line 6, column 16)
            device.json           | TaskGroups[0].Tasks[0].Resources.Devices is not supported in this version; remove it (line 7, column 55)
            duplicate.json        | The document has the member "Name" twice; remove one (line 6, column 7)
            empty.json            | The document is empty; it must be a job as a JSON object (line 1, column 1)
            half-millisecond.json | TaskGroups[0].Update.MinHealthyTime is 10000500000 ns; write a multiple of 1000000, which is a millisecond (line 6, column 37)
            healthy-deadline.json | TaskGroups[0].Update.HealthyDeadline is 600000 ms; it must be below ProgressDeadline, which is 600000 ms (line 6, column 38)
            list.json             | The document is a list; it must be an object (line 1, column 1)
            lower-case.json       | affinities is not known; write it Affinities (line 11, column 17)
            memory-large.json     | TaskGroups[0].Tasks[0].Resources.MemoryMB is 99999999999999999999; it must be at most 2147483647 (line 7, column 56)
            memory-max.json       | TaskGroups[0].Tasks[0].Resources.MemoryMaxMB is not supported in this version; remove it (line 7, column 59)
            meta-number.json      | Meta.tier is 1; it must be a text (line 11, column 21)
            no-id.json            | ID is missing; give the job an id (line 1, column 1)
            no-tasks.json         | TaskGroups[0].Tasks is empty; a group needs at least one task (line 4, column 5)
            node-pool.json        | NodePool is gpu; this version has the pool default only (line 11, column 15)
            on-failure.json       | Multiregion.Strategy.OnFailure is fail; write fail_all, fail_local, or nothing (line 11, column 47)
            operator.json         | Constraints[0].Operand is >=; this version knows = and != only (line 11, column 69)
            parameterized.json    | ParameterizedJob is not supported in this version; remove it (line 11, column 23)
            periodic.json         | Periodic is not supported in this version; remove it (line 11, column 15)
            ports.json            | TaskGroups[0].Networks[0].DynamicPorts is not supported in this version; remove it (line 6, column 54)
            region-twice.json     | Multiregion.Regions[1].Name is 'tokyo' for the second time; names must differ (line 11, column 63)
            region-weight.json    | Multiregion.Regions[0].Weight is not known here; remove it (line 11, column 61)
            scaling.json          | TaskGroups[0].Scaling is not supported in this version; remove it (line 6, column 18)
            spread.json           | Spreads is not supported in this version; remove it (line 11, column 14)
            surrogate.json        | The document has half of a surrogate pair in a text; write well-formed Unicode (line 11, column 21)
            trailing.json         | The document goes on after its end; remove what follows the last brace (line 12, column 1)
            volume.json           | TaskGroups[0].Volumes is not supported in this version; remove it (line 6, column 18)
            """)
    void refusesWithOneSentence(String file, String sentence) throws IOException {
        JobReading.Refused refused =
                assertInstanceOf(JobReading.Refused.class, JobDocumentReader.read(file("/jobs/" + file)));
        assertEquals(List.of(sentence), refused.sentences());
    }

    @Test
    void saysWhereADocumentBreaksOff() throws IOException {
        JobReading.Refused refused =
                assertInstanceOf(JobReading.Refused.class, JobDocumentReader.read(file("/jobs/cut-off.json")));
        assertEquals(1, refused.problems().size());
        assertTrue(
                refused.sentences().get(0).startsWith("The document is not JSON: "),
                refused.sentences().get(0));
        assertTrue(refused.problems().get(0).line() >= 4, refused.sentences().get(0));
    }

    @Test
    void findsAllProblemsAtOnce() {
        JobReading.Refused refused = assertInstanceOf(JobReading.Refused.class, JobDocumentReader.read(bytes("""
                {"ID": "j", "Type": "system", "Priority": "high",
                 "TaskGroups": [{"Name": 7, "Tasks": {}}]}
                """)));
        assertEquals(
                List.of("Type", "Priority", "TaskGroups[0].Name", "TaskGroups[0].Tasks"),
                refused.problems().stream().map(DocumentProblem::field).toList());
    }

    @Test
    void boundsDepthAndLength() {
        String deep = "{\"ID\":\"j\",\"TaskGroups\":[{\"Name\":\"g\",\"Tasks\":[{\"Name\":\"t\",\"Config\":%s1%s}]}]}";
        accepted(String.format(deep, "[".repeat(27), "]".repeat(27)));
        assertEquals(
                "is nested deeper than 32 levels; flatten it",
                breach(String.format(deep, "[".repeat(28), "]".repeat(28))));
        assertEquals("is nested deeper than 32 levels; flatten it", breach("[".repeat(JobRules.TEXTS_MAX_BYTES - 1)));
        assertEquals("has 1048577 bytes; it may have at most 1048576", breach(" ".repeat(1_048_577)));
    }

    @Test
    void refusesWhatIsNotUtf8() {
        JobReading.Refused refused = assertInstanceOf(
                JobReading.Refused.class,
                JobDocumentReader.read(new byte[] {'{', '\n', '"', (byte) 0xff, '"', ':', '1', '}'}));
        assertEquals(List.of("The document is not UTF-8; save it as UTF-8 (line 2, column 2)"), refused.sentences());
    }

    @Property(tries = 300, edgeCases = EdgeCasesMode.NONE)
    void answersAnyDamageWithARefusalOrAJob(@ForAll long seed) throws IOException {
        Random random = new Random(seed);
        byte[] document = file("/examples/" + (random.nextBoolean() ? "multiregion.json" : "service.json"));
        for (int flips = 1 + random.nextInt(4); flips > 0; flips--) {
            byte[] piece = PIECES.get(random.nextInt(PIECES.size()));
            int at = random.nextInt(document.length - piece.length);
            System.arraycopy(piece, 0, document, at, piece.length);
        }
        JobReading reading = JobDocumentReader.read(document);
        if (reading instanceof JobReading.Refused refused) {
            assertTrue(refused.problems().size() >= 1);
            refused.problems().forEach(one -> assertTrue(one.line() >= 1 && one.column() >= 1, one.sentence()));
        } else if (reading instanceof JobReading.Accepted accepted) {
            assertEquals(List.of(), JobRules.check(accepted.job()));
        }
    }

    private static final List<byte[]> PIECES = List.of(
            bytes("{"),
            bytes("}"),
            bytes("["),
            bytes("]"),
            bytes("\""),
            bytes("-"),
            bytes("9"),
            bytes(","),
            bytes(":"),
            bytes("null"),
            bytes("1e9"),
            bytes("\\ud8"),
            bytes("a"),
            new byte[] {(byte) 0xc3},
            new byte[] {0});

    @Test
    void readsMetaInTheOrderOfItsKeys() {
        Job job = accepted("""
                {"ID": "j", "Meta": {"b": "2", "a": "1"}, "TaskGroups": [{"Name": "g", "Tasks": [{"Name": "t"}]}]}
                """);
        assertEquals(new TreeMap<>(Map.of("a", "1", "b", "2")), job.meta());
    }

    private static String breach(String document) {
        JobReading.Refused refused =
                assertInstanceOf(JobReading.Refused.class, JobDocumentReader.read(bytes(document)));
        assertEquals(1, refused.problems().size());
        String sentence = refused.sentences().get(0);
        return sentence.substring("The document ".length(), sentence.indexOf(" (line"));
    }

    private static Job accepted(String document) {
        return accepted(bytes(document));
    }

    private static Job accepted(byte[] document) {
        JobReading reading = JobDocumentReader.read(document);
        return assertInstanceOf(JobReading.Accepted.class, reading, reading::toString)
                .job();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] file(String name) throws IOException {
        try (InputStream file = JobDocumentReaderTest.class.getResourceAsStream(name)) {
            assertNotNull(file, name);
            return file.readAllBytes();
        }
    }
}
