package dev.steppe.fleet;

import java.util.Arrays;

/**
 * Until when each node must be heard of, by ordinal. Pushing one forward is a store; the earliest is found by a scan
 * that is due only when the earliest one of the last scan has come, which heartbeats keep putting off.
 */
final class NodeDeadlines {
    private static final int FIRST_LENGTH_COUNT = 256;

    private long[] deadlineMs = new long[0];
    private int nodeCount;
    /** No deadline is earlier than this; exact after {@link #scan}. */
    private long earliestMs = Long.MAX_VALUE;

    /** Nothing is armed. */
    void clear() {
        Arrays.fill(deadlineMs, Long.MAX_VALUE);
        nodeCount = 0;
        earliestMs = Long.MAX_VALUE;
    }

    /** Sets the deadline of a node; {@code Long.MAX_VALUE} = none. */
    void set(int ordinal, long newMs) {
        if (ordinal >= deadlineMs.length) {
            int from = deadlineMs.length;
            deadlineMs = Arrays.copyOf(deadlineMs, Math.max(FIRST_LENGTH_COUNT, Math.max(ordinal + 1, from * 2)));
            Arrays.fill(deadlineMs, from, deadlineMs.length, Long.MAX_VALUE);
        }
        nodeCount = Math.max(nodeCount, ordinal + 1);
        deadlineMs[ordinal] = newMs;
        earliestMs = Math.min(earliestMs, newMs);
    }

    boolean isArmed(int ordinal) {
        return ordinal < nodeCount && deadlineMs[ordinal] != Long.MAX_VALUE;
    }

    boolean isDue(int ordinal, long nowMs) {
        return ordinal < nodeCount && deadlineMs[ordinal] <= nowMs;
    }

    /** A lower bound of all deadlines. */
    long earliestMs() {
        return earliestMs;
    }

    /** The lowest ordinal from {@code fromOrdinal} on whose deadline has come; -1 if none has. */
    int nextDue(int fromOrdinal, long nowMs) {
        for (int ordinal = fromOrdinal; ordinal < nodeCount; ordinal++) {
            if (deadlineMs[ordinal] <= nowMs) {
                return ordinal;
            }
        }
        return -1;
    }

    /** Makes {@link #earliestMs()} exact. */
    void scan() {
        earliestMs = Long.MAX_VALUE;
        for (int ordinal = 0; ordinal < nodeCount; ordinal++) {
            earliestMs = Math.min(earliestMs, deadlineMs[ordinal]);
        }
    }
}
