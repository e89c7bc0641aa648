package dev.steppe.raft.core.track;

/**
 * When a leader's latest rounds were sent, and from that until when a confirmed one is a lease. Rounds are numbered one
 * by one; only the last {@value #KEPT_COUNT} are known.
 */
public final class SentRounds {
    private static final int KEPT_COUNT = 64;
    private static final long MILLION = 1_000_000;

    private final long[] sentNs = new long[KEPT_COUNT];
    private long lastRoundId;
    private long voidRoundId;

    /** An independent copy. */
    public SentRounds copy() {
        SentRounds copy = new SentRounds();
        System.arraycopy(sentNs, 0, copy.sentNs, 0, KEPT_COUNT);
        copy.lastRoundId = lastRoundId;
        copy.voidRoundId = voidRoundId;
        return copy;
    }

    /** The next round is sent. */
    public void sent(long roundId, long nowNs) {
        lastRoundId = roundId;
        sentNs[(int) (roundId % KEPT_COUNT)] = nowNs;
    }

    /** No round up to the last one makes a lease: those who answered it need not be those who elect next. */
    public void voidLease() {
        voidRoundId = lastRoundId;
    }

    /**
     * Until when reads may be answered without a round, given that a majority has confirmed {@code roundId}; a time
     * that has passed if there is no lease.
     *
     * @param toleranceNs how long a follower stays true to a leader that it heard
     * @param driftPpm by how many millionths of it two clocks may drift apart
     */
    public long leaseEndNs(long roundId, long toleranceNs, int driftPpm) {
        if (roundId <= voidRoundId || roundId <= lastRoundId - KEPT_COUNT) {
            return Long.MIN_VALUE;
        }
        return sentNs[(int) (roundId % KEPT_COUNT)]
                + toleranceNs
                - toleranceNs / MILLION * driftPpm
                - toleranceNs % MILLION * driftPpm / MILLION
                - 1;
    }

    /** Everything in one number. */
    public long fold(long hash) {
        long folded = StateHash.fold(StateHash.fold(hash, lastRoundId), voidRoundId);
        for (long roundId = Math.max(1, lastRoundId - KEPT_COUNT + 1); roundId <= lastRoundId; roundId++) {
            folded = StateHash.fold(folded, sentNs[(int) (roundId % KEPT_COUNT)]);
        }
        return folded;
    }
}
