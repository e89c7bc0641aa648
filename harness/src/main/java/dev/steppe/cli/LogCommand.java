package dev.steppe.cli;

import dev.steppe.base.OperatingFault;
import dev.steppe.raft.log.LogInspection;
import dev.steppe.raft.log.LogInspection.Verdict;
import dev.steppe.raft.log.layout.LogIdentity;
import dev.steppe.raft.log.layout.LogPosition;
import dev.steppe.raft.snapshot.SnapshotHeader;
import dev.steppe.raft.snapshot.SnapshotPosition;
import dev.steppe.raft.snapshot.SnapshotShelf;
import dev.steppe.raft.storage.StorageDirectory;
import dev.steppe.raft.storage.file.ReadOnlyDirectory;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/**
 * {@code steppe log}: looks at the data directory of a server that does not run, and changes nothing in it
 * ({@code spec/cli.md} log). Every byte that a start would read is read. A new group from one is
 * {@link RecoverCommand}'s.
 */
@Command(
        name = "log",
        description = "Looks at the data directory of a stopped server without changing it.",
        mixinStandardHelpOptions = true,
        subcommands = RecoverCommand.class,
        exitCodeOnInvalidInput = SteppeMain.USAGE_EXIT_CODE)
final class LogCommand implements Runnable {
    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        spec.commandLine().usage(spec.commandLine().getOut());
    }

    @Command(
            name = "inspect",
            description = "Tells what a data directory holds, segment by segment.",
            mixinStandardHelpOptions = true,
            exitCodeOnInvalidInput = SteppeMain.USAGE_EXIT_CODE)
    int inspect(
            @Parameters(paramLabel = "DIR", description = "The data directory.") Path directory,
            @Option(names = "--json", description = "One JSON document on standard output.") boolean json)
            throws OperatingFault {
        return look(directory, json, true);
    }

    @Command(
            name = "verify",
            description = "Tells whether a server could start on a data directory.",
            mixinStandardHelpOptions = true,
            exitCodeOnInvalidInput = SteppeMain.USAGE_EXIT_CODE)
    int verify(
            @Parameters(paramLabel = "DIR", description = "The data directory.") Path directory,
            @Option(names = "--json", description = "One JSON document on standard output.") boolean json)
            throws OperatingFault {
        return look(directory, json, false);
    }

    private int look(Path path, boolean json, boolean showsSegments) throws OperatingFault {
        PrintWriter out = spec.commandLine().getOut();
        LogInspection inspection;
        try (ReadOnlyDirectory directory = ReadOnlyDirectory.open(path)) {
            inspection = LogInspection.of(directory, newestSnapshot(directory));
        }
        if (json) {
            out.println(LogDocument.text(inspection));
        } else {
            print(out, inspection, showsSegments);
        }
        out.flush();
        return inspection.verdict() == Verdict.DAMAGED ? SteppeMain.ERROR_EXIT_CODE : 0;
    }

    /** What a start would take for the newest snapshot; each that it would not believe is named. */
    private LogPosition newestSnapshot(StorageDirectory directory) throws OperatingFault {
        LogIdentity identity = LogInspection.identityOf(directory);
        if (identity == null) {
            return LogPosition.ORIGIN;
        }
        SnapshotShelf shelf = SnapshotShelf.open(directory, identity.clusterId());
        boolean isMoreUnknown = true;
        while (isMoreUnknown) {
            isMoreUnknown = shelf.proveNext();
        }
        PrintWriter err = spec.commandLine().getErr();
        shelf.refusals().forEach(err::println);
        err.flush();
        SnapshotHeader newest = shelf.newest();
        if (newest == null) {
            return LogPosition.ORIGIN;
        }
        SnapshotPosition position = newest.position();
        return new LogPosition(position.index(), position.term(), position.chainCrc(), position.logTimeMs());
    }

    private static void print(PrintWriter out, LogInspection inspection, boolean showsSegments) {
        out.println(sentence(inspection));
        LogInspection.HardState vault = inspection.vault();
        if (vault != null) {
            String vote = vault.votedFor() < 0 ? "no vote" : "vote for " + vault.votedFor();
            out.println("term " + vault.term() + ", " + vote + ", quarantine "
                    + vault.quarantine().toLowerCase(Locale.ROOT));
        }
        if (showsSegments) {
            for (LogInspection.Segment segment : inspection.segments()) {
                String entries = segment.firstIndex() == 0
                        ? "no entries"
                        : "entries " + segment.firstIndex() + " to " + segment.lastIndex();
                out.println(segment.fileName() + ": " + entries + ", " + segment.lengthBytes() + " bytes");
            }
        }
    }

    private static String sentence(LogInspection inspection) {
        String held = inspection.lastIndex() < inspection.firstIndex() || inspection.firstIndex() == 0
                ? "no entries"
                : "entries " + inspection.firstIndex() + " to " + inspection.lastIndex();
        String forced = ", forced up to " + inspection.watermark().index() + " (term "
                + inspection.watermark().term() + ")";
        return switch (inspection.verdict()) {
            case CLEAN -> "clean: " + held + forced;
            case TORN_TAIL -> "torn tail at " + inspection.place() + ", a start would cut it: " + held + forced;
            case DAMAGED ->
                "damaged at " + inspection.place() + " (" + inspection.reason() + "), before it " + held + forced;
        };
    }
}
