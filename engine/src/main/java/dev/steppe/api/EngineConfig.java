package dev.steppe.api;

import java.nio.file.Path;

/**
 * What an embedded engine needs to know.
 *
 * @param directory where log and identity live; created if absent
 * @param region name of its region, part of its identity
 * @param threads who runs it
 * @param planners planners in parallel, 1..64
 * @param heartbeatMs how often a machine says that it is there, at the latest; after twice this in silence it is down.
 *     0 = only {@link Engine#down} says so
 */
public record EngineConfig(Path directory, String region, EngineThreads threads, int planners, long heartbeatMs) {
    /** Refuses planners out of range, a negative heartbeat and an empty region. */
    public EngineConfig {
        if (planners < 1 || planners > 64) {
            throw new IllegalArgumentException("planners must be 1..64: " + planners);
        }
        if (heartbeatMs < 0 || region.isEmpty()) {
            throw new IllegalArgumentException(
                    "heartbeatMs must not be negative and region not empty: " + heartbeatMs + ", '" + region + "'");
        }
    }

    /** Region {@code local}, one thread, one planner, no heartbeats. */
    public static EngineConfig in(Path directory) {
        return new EngineConfig(directory, "local", EngineThreads.SHARED, 1, 0);
    }

    /** The same with other threads. */
    public EngineConfig with(EngineThreads otherThreads) {
        return new EngineConfig(directory, region, otherThreads, planners, heartbeatMs);
    }
}
