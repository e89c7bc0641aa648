package dev.steppe.benchmarks.peer;

import dev.steppe.benchmarks.raft.WindowFigures;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/**
 * Puts our log and its peers under the same closed loop and prints the table and our ratios:
 *
 * <pre>
 *   mvn -q -pl benchmarks -am package -DskipTests
 *   java -cp benchmarks/target/benchmarks.jar dev.steppe.benchmarks.peer.PeersMain --seconds 360
 * </pre>
 *
 * <p>{@code --seconds} bounds the whole; {@code --only steppe,aeron} chooses; {@code --disk} and {@code --memory} name
 * the directories for forced groups (default: that of temporary files) and for unforced ones (default
 * {@code /dev/shm}). Groups that are compared run in one round: all are open, a warm-up each, then window after window,
 * the groups in turn, until the round's time is over. Groups rest while others are measured, but they are not gone:
 * what they use then shows as the foreign share.
 */
public final class PeersMain {
    private static final List<List<Contestant>> ROUNDS = List.of(
            List.of(Contestant.STEPPE, Contestant.AERON, Contestant.SOFA),
            List.of(Contestant.STEPPE_UNFORCED, Contestant.AERON_UNFORCED),
            List.of(Contestant.STEPPE_1, Contestant.STEPPE_5, Contestant.STEPPE_7, Contestant.STEPPE_TLS),
            List.of(Contestant.RATIS, Contestant.MICRORAFT));
    private static final int[] IN_FLIGHT_COUNTS = {1, 256, 1024};
    private static final long WINDOW_MS = 1_500;
    private static final long WARM_UP_MS = 5_000;

    private final Standings standings = new Standings();
    private final Options options;

    /** What the command line says. */
    private record Options(long seconds, List<Contestant> only, Path disk, Path memory) {
        static Options of(String[] arguments) {
            Options options = new Options(
                    360,
                    ROUNDS.stream().flatMap(List::stream).toList(),
                    Path.of(System.getProperty("java.io.tmpdir")),
                    Path.of("/dev/shm"));
            for (int i = 0; i + 1 < arguments.length; i += 2) {
                options = options.with(arguments[i], arguments[i + 1]);
            }
            if (arguments.length % 2 != 0) {
                throw new IllegalArgumentException("an option without a value: " + Arrays.toString(arguments));
            }
            return options;
        }

        private Options with(String option, String text) {
            return switch (option) {
                case "--seconds" -> new Options(Long.parseLong(text), only, disk, memory);
                case "--only" ->
                    new Options(
                            seconds,
                            Arrays.stream(text.split(",", -1))
                                    .map(Contestant::named)
                                    .toList(),
                            disk,
                            memory);
                case "--disk" -> new Options(seconds, only, Path.of(text), memory);
                case "--memory" -> new Options(seconds, only, disk, Path.of(text));
                default ->
                    throw new IllegalArgumentException(
                            "options are --seconds, --only, --disk and --memory, not " + option);
            };
        }
    }

    private PeersMain(Options options) {
        this.options = options;
    }

    /** Measures and prints. */
    public static void main(String[] arguments) throws IOException {
        new PeersMain(Options.of(arguments)).run();
    }

    private void run() throws IOException {
        List<List<Contestant>> rounds = ROUNDS.stream()
                .map(round -> round.stream().filter(options.only()::contains).toList())
                .filter(round -> !round.isEmpty())
                .toList();
        long contestantCount = rounds.stream().mapToLong(List::size).sum();
        for (List<Contestant> round : rounds) {
            measure(round, TimeUnit.SECONDS.toNanos(options.seconds()) * round.size() / contestantCount);
        }
        System.out.println();
        System.out.println(standings.table());
        System.out.println(standings.ratios());
    }

    private void measure(List<Contestant> round, long roundNs) throws IOException {
        long startNs = System.nanoTime();
        List<ForkedContestant> open = new ArrayList<>();
        try {
            for (Contestant contestant : round) {
                Path parent = contestant.isForced() ? options.disk() : options.memory();
                openInto(open, contestant, parent);
            }
            long repetitionNs = 0;
            while (!open.isEmpty() && System.nanoTime() - startNs + repetitionNs < roundNs) {
                long repetitionStartNs = System.nanoTime();
                for (int inFlightCount : IN_FLIGHT_COUNTS) {
                    open.removeIf(forked -> !isMeasured(forked, inFlightCount));
                }
                repetitionNs = System.nanoTime() - repetitionStartNs;
            }
        } finally {
            for (ForkedContestant forked : open) {
                forked.close();
            }
        }
    }

    /** Opens and warms a contestant up; one that fails is told and left out. */
    private static void openInto(List<ForkedContestant> open, Contestant contestant, Path parent) throws IOException {
        ForkedContestant forked = new ForkedContestant(contestant, parent);
        System.out.println("# " + contestant.word() + ": " + forked.description());
        try {
            for (int inFlightCount : IN_FLIGHT_COUNTS) {
                forked.window(inFlightCount, inFlightCount == 1 ? WARM_UP_MS / 5 : WARM_UP_MS);
            }
            open.add(forked);
        } catch (IOException fault) {
            giveUp(forked, fault);
        }
    }

    /** One window; false if the contestant failed and is out. */
    private boolean isMeasured(ForkedContestant forked, int inFlightCount) {
        try {
            WindowFigures figures = forked.window(inFlightCount, WINDOW_MS);
            standings.add(forked.contestant(), figures);
            System.out.printf(
                    Locale.ROOT,
                    "%-16s %5d in flight %9.0f/s, p50 %7.0f us, p99 %7.0f us, foreign %.2f%n",
                    forked.contestant().word(),
                    inFlightCount,
                    figures.commitsPerSecond(),
                    figures.p50Us(),
                    figures.p99Us(),
                    figures.foreignShare());
            return true;
        } catch (IOException fault) {
            giveUp(forked, fault);
            return false;
        }
    }

    private static void giveUp(ForkedContestant forked, IOException fault) {
        System.out.println("# " + forked.contestant().word() + " is out: " + fault.getMessage());
        try {
            forked.close();
        } catch (IOException second) {
            System.out.println("# and could not be closed: " + second.getMessage());
        }
    }
}
