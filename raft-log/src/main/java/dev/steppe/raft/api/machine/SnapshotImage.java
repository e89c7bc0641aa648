package dev.steppe.raft.api.machine;

import dev.steppe.base.OperatingFault;

/**
 * The state at one index, held still while the log goes on. Made in O(1) by {@link StateMachine#capture()} on the apply
 * agent and handed to the snapshot agent, which owns it from then on; so it must share nothing that still changes.
 * Equal states write equal bytes, on every replica.
 */
public interface SnapshotImage {
    /**
     * Writes the next piece: bounded work, some 64 KiB of bytes unless a single row is longer. Called again until it
     * says true; never after that. An image that is not written to its end is dropped without a word.
     *
     * @return true once the last byte has been written
     * @throws OperatingFault only what {@code sink} throws
     */
    boolean writeTo(SnapshotSink sink) throws OperatingFault;
}
