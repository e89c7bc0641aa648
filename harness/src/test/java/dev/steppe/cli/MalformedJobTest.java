package dev.steppe.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

/** A malformed job file is answered with one sentence that names the field; nothing is started or written. */
final class MalformedJobTest {
    @TempDir
    private Path directory;

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            value = {
                "\"Priority\": 50 | \"Priority\": 500 | Priority",
                "\"CPU\": 500 | \"CPU\": -1 | Resources.CPU",
                "\"Count\": 0 | \"Count\": \"many\" | Count",
                "\"Type\": \"service\" | \"Type\": \"batch\" | Type",
                "\"MaxParallel\": 1 | \"MaxParallel\": -1 | Multiregion.Strategy.MaxParallel",
                "\"OnFailure\": \"\" | \"OnFailure\": \"shrug\" | OnFailure",
                "\"Name\": \"bangalore\" | \"Name\": \"tokyo\" | Regions[1].Name",
                "\"HealthyDeadline\": 60000000000 | \"HealthyDeadline\": 1 | HealthyDeadline",
                "\"Datacenters\": [\"bangalore-1\"] | \"Datacenters\": [\"\"] | Datacenters",
                "\"AutoRevert\": true | \"AutoRevert\": true, \"Canary\": 2 | Canary",
            })
    void namesTheField(String sound, String broken, String field) throws Exception {
        String example = Files.readString(Path.of("examples/multiregion.json"), StandardCharsets.UTF_8);
        assertTrue(example.contains(sound), "the example has " + sound);
        int at = example.indexOf(sound);
        String document = example.substring(0, at) + broken + example.substring(at + sound.length());
        Path file = Files.writeString(directory.resolve("job.json"), document, StandardCharsets.UTF_8);
        Path data = directory.resolve("data");
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        CommandLine line = SteppeMain.commandLine().setOut(new PrintWriter(out)).setErr(new PrintWriter(err));
        int exitCode = line.execute("demo", "--json", "--job", file.toString(), "--dir", data.toString());
        assertEquals(1, exitCode, err.toString());
        assertEquals("", out.toString());
        List<String> sentences = err.toString().lines().toList();
        assertEquals(1, sentences.size(), err.toString());
        assertTrue(sentences.get(0).contains(field), sentences.get(0));
        try (Stream<Path> left = Files.exists(data) ? Files.list(data) : Stream.empty()) {
            assertEquals(0, left.count(), "nothing was written");
        }
    }
}
