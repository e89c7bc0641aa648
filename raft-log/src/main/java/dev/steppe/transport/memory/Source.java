package dev.steppe.transport.memory;

/** Something that may have a next event. Knows its place among the ready ones, so that coming and going costs O(1). */
abstract class Source {
    static final int NOT_READY = -1;

    /** Position among the ready sources of the network; kept by the network. */
    int readyIndex = NOT_READY;

    /** Whether an event could happen now. */
    abstract boolean isDeliverable();

    /** Lets the next event happen; only while {@link #isDeliverable()}. */
    abstract void deliverNext();
}
