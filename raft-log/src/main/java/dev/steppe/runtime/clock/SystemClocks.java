package dev.steppe.runtime.clock;

import org.agrona.concurrent.EpochClock;
import org.agrona.concurrent.NanoClock;
import org.agrona.concurrent.SystemEpochClock;
import org.agrona.concurrent.SystemNanoClock;

/** The clocks of the platform. Whoever composes a server hands them to the shells; machines get numbers. */
public final class SystemClocks {
    private SystemClocks() {}

    /** Nanoseconds of the monotonic clock; only differences mean something. */
    public static NanoClock nano() {
        return SystemNanoClock.INSTANCE;
    }

    /** Milliseconds since 1970 of the wall clock, which may jump; data for people and token expiry, never a timer. */
    public static EpochClock epoch() {
        return SystemEpochClock.INSTANCE;
    }
}
