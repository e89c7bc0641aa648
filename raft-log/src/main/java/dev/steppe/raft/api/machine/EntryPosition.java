package dev.steppe.raft.api.machine;

/** Where in the log, and when by the log's own time, an entry stands. Reused by its owner, the apply agent. */
public final class EntryPosition {
    private long index;
    private long term;
    private long logTimeMs;

    /** Moves to another entry. */
    public EntryPosition at(long newIndex, long newTerm, long newLogTimeMs) {
        index = newIndex;
        term = newTerm;
        logTimeMs = newLogTimeMs;
        return this;
    }

    /** 1-based index of the entry. */
    public long index() {
        return index;
    }

    /** Term of the leader that wrote the entry. */
    public long term() {
        return term;
    }

    /** Log time in milliseconds: never decreases, equal on every replica, not a wall clock (DESIGN §4). */
    public long logTimeMs() {
        return logTimeMs;
    }
}
