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

    private int voterCount;
    private int grantedBits;
    private int refusedBits;
    private int unableBits;

    /** An empty ballot among {@code voterCount} voters. */
    public Ballot(int voterCount) {
        this.voterCount = voterCount;
    }

    private Ballot(Ballot other) {
        voterCount = other.voterCount;
        grantedBits = other.grantedBits;
        refusedBits = other.refusedBits;
        unableBits = other.unableBits;
    }

    /** An independent ballot with the same votes. */
    public Ballot copy() {
        return new Ballot(this);
    }

    /** Forgets all votes; from now on there are {@code newVoterCount} voters. */
    public void clear(int newVoterCount) {
        voterCount = newVoterCount;
        grantedBits = 0;
        refusedBits = 0;
        unableBits = 0;
    }

    /** Notes that a voter may not vote at all at present, which is a refusal as well. */
    public void recordUnable(int ordinal) {
        record(ordinal, false);
        unableBits |= 1 << ordinal;
    }

    /** How many voters said that they may not vote at all. */
    public int unableCount() {
        return Integer.bitCount(unableBits);
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
        return ((long) unableBits << 48) | ((long) voterCount << 40) | ((long) refusedBits << 20) | grantedBits;
    }
}
