package dev.steppe.raft.api;

/** Told once whether a linearizable read may go on. Called on the apply agent: must not block and must not throw. */
public interface ReadListener {
    /** The state applied here contains everything committed before the read was asked for. */
    void onReadable(long appliedIndex);

    /** Leadership could not be confirmed; ask the leader, or again. */
    void onRefused(String reason);
}
