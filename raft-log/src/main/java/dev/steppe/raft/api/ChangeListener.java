package dev.steppe.raft.api;

/**
 * Told once what became of a change of membership or of a transfer of leadership. Called on an agent of the server:
 * must not block and must not throw.
 */
public interface ChangeListener {
    /** It is done: the membership is committed, or another member has the office. */
    void onDone();

    /** It was not begun, or has failed, and nothing is under way any more; {@code reason} is one plain sentence. */
    void onRefused(String reason);

    /** Leadership or the server ended before the outcome was known. */
    void onUnknown(String reason);
}
