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
        line(
                "%d regions, %d servers each, %s log, speed %s, seed %d",
                report.timing().size(), report.servers(), report.durability(), plain(report.speed()), report.seed());
        line("");
        story.forEach(out::println);
        report.rollouts().forEach(this::print);
        line("");
        for (DemoReport.Timing timing : report.timing()) {
            line(
                    "%-12s broadcast p50 %6.0f us  p99 %6.0f us  p99.9 %6.0f us: %.4f of the election time-out, %d ms",
                    timing.region(),
                    timing.broadcastP50Us(),
                    timing.broadcastP99Us(),
                    timing.broadcastP999Us(),
                    timing.ratio(),
                    timing.electionTimeoutMs());
        }
    }

    private void print(DemoReport.Rollout rollout) {
        line("");
        line(
                "version %d: %s; order %s; never more than %d running; registered in %d ms, %d round trips",
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
            line(
                    "  %-12s %-11s %-24s job version %d runs spec %d%s",
                    region.name(), region.status(), groups, region.jobVersion(), region.specVersion(), revert);
        }
    }

    private void line(String format, Object... values) {
        out.println(String.format(Locale.ROOT, format, values));
    }

    private static String plain(double number) {
        return number == Math.rint(number) ? Long.toString((long) number) : Double.toString(number);
    }
}
