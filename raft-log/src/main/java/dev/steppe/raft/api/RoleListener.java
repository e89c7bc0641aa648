package dev.steppe.raft.api;

/** Told of each change of role, in order, on the apply agent: must not block and must not throw. */
public interface RoleListener {
    /**
     * This member leads {@code term} and its own first entry of that term has been applied here, so the state contains
     * every entry of earlier terms.
     */
    void onLeader(long term);

    /** This member does not lead; {@code leaderId} is -1 while nobody is known to. */
    void onFollower(long term, int leaderId);
}
