package dev.steppe.cli;

import dev.steppe.base.OperatingFault;
import dev.steppe.demo.DemoOptions;
import dev.steppe.demo.DemoReport;
import dev.steppe.demo.DemoRun;
import dev.steppe.model.job.Job;
import dev.steppe.model.job.OnFailure;
import dev.steppe.server.ServerWorld;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code steppe demo}: one cluster per region in this process, and a rollout over them ({@code spec/cli.md} demo). */
@Command(
        name = "demo",
        description = "Starts one cluster per region in this process and rolls a job out over them.",
        mixinStandardHelpOptions = true,
        exitCodeOnInvalidInput = SteppeMain.USAGE_EXIT_CODE)
final class DemoCommand implements Callable<Integer> {
    private static final List<String> TALK_REGIONS = List.of("tokyo", "bangalore", "amsterdam", "sao-paulo");
    private static final String BUILT_IN_JOB = "/examples/multiregion.json";

    @Spec
    private CommandSpec spec;

    @Option(names = "--regions", split = ",", description = "Regions in rollout order; must be the job's list.")
    private @Nullable List<String> regions;

    @Option(names = "--job", description = "A job file in JSON; the talk's job if absent.")
    private @Nullable Path jobFile;

    @Option(names = "--servers", defaultValue = "3", description = "Servers of each region: 1, 3, 5 or 7.")
    private int servers;

    @Option(names = "--nodes", defaultValue = "20", description = "Machines of each region.")
    private int nodes;

    @Option(names = "--max-parallel", description = "Overrides the job's.")
    private @Nullable Integer maxParallel;

    @Option(names = "--on-failure", description = "default, fail_all or fail_local; overrides the job's.")
    private @Nullable String onFailure;

    @Option(names = "--fail", description = "The region whose machines report version 1 unhealthy.")
    private @Nullable String failing;

    @Option(names = "--speed", defaultValue = "20", description = "Divides the job's own durations; 1 is real time.")
    private double speed;

    @Option(names = "--dir", description = "Where data goes; a temporary directory if absent.")
    private @Nullable Path directory;

    @Option(names = "--seed", description = "Seed of every chance.")
    private @Nullable Long seed;

    @Option(names = "--json", description = "One JSON document on standard output.")
    private boolean json;

    @Option(names = "--quiet", description = "No progress lines.")
    private boolean quiet;

    @Override
    public Integer call() throws OperatingFault, IOException {
        Job job = job();
        try (DataDirectory data = DataDirectory.at(directory)) {
            DemoOptions options = options(job, data.path());
            List<String> story = Collections.synchronizedList(new ArrayList<>());
            DemoReport report =
                    new DemoRun(options, job, ServerWorld.real().seeded(options.seed()), narrator(story)).run();
            PrintWriter out = spec.commandLine().getOut();
            if (json) {
                out.println(new DemoDocument(report).text());
            } else {
                new DemoScreen(out).print(report, List.copyOf(story));
            }
            out.flush();
        }
        return 0;
    }

    private Consumer<String> narrator(List<String> story) {
        boolean live = !quiet && CommandLine.Help.Ansi.AUTO.enabled(); // Only on a terminal.
        PrintWriter err = spec.commandLine().getErr();
        return line -> {
            story.add(line);
            if (live) {
                err.println(line);
                err.flush();
            }
        };
    }

    private Job job() throws OperatingFault, IOException {
        byte[] bytes;
        String where;
        if (jobFile == null) {
            where = "the built-in job";
            try (InputStream in = DemoCommand.class.getResourceAsStream(BUILT_IN_JOB)) {
                if (in == null) {
                    throw new OperatingFault("the built-in job is not in the jar: build it again");
                }
                bytes = in.readAllBytes();
            }
        } else {
            where = jobFile.toString();
            if (!Files.isReadable(jobFile)) {
                throw usage("--job: cannot read " + jobFile + ": name a readable job file");
            }
            bytes = Files.readAllBytes(jobFile);
        }
        return JobFile.read(where, bytes);
    }

    private DemoOptions options(Job job, Path path) {
        List<String> wanted =
                job.multiregion() == null ? null : job.multiregion().regionNames();
        List<String> named = regions == null ? (wanted == null ? TALK_REGIONS : wanted) : List.copyOf(regions);
        if (wanted != null && !wanted.equals(named)) {
            throw usage("--regions " + String.join(",", named) + " is not the list of the job, "
                    + String.join(",", wanted) + ": leave it out, or change one of them");
        }
        List<String> used = wanted == null ? named.subList(0, 1) : named;
        try {
            return new DemoOptions(
                    used,
                    servers,
                    nodes,
                    Optional.ofNullable(maxParallel),
                    onFailure(),
                    Optional.ofNullable(failing),
                    speed,
                    path,
                    seed == null ? System.nanoTime() : seed);
        } catch (IllegalArgumentException refusal) {
            throw usage(String.valueOf(refusal.getMessage()));
        }
    }

    private Optional<OnFailure> onFailure() {
        if (onFailure == null) {
            return Optional.empty();
        }
        return Optional.of(
                switch (onFailure) {
                    case "default" -> OnFailure.DEFAULT;
                    case "fail_all" -> OnFailure.FAIL_ALL;
                    case "fail_local" -> OnFailure.FAIL_LOCAL;
                    default -> throw usage("--on-failure must be default, fail_all or fail_local, not " + onFailure);
                });
    }

    private ParameterException usage(String sentence) {
        return new ParameterException(spec.commandLine(), sentence);
    }
}
