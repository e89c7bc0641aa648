package dev.steppe.check;

import org.jspecify.annotations.Nullable;

/**
 * What one thing does when its operations come one after the other: the measure of a history in which they overlapped.
 * Pure; states are immutable and compare by value, since the checker remembers which it has seen.
 *
 * @param <S> a state of the part of the thing that lies under one key
 * @param <O> an operation together with the answer that its client got, if it got one
 */
public interface SequentialModel<S, O> {
    /** The state under every key before its first operation. */
    S initial();

    /** The part of the state that the operation touches. Operations under different keys must not see each other. */
    long key(O operation);

    /** The state after the operation, or null if from {@code state} it could not have got the answer that it got. */
    @Nullable
    S step(S state, O operation);

    /**
     * An operation and the time that it was under way. One call comes before another if it returned at a smaller time
     * than the other was invoked at; otherwise the two overlap.
     *
     * @param clientId who asked; for people, the checker does not look at it
     * @param invokedAt when it was asked, on any scale that all calls share
     * @param returnedAt when the answer came, at least {@code invokedAt}; {@link #OPEN} if none came: the operation may
     *     take effect at any time from {@code invokedAt} on, or never
     */
    record Call<O>(int clientId, long invokedAt, long returnedAt, O operation) {
        /** The time of an answer that never came. */
        public static final long OPEN = Long.MAX_VALUE;

        /** Checks the order of the two times. */
        public Call {
            if (returnedAt < invokedAt) {
                throw new IllegalArgumentException("returned before invoked: " + returnedAt + ", " + invokedAt);
            }
        }

        /** A call that got no answer. */
        public static <O> Call<O> open(int clientId, long invokedAt, O operation) {
            return new Call<>(clientId, invokedAt, OPEN, operation);
        }

        /** Whether no answer came. */
        public boolean isOpen() {
            return returnedAt == OPEN;
        }
    }
}
