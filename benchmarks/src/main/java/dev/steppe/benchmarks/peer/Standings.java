package dev.steppe.benchmarks.peer;

import dev.steppe.benchmarks.raft.WindowFigures;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;

/** What all windows showed: medians over the quiet ones, and our ratios to the peers. Owned by the main thread. */
final class Standings {
    /** A window counts as quiet up to this share of the machine for others. */
    static final double QUIET_SHARE = 0.2;

    private static final List<Contestant> FORCED_PEERS =
            List.of(Contestant.AERON, Contestant.AERON_YIELD, Contestant.SOFA);

    private final Map<Place, List<WindowFigures>> windows = new TreeMap<>();

    private record Place(Contestant contestant, int inFlightCount) implements Comparable<Place> {
        @Override
        public int compareTo(Place other) {
            int byContestant = contestant.compareTo(other.contestant);
            return byContestant != 0 ? byContestant : Integer.compare(inFlightCount, other.inFlightCount);
        }
    }

    void add(Contestant contestant, WindowFigures figures) {
        windows.computeIfAbsent(new Place(contestant, figures.inFlightCount()), place -> new ArrayList<>())
                .add(figures);
    }

    /** Everything, as Markdown. A star marks rows without a quiet window. */
    String table() {
        StringBuilder table = new StringBuilder();
        table.append("| group | in flight | commits/s | p50 us | p99 us | p99.9 us | CPU us/commit"
                + " | heap B/commit | quiet windows |\n");
        table.append("|---|--:|--:|--:|--:|--:|--:|--:|--:|\n");
        windows.forEach((place, all) -> {
            List<WindowFigures> quiet = quiet(all);
            table.append(String.format(
                    Locale.ROOT,
                    "| %s%s | %d | %,.0f | %,.0f | %,.0f | %,.0f | %.2f | %,.0f | %d/%d |%n",
                    place.contestant().word(),
                    quiet.isEmpty() ? " *" : "",
                    place.inFlightCount(),
                    median(all, WindowFigures::commitsPerSecond),
                    median(all, WindowFigures::p50Us),
                    median(all, WindowFigures::p99Us),
                    median(all, WindowFigures::p999Us),
                    median(all, WindowFigures::processorUs),
                    median(all, WindowFigures::allocatedBytes),
                    quiet.size(),
                    all.size()));
        });
        return table.toString();
    }

    /** Our medians over theirs, as far as both were measured, as Markdown. */
    String ratios() {
        StringBuilder table = new StringBuilder("| ours : theirs | in flight | commits/s | p50 | p99 |\n");
        table.append("|---|--:|--:|--:|--:|\n");
        for (int inFlightCount : new int[] {1, 256, 1024}) {
            for (Contestant peer : FORCED_PEERS) {
                addRatio(table, Contestant.STEPPE, peer, inFlightCount);
                addRatio(table, Contestant.STEPPE_YIELD, peer, inFlightCount);
            }
            addRatio(table, Contestant.STEPPE_UNFORCED, Contestant.AERON_UNFORCED, inFlightCount);
        }
        return table.toString();
    }

    private void addRatio(StringBuilder table, Contestant ours, Contestant theirs, int inFlightCount) {
        List<WindowFigures> own = windows.get(new Place(ours, inFlightCount));
        List<WindowFigures> other = windows.get(new Place(theirs, inFlightCount));
        if (own == null || other == null) {
            return;
        }
        table.append(String.format(
                Locale.ROOT,
                "| %s : %s | %d | %.2f | %.2f | %.2f |%n",
                ours.word(),
                theirs.word(),
                inFlightCount,
                median(own, WindowFigures::commitsPerSecond) / median(other, WindowFigures::commitsPerSecond),
                median(own, WindowFigures::p50Us) / median(other, WindowFigures::p50Us),
                median(own, WindowFigures::p99Us) / median(other, WindowFigures::p99Us)));
    }

    private static List<WindowFigures> quiet(List<WindowFigures> all) {
        return all.stream().filter(one -> one.foreignShare() <= QUIET_SHARE).toList();
    }

    private static double median(List<WindowFigures> all, ToDoubleFunction<WindowFigures> figure) {
        List<WindowFigures> quiet = quiet(all);
        double[] sorted = (quiet.isEmpty() ? all : quiet)
                .stream().mapToDouble(figure).sorted().toArray();
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
