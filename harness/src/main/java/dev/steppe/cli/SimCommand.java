package dev.steppe.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import dev.steppe.sim.MutantLoader;
import dev.steppe.sim.Simulation;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code steppe sim}: seeds of the deterministic world, played one after another ({@code spec/cli.md} sim). */
@Command(
        name = "sim",
        description = "Plays seeds of a deterministic world over the production classes, and checks every event.",
        mixinStandardHelpOptions = true,
        exitCodeOnInvalidInput = SteppeMain.USAGE_EXIT_CODE)
final class SimCommand implements Callable<Integer> {
    private static final ObjectMapper MAPPER = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);
    private static final String RAFT = "raft";
    private static final String DEFAULT_SECONDS = "8";

    @Spec
    private CommandSpec spec;

    @Option(names = "--world", required = true, description = "Which world: raft.")
    private String world = RAFT;

    @Option(names = "--seed", description = "The first seed; drawn and printed if absent.")
    private @Nullable Long seed;

    @Option(names = "--seeds", defaultValue = "1", description = "How many seeds, one after another.")
    private long seeds;

    @Option(
            names = "--seconds",
            defaultValue = DEFAULT_SECONDS,
            description = "World time of each seed before its healing.")
    private double seconds;

    @Option(names = "--mutant", description = "A known mistake to play against, from steppe-mutants.jar.")
    private @Nullable String mutant;

    @Option(names = "--trace", description = "A file for one line per event.")
    private @Nullable Path traceFile;

    @Option(names = "--json", description = "One JSON document on standard output.")
    private boolean json;

    @Option(names = "--quiet", description = "No progress lines.")
    private boolean quiet;

    @Override
    public Integer call() throws IOException {
        check();
        long firstSeed = seed == null ? System.nanoTime() : seed;
        Map<?, ?> tree;
        if (traceFile == null) {
            tree = play(firstSeed, null);
        } else {
            try (PrintWriter lines = new PrintWriter(Files.newBufferedWriter(traceFile, StandardCharsets.UTF_8))) {
                tree = play(firstSeed, lines);
            }
        }
        List<?> failed = (List<?>) part(tree, "failedSeeds");
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            out.println(document(tree));
        } else {
            print(out, tree);
        }
        for (Object one : failed) {
            narrate("replay: " + replayLine((Map<?, ?>) one));
        }
        out.flush();
        return failed.isEmpty() ? 0 : SteppeMain.ERROR_EXIT_CODE;
    }

    private void check() {
        if (!world.equals(RAFT)) {
            throw usage("--world must be raft, not " + world);
        }
        if (seeds < 1 || !(seconds > 0) || seconds > 3_600) {
            throw usage("--seeds must be 1 or more and --seconds above 0 and up to 3600: " + seeds + ", " + seconds);
        }
    }

    private Map<?, ?> play(long firstSeed, @Nullable PrintWriter lines) throws IOException {
        long safetyNs = (long) (seconds * TimeUnit.SECONDS.toNanos(1));
        if (mutant == null) {
            return Simulation.run(firstSeed, seeds, safetyNs, lines, this::narrate);
        }
        try (MutantLoader loader = MutantLoader.open(mutantsJar(), mutant)) {
            return loader.run(firstSeed, seeds, safetyNs, lines, this::narrate);
        } catch (MutantLoader.NoSuchMutant refusal) {
            throw usage(String.valueOf(refusal.getMessage()));
        }
    }

    /** Beside the jar that runs; for classes in a folder, beside that folder. */
    private static Path mutantsJar() throws IOException {
        try {
            Path program = Path.of(SimCommand.class
                    .getProtectionDomain()
                    .getCodeSource()
                    .getLocation()
                    .toURI());
            return program.resolveSibling("steppe-mutants.jar");
        } catch (URISyntaxException odd) {
            throw new IOException("the program cannot tell where it lies", odd);
        }
    }

    private String document(Map<?, ?> tree) throws JsonProcessingException {
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("schema", "steppe/sim/v1");
        document.put("world", world);
        tree.forEach((key, value) -> document.put(String.valueOf(key), value));
        return MAPPER.writeValueAsString(document);
    }

    private void print(PrintWriter out, Map<?, ?> tree) {
        out.println("world " + world + ", " + tree.get("seeds") + " seeds from " + tree.get("firstSeed") + ": "
                + ((List<?>) part(tree, "failedSeeds")).size() + " failed");
        out.println(tree.get("events") + " events, " + tree.get("simulatedHours") + " simulated hours in "
                + tree.get("elapsedMs") + " ms, trace " + tree.get("traceHash"));
        ((Map<?, ?>) part(tree, "coverage")).forEach((mark, count) -> out.println("  " + mark + " " + count));
    }

    private static Object part(Map<?, ?> tree, String name) {
        return Objects.requireNonNull(tree.get(name), "the simulation tells all of its parts");
    }

    private String replayLine(Map<?, ?> failed) {
        return "java -jar steppe.jar sim --world " + world + " --seed " + failed.get("seed") + " --seconds " + seconds
                + (mutant == null ? "" : " --mutant " + mutant);
    }

    private void narrate(String line) {
        if (!quiet) {
            PrintWriter err = spec.commandLine().getErr();
            err.println(line);
            err.flush();
        }
    }

    private ParameterException usage(String sentence) {
        return new ParameterException(spec.commandLine(), sentence);
    }
}
