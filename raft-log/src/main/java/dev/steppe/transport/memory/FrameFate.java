package dev.steppe.transport.memory;

/** What the network does with one frame at the moment of its delivery. */
public enum FrameFate {
    /** Hands it to the listener. */
    DELIVER,
    /** Loses it. */
    DROP,
    /** Hands it to the listener now and once more after everything that is under way on this link. */
    DUPLICATE
}
