package dev.steppe.raft.api;

import dev.steppe.raft.api.machine.StateMachine;

/**
 * Told once what became of a proposal. Called on an agent of the server: must not block and must not throw.
 *
 * @param <R> what the state machine leaves for a proposer
 */
public interface ProposalListener<R> {
    /**
     * Committed on a majority (forced there) and applied here; {@link StateMachine#applied} has been called for a batch
     * that contains it, so what that publishes has it.
     */
    void onApplied(long index, long term, R result);

    /** Certainly not committed: the entry was never sent, or another one was committed in its place. */
    void onLost(String reason);

    /** Leadership or the server ended before the outcome was known; the command may or may not be committed. */
    void onUnknown(String reason);
}
