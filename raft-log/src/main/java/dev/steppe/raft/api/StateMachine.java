package dev.steppe.raft.api;

import org.agrona.DirectBuffer;

/**
 * What an embedder supplies: a total, deterministic function of the log. All methods are called by the one apply agent
 * of the server. After a restart it starts empty and sees every committed entry again from index 1.
 *
 * @param <R> what a command leaves for the one who proposed it
 */
public interface StateMachine<R> {
    /**
     * Applies one committed command. Entries of the log itself (no-ops) do not come here, so indexes have gaps.
     *
     * @param at index (1-based), term and log time of the entry; reused, valid during the call only
     * @param buffer the mapped log; read only, valid during the call only
     * @return the outcome for the proposer; a refusal is an outcome. Must not throw for a command it can decode; an
     *     exception stops the process
     */
    R apply(EntryPosition at, DirectBuffer buffer, int offset, int length);

    /** All entries up to {@code index} that are committed for now have been applied: publish what readers may see. */
    void applied(long index, long logTimeMs);

    /** Hash of the whole state at the last applied index; equal on every replica for equal logs. O(1). */
    long stateHash();
}
