package dev.steppe.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steppe.api.Engine;
import dev.steppe.api.EngineConfig;
import dev.steppe.api.Placements;
import dev.steppe.model.job.Job;
import dev.steppe.model.job.JobKey;
import dev.steppe.model.job.Resources;
import dev.steppe.model.job.Task;
import dev.steppe.model.job.TaskGroup;
import dev.steppe.model.node.Node;
import dev.steppe.model.placement.Allocation;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The README's twenty lines, run as they stand there. */
@Tag("portable")
final class EmbeddingTest {
    @TempDir
    private Path directory;

    @Test
    void twentyLinesPlaceAJob() throws Exception {
        List<String> seen = new ArrayList<>();
        // README: embedding
        try (Engine engine = Engine.open(EngineConfig.in(directory))) {
            for (String id : List.of("n1", "n2", "n3")) {
                engine.register(Node.of(id, "dc1", new Resources(4_000, 8_192, 100_000)))
                        .join();
            }
            Task server = Task.of("server", "docker", 500, 256);
            Job hello = Job.of("hello", TaskGroup.of("web", 5, server));
            engine.submit(hello).join();
            for (Allocation one : engine.settled(hello.key()).join().running()) {
                seen.add(one.slot().name() + " runs on " + one.nodeId());
            }
        }
        // README: end
        assertEquals(5, seen.size(), seen.toString());
        assertTrue(seen.get(0).startsWith("hello.web[0] runs on n"), seen.toString());
    }

    @Test
    void readmeShowsTheseLines() throws Exception {
        String source =
                Files.readString(Path.of("src/test/java/dev/steppe/server/EmbeddingTest.java"), StandardCharsets.UTF_8);
        String readme = Files.readString(Path.of("../README.md"), StandardCharsets.UTF_8);
        String lines = source.substring(
                source.indexOf("// README: embedding\n") + 21, source.indexOf("        // README: end"));
        String unindented = lines.lines()
                .map(line -> line.startsWith("        ") ? line.substring(8) : line)
                .map(line -> line.replace("seen.add(", "System.out.println("))
                .collect(Collectors.joining("\n"));
        assertTrue(readme.contains(unindented), "README.md must show exactly:\n" + unindented);
    }

    @Test
    void placementsSurviveReopening() throws Exception {
        Placements before;
        JobKey key = JobKey.of("hello");
        try (Engine engine = Engine.open(EngineConfig.in(directory))) {
            before = ServerFixture.placeThree(engine, key);
        }
        try (Engine engine = Engine.open(EngineConfig.in(directory))) {
            ServerFixture.awaitIndex(engine, 1);
            assertEquals(before, engine.settled(key).join());
        }
    }
}
