package dev.steppe.runtime.clock;

import dev.steppe.base.Invariant;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.agrona.concurrent.EpochClock;
import org.agrona.concurrent.NanoClock;

/** A clock that moves only when told: for tests and simulated worlds. Read and moved by any thread. */
public final class ManualClock implements NanoClock, EpochClock {
    private final AtomicLong nowNs;

    /** A clock that shows {@code startNs}. */
    public ManualClock(long startNs) {
        nowNs = new AtomicLong(startNs);
    }

    @Override
    public long nanoTime() {
        return nowNs.get();
    }

    /** The same time in milliseconds. */
    @Override
    public long time() {
        return TimeUnit.NANOSECONDS.toMillis(nowNs.get());
    }

    /** Moves forward by {@code stepNs}, 0 or more, and returns the new time in nanoseconds. */
    public long advanceNs(long stepNs) {
        if (stepNs < 0) {
            throw Invariant.broken("a clock moves forward: step", stepNs);
        }
        return nowNs.addAndGet(stepNs);
    }
}
