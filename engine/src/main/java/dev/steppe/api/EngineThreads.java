package dev.steppe.api;

/** Who runs an engine (DESIGN §3). */
public enum EngineThreads {
    /** A thread for each agent: big servers. */
    DEDICATED,
    /** One thread for the whole engine. */
    SHARED,
    /** The caller's thread, through {@link Engine#doWork()}; the engine starts none. */
    INVOKED
}
