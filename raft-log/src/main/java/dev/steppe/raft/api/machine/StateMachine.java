package dev.steppe.raft.api.machine;

import dev.steppe.base.OperatingFault;
import org.agrona.DirectBuffer;
import org.jspecify.annotations.Nullable;

/**
 * What an embedder supplies: a total, deterministic function of the log. All methods are called by the one apply agent
 * of the server. After a restart it starts empty, takes the newest snapshot if there is one, and sees every committed
 * entry behind it again, or from index 1.
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

    /**
     * An image of the whole state at the last applied index, for the snapshot agent; called right after
     * {@link #applied}, O(1), and the machine goes on at once. Null, as here, where a machine keeps no snapshots: its
     * log then keeps every entry.
     */
    default @Nullable SnapshotImage capture() {
        return null;
    }

    /**
     * Puts what an image wrote in place of the whole state; the source has been checked from its first byte to its
     * last. Afterwards the server compares {@link #stateHash()} with the one that was noted at the capture, and stops
     * if they differ; then it calls {@link #applied} with the index and log time of the snapshot.
     *
     * @throws OperatingFault when the bytes are not an image that this version can read, with a sentence; the state is
     *     then worth nothing and the server stops
     */
    default void restore(SnapshotSource source) throws OperatingFault {
        throw new OperatingFault("this state machine keeps no snapshots, and was given one");
    }
}
