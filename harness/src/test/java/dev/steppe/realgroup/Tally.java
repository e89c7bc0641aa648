package dev.steppe.realgroup;

import java.util.Map;
import java.util.TreeMap;

/** How often things happened that a run must have met, by name. Any thread. */
final class Tally {
    private final Map<String, Long> counts = new TreeMap<>();

    synchronized void met(String what) {
        met(what, 1);
    }

    synchronized void met(String what, long count) {
        counts.merge(what, count, Long::sum);
    }

    synchronized long count(String what) {
        return counts.getOrDefault(what, 0L);
    }

    @Override
    public synchronized String toString() {
        return counts.toString();
    }
}
