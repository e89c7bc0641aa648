package dev.steppe.raft.timing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class LatencyWindowsTest {
    private static final long WINDOW_NS = 1_000;

    @Test
    void forgetsWhatIsOlderThanThreeEndedWindows() {
        LatencyWindows windows = new LatencyWindows(WINDOW_NS, 0);
        windows.record(5_000_000, 0);
        assertEquals(1, windows.recent(3 * WINDOW_NS + 999).count());
        assertEquals(Latency.NONE, windows.recent(4 * WINDOW_NS));
    }

    @Test
    void showsTheWindowThatEndedLastAlone() {
        LatencyWindows windows = new LatencyWindows(WINDOW_NS, 0);
        windows.record(1_000_000, 10);
        windows.record(1_000_000, WINDOW_NS);
        windows.record(9_000_000, WINDOW_NS);
        assertEquals(1, windows.lastEnded(WINDOW_NS).count());
        assertEquals(2, windows.lastEnded(2 * WINDOW_NS).count());
        assertEquals(9_000_000.0, (double) windows.lastEnded(2 * WINDOW_NS).maxNs(), 90_000.0);
        assertEquals(2, windows.windowOrdinal(2 * WINDOW_NS));
        assertEquals(Latency.NONE, windows.lastEnded(9 * WINDOW_NS));
    }

    @Test
    void countsLatenciesOutOfRangeAtTheBounds() {
        LatencyWindows windows = new LatencyWindows(WINDOW_NS, 0);
        windows.record(-5, 0);
        windows.record(Long.MAX_VALUE, 0);
        assertEquals(2, windows.recent(0).count());
        assertTrue(windows.recent(0).maxNs() >= LatencyWindows.LONGEST_NS);
    }

    @Property(tries = 200)
    void agreesWithASortedListOfWhatIsRecent(
            @ForAll @Size(min = 1, max = 300) List<@LongRange(min = 1_000, max = 1L << 34) Long> latencies,
            @ForAll @LongRange(min = 1, max = 200) long stepNs) {
        LatencyWindows windows = new LatencyWindows(WINDOW_NS, 0);
        long nowNs = 0;
        for (long latencyNs : latencies) {
            nowNs += stepNs;
            windows.record(latencyNs, nowNs);
        }
        List<Long> recent = new ArrayList<>();
        for (int i = 0; i < latencies.size(); i++) {
            if ((i + 1) * stepNs / WINDOW_NS >= nowNs / WINDOW_NS - 3) {
                recent.add(latencies.get(i));
            }
        }
        Collections.sort(recent);
        Latency seen = windows.recent(nowNs);
        assertEquals(recent.size(), seen.count());
        assertNear(recent.get((recent.size() + 1) / 2 - 1), seen.p50Ns());
        assertNear(recent.get(recent.size() - 1), seen.maxNs());
    }

    private static void assertNear(long expectedNs, long seenNs) {
        assertTrue(Math.abs(expectedNs - seenNs) <= expectedNs / 100 + 1_000, expectedNs + " against " + seenNs);
    }
}
