package dev.steppe.api;

import dev.steppe.base.OperatingFault;

/** How {@link Engine#open} finds its implementation; named in {@code META-INF/services}. */
public interface EngineProvider {
    /** Opens or recovers an engine. */
    Engine open(EngineConfig config) throws OperatingFault;
}
