package dev.steppe.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/** The demo as an operator runs it, at a speed that leaves the machines little to wait for. */
final class DemoCommandTest {
    private static final List<String> ORDER = List.of("tokyo", "bangalore", "amsterdam", "sao-paulo");
    private static final List<Integer> WEB = List.of(10, 6, 5, 3);
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private record Run(int exitCode, String out, String err) {
        JsonNode document() throws Exception {
            return MAPPER.readTree(out);
        }

        /** Version 1's regions, by name. */
        TreeMap<String, JsonNode> regions() throws Exception {
            TreeMap<String, JsonNode> regions = new TreeMap<>();
            document()
                    .get("rollouts")
                    .get(1)
                    .get("regions")
                    .forEach(region -> regions.put(region.get("name").asText(), region));
            return regions;
        }

        JsonNode rollout() throws Exception {
            return document().get("rollouts").get(1);
        }
    }

    private static Run steppe(String... arguments) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        CommandLine line = SteppeMain.commandLine().setOut(new PrintWriter(out)).setErr(new PrintWriter(err));
        return new Run(line.execute(arguments), out.toString(), err.toString());
    }

    private static Run demo(String... more) {
        List<String> arguments = new ArrayList<>(List.of("demo", "--json", "--speed", "100", "--seed", "7"));
        arguments.addAll(List.of(more));
        Run run = steppe(arguments.toArray(new String[0]));
        assertEquals(0, run.exitCode(), run.err());
        return run;
    }

    private static List<String> texts(JsonNode array) {
        List<String> texts = new ArrayList<>();
        array.forEach(one -> texts.add(one.asText()));
        return texts;
    }

    private static List<String> names(JsonNode object) {
        List<String> names = new ArrayList<>();
        object.fieldNames().forEachRemaining(names::add);
        return names;
    }

    @Test
    void rollsOverTheRegionsInOrderAndKeepsTheContract() throws Exception {
        Run run = demo();
        JsonNode document = run.document();
        assertEquals(
                List.of("schema", "seed", "durability", "servers", "speed", "rollouts", "timing"), names(document));
        assertEquals("steppe/demo/v1", document.get("schema").asText());
        assertEquals(7, document.get("seed").asLong());
        assertEquals(3, document.get("servers").asInt());
        assertEquals(2, document.get("rollouts").size());
        JsonNode rollout = run.rollout();
        assertEquals(
                List.of("version", "outcome", "submitMs", "roundTrips", "maxRunningSeen", "startOrder", "regions"),
                names(rollout));
        assertEquals("successful", rollout.get("outcome").asText());
        assertEquals(ORDER, texts(rollout.get("startOrder")));
        assertEquals(1, rollout.get("maxRunningSeen").asInt());
        assertTrue(rollout.get("roundTrips").asInt() <= 2, "round trips " + rollout.get("roundTrips"));
        for (int i = 0; i < ORDER.size(); i++) {
            JsonNode region = rollout.get("regions").get(i);
            assertEquals(ORDER.get(i), region.get("name").asText());
            assertEquals("successful", region.get("status").asText());
            assertEquals(1, region.get("jobVersion").asInt());
            assertEquals(1, region.get("specVersion").asInt());
            assertTrue(region.get("revertStatus").isNull());
            assertEquals(
                    WEB.get(i), region.get("groups").get("web").get("healthy").asInt());
            assertEquals(1, region.get("groups").get("lb").get("healthy").asInt());
            assertEquals(WEB.get(i) + 1, region.get("desired").asInt());
            assertEquals(WEB.get(i) + 1, region.get("placed").asInt());
            assertEquals(0, region.get("unhealthy").asInt());
            assertFalse(region.get("runningAtMs").isNull());
            assertFalse(region.get("endedAtMs").isNull());
        }
        assertEquals(4, document.get("timing").size());
    }

    private static void assertRegion(Run run, String region, String status, int specVersion) throws Exception {
        JsonNode seen = run.regions().get(region);
        assertEquals(status, seen.get("status").asText(), region);
        assertEquals(specVersion, seen.get("specVersion").asInt(), region);
    }

    @Test
    void failureByDefaultFailsTheRegionsBehind() throws Exception {
        Run run = demo("--fail", "bangalore");
        assertRegion(run, "tokyo", "blocked", 1);
        assertRegion(run, "bangalore", "failed", 0);
        assertRegion(run, "amsterdam", "failed", 0);
        assertRegion(run, "sao-paulo", "failed", 0);
        assertEquals("held", run.rollout().get("outcome").asText());
        assertEquals(
                "successful", run.regions().get("bangalore").get("revertStatus").asText());
        assertTrue(run.regions().get("amsterdam").get("runningAtMs").isNull());
        assertEquals(0, run.regions().get("amsterdam").get("jobVersion").asInt());
    }

    @Test
    void failAllTakesBackEveryRegionThatHadBegun() throws Exception {
        Run run = demo("--fail", "bangalore", "--on-failure", "fail_all");
        for (String region : ORDER) {
            assertRegion(run, region, "failed", 0);
        }
        assertEquals("failed", run.rollout().get("outcome").asText());
        assertEquals(
                "successful", run.regions().get("tokyo").get("revertStatus").asText());
    }

    @Test
    void failLocalLetsTheOthersGoOn() throws Exception {
        Run run = demo("--fail", "bangalore", "--on-failure", "fail_local");
        assertRegion(run, "bangalore", "failed", 0);
        assertRegion(run, "tokyo", "blocked", 1);
        assertRegion(run, "amsterdam", "blocked", 1);
        assertRegion(run, "sao-paulo", "blocked", 1);
    }

    @Test
    void twoMayRunAtOnce() throws Exception {
        Run run = demo("--max-parallel", "2", "--servers", "1");
        assertEquals("successful", run.rollout().get("outcome").asText());
        assertEquals(2, run.rollout().get("maxRunningSeen").asInt());
    }

    @Test
    void jobOfOneRegionRunsInTheFirst() throws Exception {
        Run run = demo("--job", "examples/service.json", "--servers", "1", "--regions", "tokyo,bangalore");
        assertEquals(1, run.rollout().get("regions").size());
        assertRegion(run, "tokyo", "successful", 1);
        assertNull(run.regions().get("bangalore"));
    }

    @Test
    void regionsMustBeThoseOfTheJob() {
        Run run = steppe("demo", "--regions", "tokyo,paris");
        assertEquals(64, run.exitCode());
        assertTrue(run.err().contains("--regions tokyo,paris"), run.err());
        assertEquals("", run.out());
    }

    @Test
    void unknownOptionIsOneSentence() {
        Run run = steppe("demo", "--frobnicate");
        assertEquals(64, run.exitCode());
        assertEquals(1, run.err().lines().count(), run.err());
        assertEquals("", run.out());
    }

    @Test
    void storyAndTablesForPeople() {
        Run run = steppe("demo", "--speed", "100", "--servers", "1", "--quiet");
        assertEquals(0, run.exitCode(), run.err());
        assertTrue(
                run.out().contains("order tokyo, bangalore, amsterdam, sao-paulo; never more than 1 running"),
                run.out());
        assertEquals("", run.err());
    }
}
