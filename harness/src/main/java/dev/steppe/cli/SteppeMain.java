package dev.steppe.cli;

import java.io.PrintWriter;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/**
 * The {@code steppe} command. Alone it prints its usage; the work is done by subcommands. Results go to standard
 * output; an error is one sentence on standard error, with a stack trace only after {@code --debug}.
 *
 * <p>Owned by the main thread. Exit codes are those of {@code spec/cli.md}: 0 done, 1 error, 64 arguments not
 * understood, 130 interrupted.
 */
@Command(
        name = "steppe",
        description = "A scheduling core: servers, simulated clients and gates.",
        mixinStandardHelpOptions = true,
        versionProvider = BuildVersion.class,
        subcommands = {DemoCommand.class, SimCommand.class, LogCommand.class},
        exitCodeOnInvalidInput = SteppeMain.USAGE_EXIT_CODE)
public final class SteppeMain implements Runnable {
    static final int USAGE_EXIT_CODE = 64;
    static final int ERROR_EXIT_CODE = 1;

    @Spec
    private CommandSpec spec;

    @Option(names = "--debug", scope = ScopeType.INHERIT, description = "A stack trace with every error.")
    private boolean debug;

    SteppeMain() {}

    /** Runs one command line and ends the process with its exit code. */
    public static void main(String[] arguments) {
        System.exit(commandLine().execute(arguments));
    }

    /** The whole command line, not yet run. */
    static CommandLine commandLine() {
        SteppeMain main = new SteppeMain();
        return new CommandLine(main)
                .setExecutionExceptionHandler(main::failed)
                .setParameterExceptionHandler(SteppeMain::notUnderstood);
    }

    @Override
    public void run() {
        spec.commandLine().usage(spec.commandLine().getOut());
    }

    private int failed(Exception fault, CommandLine command, ParseResult parsed) {
        PrintWriter err = command.getErr();
        err.println(fault.getMessage() == null ? fault.toString() : fault.getMessage());
        if (debug) {
            fault.printStackTrace(err);
        }
        err.flush();
        return ERROR_EXIT_CODE;
    }

    private static int notUnderstood(ParameterException refusal, String[] arguments) {
        PrintWriter err = refusal.getCommandLine().getErr();
        err.println(refusal.getMessage() + " (see "
                + refusal.getCommandLine().getCommandSpec().qualifiedName() + " --help)");
        err.flush();
        return USAGE_EXIT_CODE;
    }
}
