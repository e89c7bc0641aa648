package dev.steppe.sim.world;

import dev.steppe.runtime.clock.ManualClock;
import org.agrona.concurrent.NanoClock;

/** One machine's monotonic clock: begins anywhere and runs faster or slower than the world's. */
public final class DriftingClock implements NanoClock {
    private static final long MILLION = 1_000_000;
    /** Further away than any run is long; what lies behind it need not be exact. */
    private static final long FAR_NS = 1_000_000_000_000L;

    private final ManualClock world;
    private final long startNs;
    private long originNs;
    private final long driftPpm;

    /** A clock that shows {@code originNs} now. */
    public DriftingClock(ManualClock world, long originNs, long driftPpm) {
        this.world = world;
        this.originNs = originNs;
        this.driftPpm = driftPpm;
        startNs = world.nanoTime();
    }

    @Override
    public long nanoTime() {
        long passedNs = world.nanoTime() - startNs;
        return originNs + passedNs + passedNs * driftPpm / MILLION;
    }

    /** The machine's clock is suddenly {@code byNs} ahead; it never goes back. */
    public void jump(long byNs) {
        originNs += byNs;
    }

    /** World time from which on this clock shows {@code readingNs} or more. */
    public long worldNsAt(long readingNs) {
        long aheadNs = readingNs - originNs;
        if (readingNs == Long.MAX_VALUE || aheadNs > FAR_NS) {
            return Long.MAX_VALUE;
        }
        if (aheadNs <= 0) {
            return startNs;
        }
        return startNs + Math.floorDiv(aheadNs * MILLION, MILLION + driftPpm) + 2;
    }
}
