package dev.steppe.raft.quorum;

/**
 * The votes of one round. A voter counts once, whatever it repeats, and its first word holds; who is not a voter cannot
 * be counted because it has no ordinal. Owned by the consensus agent.
 */
public final class Ballot {
    /** What the votes so far amount to. */
    public enum Verdict {
        OPEN,
        WON,
        LOST
    }

    private final int voterCount;
    private int grantedBits;
    private int refusedBits;

    /** An empty ballot among {@code voterCount} voters. */
    public Ballot(int voterCount) {
        this.voterCount = voterCount;
    }

    private Ballot(Ballot other) {
        voterCount = other.voterCount;
        grantedBits = other.grantedBits;
        refusedBits = other.refusedBits;
    }

    /** An independent ballot with the same votes. */
    public Ballot copy() {
        return new Ballot(this);
    }

    /** Forgets all votes. */
    public void clear() {
        grantedBits = 0;
        refusedBits = 0;
    }

    /** Counts one voter's word, unless it has spoken in this round. */
    public void record(int ordinal, boolean granted) {
        int bit = 1 << ordinal;
        if (((grantedBits | refusedBits) & bit) != 0) {
            return;
        }
        if (granted) {
            grantedBits |= bit;
        } else {
            refusedBits |= bit;
        }
    }

    /** WON with a majority of grants, LOST once a majority can no longer be had. */
    public Verdict verdict() {
        int majorityCount = voterCount / 2 + 1;
        if (Integer.bitCount(grantedBits) >= majorityCount) {
            return Verdict.WON;
        }
        return Integer.bitCount(refusedBits) > voterCount - majorityCount ? Verdict.LOST : Verdict.OPEN;
    }

    /** All votes in one number, for hashing. */
    public long bits() {
        return ((long) refusedBits << 32) | grantedBits;
    }
}
