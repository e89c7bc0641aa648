package dev.steppe.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steppe.api.Engine;
import dev.steppe.api.EngineConfig;
import dev.steppe.api.Placements;
import dev.steppe.model.job.Job;
import dev.steppe.model.job.JobKey;
import dev.steppe.model.job.Opaque;
import dev.steppe.model.job.Resources;
import dev.steppe.model.job.Task;
import dev.steppe.model.job.TaskGroup;
import dev.steppe.model.job.Update;
import dev.steppe.model.node.Node;
import dev.steppe.model.placement.Allocation;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeMap;
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
        List<String> seen = new java.util.ArrayList<>();
        // README: embedding
        try (Engine engine = Engine.open(EngineConfig.in(directory))) {
            for (String id : List.of("n1", "n2", "n3")) {
                var capacity = new Resources(4_000, 8_192, 100_000);
                engine.register(new Node(id, id, "dc1", "", new TreeMap<>(), new TreeMap<>(), capacity))
                        .join();
            }
            var task = new Task("server", "docker", 500, 256, List.of(), new TreeMap<>(), new TreeMap<>(), Opaque.NONE);
            var web = new TaskGroup(
                    "web", 5, List.of(), List.of(task), Update.DEFAULT, 300, new TreeMap<>(), Opaque.NONE);
            var job = new Job(
                    JobKey.of("hello"),
                    "hello",
                    50,
                    false,
                    List.of("*"),
                    List.of(),
                    new TreeMap<>(),
                    List.of(web),
                    null,
                    Opaque.NONE);
            engine.submit(job).join();
            for (Allocation allocation : engine.settled(job.key()).join().running()) {
                seen.add(allocation.slot().name() + " runs on " + allocation.nodeId());
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
