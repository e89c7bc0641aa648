package dev.steppe.runtime.handover;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Runs every case that races a hand-over between threads ({@code …Stress}) in a JVM of its own. A race needs two cores;
 * on fewer the cases prove nothing and the test says that it was skipped.
 */
@Tag("portable")
final class HandOverStressTest {
    private static final int CASE_COUNT = 10;
    private static final Pattern SUMMARY = Pattern.compile("Results: (\\d+) planned; (\\d+) passed");

    @TempDir
    Path directory;

    @Test
    void handsOverWhole() throws Exception {
        race(List.of("-f", "1", "-fsm", "1", "-iters", "4", "-time", "250", "-sc", "false"));
    }

    @Test
    @Tag("extended")
    void handsOverWholeInEveryWayOfCompiling() throws Exception {
        race(List.of("-m", "default", "-sc", "true"));
    }

    private void race(List<String> effort) throws IOException, InterruptedException {
        Assumptions.assumeTrue(
                Runtime.getRuntime().availableProcessors() > 1, "skipped: threads cannot race on one core");
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        List<String> flags = flags();
        command.addAll(flags);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), "org.openjdk.jcstress.Main"));
        command.addAll(List.of("-t", "dev\\.steppe\\..*Stress.*", "-r", "report", "-hs", "256"));
        command.addAll(List.of("-jvmArgs", String.join(" ", flags)));
        command.addAll(effort);
        Path output = directory.resolve("output");
        Process process = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        int exitCode = process.waitFor();
        String said = Files.readString(output, StandardCharsets.UTF_8);
        assertEquals(0, exitCode, said);
        Matcher summary = SUMMARY.matcher(said);
        int plannedCount = 0;
        int passedCount = -1;
        while (summary.find()) {
            plannedCount = Integer.parseInt(summary.group(1));
            passedCount = Integer.parseInt(summary.group(2));
        }
        assertTrue(plannedCount >= CASE_COUNT, said);
        assertEquals(plannedCount, passedCount, said);
    }

    /** What this JVM was opened up with; not its agents, nor its memory. */
    private static List<String> flags() {
        return ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(flag -> flag.startsWith("--") || flag.equals("-XX:+IgnoreUnrecognizedVMOptions"))
                .toList();
    }
}
