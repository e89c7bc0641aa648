package dev.steppe.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class SimCommandTest {
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int run(String... arguments) {
        out.getBuffer().setLength(0);
        err.getBuffer().setLength(0);
        CommandLine command =
                SteppeMain.commandLine().setOut(new PrintWriter(out)).setErr(new PrintWriter(err));
        return command.execute(arguments);
    }

    @Test
    void tellsItsMembersInTheContractsOrder() throws IOException {
        assertEquals(0, run("sim", "--world", "raft", "--seed", "7", "--seeds", "3", "--seconds", "2", "--json"));
        JsonNode root = new ObjectMapper().readTree(out.toString());
        List<String> names = new ArrayList<>();
        root.fieldNames().forEachRemaining(names::add);
        assertEquals(
                List.of(
                        "schema",
                        "world",
                        "firstSeed",
                        "seeds",
                        "failedSeeds",
                        "events",
                        "simulatedHours",
                        "elapsedMs",
                        "traceHash",
                        "coverage"),
                names);
        assertEquals("steppe/sim/v1", root.get("schema").asText());
        assertEquals(7, root.get("firstSeed").asLong());
        assertEquals(0, root.get("failedSeeds").size());
        assertEquals(3, root.get("coverage").get("core-converged").asLong());
        String hash = root.get("traceHash").asText();
        run("sim", "--world", "raft", "--seed", "7", "--seeds", "3", "--seconds", "2", "--json");
        assertEquals(
                hash,
                new ObjectMapper().readTree(out.toString()).get("traceHash").asText());
        run("sim", "--world", "raft", "--seed", "8", "--seeds", "3", "--seconds", "2", "--json");
        assertNotEquals(
                hash,
                new ObjectMapper().readTree(out.toString()).get("traceHash").asText());
    }

    @Test
    void writesOneLinePerEvent(@TempDir Path folder) throws IOException {
        Path trace = folder.resolve("trace.txt");
        assertEquals(0, run("sim", "--world", "raft", "--seed", "3", "--seconds", "1", "--trace", trace.toString()));
        assertTrue(Files.readAllLines(trace).size() > 100);
        assertTrue(out.toString().startsWith("world raft, 1 seeds from 3: 0 failed"), out.toString());
    }

    @Test
    void refusesWhatItCannotPlay() {
        assertEquals(64, run("sim", "--world", "moon"));
        assertEquals(64, run("sim"));
        assertEquals(64, run("sim", "--world", "raft", "--seeds", "0"));
        assertEquals(64, run("sim", "--world", "raft", "--seconds", "0"));
        assertEquals("", out.toString());
    }

    @Test
    void exitsWith64WithoutTheMutant() {
        assertEquals(64, run("sim", "--world", "raft", "--seed", "1", "--mutant", "no-such-mistake"));
        assertTrue(err.toString().contains("no-such-mistake") || err.toString().contains("no jar of mutants"));
        assertEquals("", out.toString());
    }
}
