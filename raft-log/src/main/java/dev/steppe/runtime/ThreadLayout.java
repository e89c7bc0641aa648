package dev.steppe.runtime;

/** How agents get threads; configuration, as in Aeron. The agents are the same objects in every layout. */
public enum ThreadLayout {
    /** One thread for each agent: big servers. */
    DEDICATED,
    /** One thread for all agents of a host that do not block, which run in their order: demo, tests, small machines. */
    SHARED,
    /** No thread: the caller drives {@link AgentHost#doWork()}. Embedders and the simulator. */
    INVOKED
}
