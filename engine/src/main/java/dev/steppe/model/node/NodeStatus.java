package dev.steppe.model.node;

/** Whether a machine is heard of ({@code scheduling.md} 1.4.2; initializing and disconnected come later). */
public enum NodeStatus {
    /** Registered and heard of: may be given work. */
    READY,
    /** Not heard of for a heartbeat's time to live, or told to be down: its allocations are lost. */
    DOWN
}
