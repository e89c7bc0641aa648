package dev.steppe.benchmarks.peer;

import dev.steppe.base.OperatingFault;
import dev.steppe.benchmarks.raft.ClosedLoop;
import dev.steppe.benchmarks.raft.GroupUnderLoad;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/**
 * The process of one contestant. Reads lines {@code IN_FLIGHT MILLISECONDS} and answers each with the figures of a
 * window; ends with its input. Whatever libraries print goes to the error stream.
 */
final class ContestantProcess {
    static final int COMMAND_BYTES = 256;
    static final String OPENED = "opened ";
    static final String FIGURES = "figures ";

    private static final long STALL_NS = TimeUnit.SECONDS.toNanos(30);

    private ContestantProcess() {}

    /** Takes the contestant's name and its directory. */
    public static void main(String[] arguments) throws IOException, OperatingFault {
        PrintStream answers = System.out;
        System.setOut(System.err);
        Contestant contestant = Contestant.named(arguments[0]);
        ClosedLoop client = new ClosedLoop(COMMAND_BYTES);
        try (GroupUnderLoad group = contestant.open(Path.of(arguments[1]), client)) {
            answers.println(OPENED + group.description());
            serve(client, group, answers);
        }
        // Some peers leave threads behind that would keep the process.
        Runtime.getRuntime().halt(0);
    }

    private static void serve(ClosedLoop client, GroupUnderLoad group, PrintStream answers) throws IOException {
        BufferedReader orders = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String order = orders.readLine(); order != null; order = orders.readLine()) {
            String[] words = order.split(" ", -1);
            int inFlightCount = Integer.parseInt(words[0]);
            long windowNs = TimeUnit.MILLISECONDS.toNanos(Long.parseLong(words[1]));
            answers.println(FIGURES
                    + client.run(group, inFlightCount, windowNs, STALL_NS).encode());
        }
    }
}
