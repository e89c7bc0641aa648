package dev.steppe.raft.api;

/**
 * Told once what became of a command of a session: one of these methods, or one of {@link ProposalListener}'s. Called
 * on an agent of the server: must not block and must not throw.
 *
 * @param <R> what the state machine leaves for a proposer
 */
public interface SessionListener<R> extends ProposalListener<R> {
    /**
     * Committed, and not applied, because the session's command with this sequence, or a later one, has been applied
     * before.
     *
     * @param originalIndex of the session's last command: the original itself if its last command is repeated; else the
     *     original stands in front of it, or was overtaken and never applied. So a client repeats its last command only
     */
    void onDuplicate(long originalIndex);

    /**
     * Committed, and not applied, because there is no such session any more. Whether the command was applied under an
     * earlier proposal is not known.
     */
    void onExpired();
}
