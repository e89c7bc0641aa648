package dev.steppe.architecture;

/** What a room is made of, and so what it may touch. */
public enum RoomKind {
    /** Values that check themselves. */
    DATA(true),
    /** Decides; time, chance and arrivals are arguments. */
    MACHINE(true),
    /** Interfaces to the world. */
    PORT(false),
    /** Owns threads, clocks, sockets and files. */
    SHELL(false),
    /** Simulators, checkers, benchmarks. */
    TOOL(false);

    private final boolean worldless;

    RoomKind(boolean worldless) {
        this.worldless = worldless;
    }

    /** Whether clocks, threads, files, sockets, chance and loggers are refused. */
    boolean isWorldless() {
        return worldless;
    }

    /**
     * Whether a table may hold an arrow to a room of kind {@code target}. Shells know machines, no machine knows a
     * shell; a port that knew one would be the way around.
     */
    boolean mayKnow(RoomKind target) {
        boolean isOuter = this == SHELL || this == TOOL;
        boolean isTargetOuter = target == SHELL || target == TOOL;
        return isOuter || !isTargetOuter;
    }
}
