package dev.steppe.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/**
 * The {@code steppe} command. Alone it prints its usage; the work is done by subcommands.
 *
 * <p>Owned by the main thread. Exit codes: 0 done, 64 arguments not understood ({@code EX_USAGE} of sysexits.h).
 */
@Command(
        name = "steppe",
        description = "A scheduling core: servers, simulated clients and gates.",
        mixinStandardHelpOptions = true,
        versionProvider = BuildVersion.class,
        exitCodeOnInvalidInput = SteppeMain.USAGE_EXIT_CODE)
public final class SteppeMain implements Runnable {
    static final int USAGE_EXIT_CODE = 64;

    @Spec
    private CommandSpec spec;

    SteppeMain() {}

    /** Runs one command line and ends the process with its exit code. */
    public static void main(String[] arguments) {
        System.exit(new CommandLine(new SteppeMain()).execute(arguments));
    }

    @Override
    public void run() {
        spec.commandLine().usage(spec.commandLine().getOut());
    }
}
