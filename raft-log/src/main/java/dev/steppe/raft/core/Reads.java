package dev.steppe.raft.core;

import dev.steppe.raft.core.track.StateHash;

/**
 * Linearizable reads that wait for their leader to be confirmed (ReadIndex, Ongaro thesis §6.4). A read joins a round
 * only when that round begins, and takes the commit index of that moment; a round's number is never used twice, so an
 * answer to an earlier round confirms no later read. A ring in order of arrival; reads of one round stand together.
 */
final class Reads {
    private static final int CAPACITY = 256;
    private static final int MASK = CAPACITY - 1;

    private final long[] readIds = new long[CAPACITY];
    private final long[] readIndexes = new long[CAPACITY];
    private final long[] roundIds = new long[CAPACITY];
    private long head;
    private long joined;
    private long tail;

    Reads copy() {
        Reads copy = new Reads();
        System.arraycopy(readIds, 0, copy.readIds, 0, CAPACITY);
        System.arraycopy(readIndexes, 0, copy.readIndexes, 0, CAPACITY);
        System.arraycopy(roundIds, 0, copy.roundIds, 0, CAPACITY);
        copy.head = head;
        copy.joined = joined;
        copy.tail = tail;
        return copy;
    }

    /** Takes a read; false if too many are waiting. */
    boolean offer(long readId) {
        if (tail - head == CAPACITY) {
            return false;
        }
        readIds[(int) (tail++ & MASK)] = readId;
        return true;
    }

    /** Whether reads wait for a round to join. */
    boolean areWaiting() {
        return joined < tail;
    }

    /** Whether reads have joined a round that is not confirmed. */
    boolean areUnderWay() {
        return head < joined;
    }

    /** Every waiting read joins the round that begins now. */
    void join(long roundId, long commitIndex) {
        for (; joined < tail; joined++) {
            readIndexes[(int) (joined & MASK)] = commitIndex;
            roundIds[(int) (joined & MASK)] = roundId;
        }
    }

    /** A majority has answered this round: its reads and those of earlier rounds may go on. */
    void confirm(long roundId, RaftOutput output) {
        while (head < joined && roundIds[(int) (head & MASK)] <= roundId) {
            int slot = (int) (head++ & MASK);
            output.read(readIds[slot], readIndexes[slot]);
        }
    }

    /** This member leads no more: every read is refused. */
    void refuseAll(RaftOutput output) {
        for (; head < tail; head++) {
            output.read(readIds[(int) (head & MASK)], -1);
        }
        joined = tail;
    }

    long fold(long hash) {
        long folded = StateHash.fold(hash, tail - head);
        for (long i = head; i < tail; i++) {
            int slot = (int) (i & MASK);
            folded = StateHash.fold(folded, readIds[slot]);
            if (i < joined) {
                folded = StateHash.fold(StateHash.fold(folded, readIndexes[slot]), roundIds[slot]);
            }
        }
        return folded;
    }
}
