package dev.steppe.raft.session;

/** What the table says about a command of a session. */
public enum SessionVerdict {
    /** Not seen before: apply it. */
    FRESH,
    /** Its sequence, or a later one of the session, has been applied: it must not be applied again. */
    DUPLICATE,
    /** The session was never opened, or it was evicted: nobody knows whether the command was applied. */
    EXPIRED
}
