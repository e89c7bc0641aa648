package dev.steppe.raft.api;

/**
 * Told once what became of the wish for a session. Called on an agent of the server: must not block and must not throw.
 */
public interface SessionOpening {
    /** The session is open on every replica until it is the one that was used longest ago and others need its place. */
    void onOpened(long sessionId);

    /** Certainly not opened. */
    void onLost(String reason);

    /** Perhaps opened, under an id that nobody knows; open another. */
    void onUnknown(String reason);
}
