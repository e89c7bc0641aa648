package dev.steppe.benchmarks.peer;

import dev.steppe.benchmarks.fixture.BenchmarkMain;
import dev.steppe.benchmarks.raft.WindowFigures;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A contestant in a process of its own, driven window by window. While others are measured it is idle, or stopped if it
 * would not be. Owned by the main thread; what it prints stands in a file beside its directory.
 */
final class ForkedContestant implements AutoCloseable {
    private static final List<String> HEAP =
            List.of("-Xms1g", "-Xmx1g", "-XX:+UseParallelGC", "-XX:ParallelGCThreads=2", "-XX:+AlwaysPreTouch");
    private static final long END_SECONDS = 20;
    /** What is not measured before each window: a stopped group finds its leader again, caches are warm again. */
    private static final long PRELUDE_MS = 200;

    private final Contestant contestant;
    private final Path directory;
    private final Process process;
    private final Writer orders;
    private final BufferedReader answers;
    private final String description;

    /** Starts the process, with its files below {@code parent}, and waits until its group is open. */
    ForkedContestant(Contestant contestant, Path parent) throws IOException {
        this.contestant = contestant;
        directory = Files.createTempDirectory(parent, "steppe-peers-" + contestant.word() + "-");
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(HEAP);
        command.addAll(List.of(BenchmarkMain.flags().split(" ", -1)));
        command.addAll(List.of("-cp", classPath()));
        command.addAll(List.of(ContestantProcess.class.getName(), contestant.word(), directory.toString()));
        process = new ProcessBuilder(command)
                .redirectError(directory.resolve("errors.txt").toFile())
                .start();
        orders = process.outputWriter(StandardCharsets.UTF_8);
        answers = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        description = answer(ContestantProcess.OPENED);
        rest();
    }

    Contestant contestant() {
        return contestant;
    }

    /** What it said about itself. */
    String description() {
        return description;
    }

    /** One window, after a short one that does not count. */
    WindowFigures window(int inFlightCount, long windowMs) throws IOException {
        signal("CONT");
        order(inFlightCount, PRELUDE_MS);
        WindowFigures figures = order(inFlightCount, windowMs);
        rest();
        return figures;
    }

    /** Ends the process and removes its files. */
    @Override
    public void close() throws IOException {
        signal("CONT");
        try {
            orders.close();
        } catch (IOException ended) {
            // Its process has ended before; then nobody reads orders any more.
            process.destroyForcibly();
        }
        try {
            if (!process.waitFor(END_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
        delete(directory);
    }

    private WindowFigures order(int inFlightCount, long windowMs) throws IOException {
        orders.write(inFlightCount + " " + windowMs + "\n");
        orders.flush();
        return WindowFigures.decode(answer(ContestantProcess.FIGURES));
    }

    private String answer(String prefix) throws IOException {
        String line = answers.readLine();
        if (line == null || !line.startsWith(prefix)) {
            throw new IOException(contestant.word() + " ended or said something else: " + line + "\n"
                    + Files.readString(directory.resolve("errors.txt")));
        }
        return line.substring(prefix.length());
    }

    private void rest() throws IOException {
        if (contestant.yields()) {
            signal("STOP");
        }
    }

    private void signal(String name) throws IOException {
        if (!contestant.yields() || !process.isAlive()) {
            return;
        }
        try {
            new ProcessBuilder("kill", "-" + name, Long.toString(process.pid()))
                    .start()
                    .waitFor();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** What this program runs from, and what the build wrote down beside it: the peers are not packed with it. */
    private static String classPath() throws IOException {
        String own = System.getProperty("java.class.path");
        try {
            Path program = Path.of(ForkedContestant.class
                    .getProtectionDomain()
                    .getCodeSource()
                    .getLocation()
                    .toURI());
            Path peers = program.resolveSibling("peers.classpath");
            return Files.exists(peers)
                    ? own + File.pathSeparator + Files.readString(peers).strip()
                    : own;
        } catch (URISyntaxException e) {
            throw new IOException(e);
        }
    }

    private static void delete(Path directory) throws IOException {
        try (Stream<Path> all = Files.walk(directory)) {
            all.sorted(Comparator.reverseOrder()).map(Path::toFile).forEach(File::delete);
        } catch (UncheckedIOException fault) {
            throw fault.getCause();
        }
    }
}
