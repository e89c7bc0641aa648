package dev.steppe.cli;

import dev.steppe.demo.DemoReport;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** The demo's report for people: the story in the order of committed entries, then a table for each version. */
final class DemoScreen {
    private final PrintWriter out;

    DemoScreen(PrintWriter out) {
        this.out = out;
    }

    void print(DemoReport report, List<String> story) {
        out.printf(
                Locale.ROOT,
                "%d regions, %d servers each, %s log, speed %s, seed %d%n",
                report.timing().size(),
                report.servers(),
                report.durability(),
                plain(report.speed()),
                report.seed());
        out.println();
        story.forEach(out::println);
        report.rollouts().forEach(this::print);
        out.println();
        for (DemoReport.Timing timing : report.timing()) {
            out.printf(
                    Locale.ROOT,
                    "%-11s broadcast p50 %6.0f us  p99 %6.0f us  p99.9 %6.0f us: %.4f of the election time-out %d ms%n",
                    timing.region(),
                    timing.broadcastP50Us(),
                    timing.broadcastP99Us(),
                    timing.broadcastP999Us(),
                    timing.ratio(),
                    timing.electionTimeoutMs());
        }
    }

    private void print(DemoReport.Rollout rollout) {
        out.println();
        out.printf(
                Locale.ROOT,
                "version %d: %s; order %s; never more than %d running; registered in %d ms, %d round trips%n",
                rollout.version(),
                rollout.outcome(),
                String.join(", ", rollout.startOrder()),
                rollout.maxRunningSeen(),
                rollout.submitMs(),
                rollout.roundTrips());
        for (DemoReport.Region region : rollout.regions()) {
            String groups = region.groups().entrySet().stream()
                    .map(group -> group.getKey() + " " + group.getValue().healthy() + "/"
                            + group.getValue().desired())
                    .collect(Collectors.joining(", "));
            String revert = region.revertStatus() == null ? "" : ", revert " + region.revertStatus();
            out.printf(
                    Locale.ROOT,
                    "  %-12s %-11s %-24s job version %d runs spec %d%s%n",
                    region.name(),
                    region.status(),
                    groups,
                    region.jobVersion(),
                    region.specVersion(),
                    revert);
        }
    }

    private static String plain(double number) {
        return number == Math.rint(number) ? Long.toString((long) number) : Double.toString(number);
    }
}
