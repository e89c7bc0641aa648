package dev.steppe.fault;

import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/** How often each {@link Mark} was met. Owned by one thread. */
public final class Coverage {
    private final Map<Mark, long[]> counts = new EnumMap<>(Mark.class);

    /** Nothing was met yet. */
    public Coverage() {
        for (Mark mark : Mark.values()) {
            counts.put(mark, new long[1]);
        }
    }

    /** One more. */
    public void met(Mark mark) {
        met(mark, 1);
    }

    /** So many more. */
    public void met(Mark mark, long count) {
        cell(mark)[0] += count;
    }

    /** How often {@code mark} was met. */
    public long count(Mark mark) {
        return cell(mark)[0];
    }

    /** Adds what another run met. */
    public void add(Coverage other) {
        for (Mark mark : Mark.values()) {
            met(mark, other.count(mark));
        }
    }

    /** All marks by label, also those with count 0. */
    public Map<String, Long> byLabel() {
        Map<String, Long> byLabel = new TreeMap<>();
        for (Mark mark : Mark.values()) {
            byLabel.put(mark.label(), count(mark));
        }
        return byLabel;
    }

    private long[] cell(Mark mark) {
        return Objects.requireNonNull(counts.get(mark), "every mark has a cell");
    }
}
