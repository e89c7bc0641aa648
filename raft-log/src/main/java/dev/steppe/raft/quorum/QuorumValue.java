package dev.steppe.raft.quorum;

/**
 * The highest value that a majority has reached, for values that each voter only raises: forced indexes, confirmed
 * rounds, times of last contact. Keeps scratch space, so it belongs to one owner; allocates nothing after construction.
 */
public final class QuorumValue {
    private final long[] scratch;
    private int voterCount;

    /** For {@code voterCount} voters, and never more. */
    public QuorumValue(int voterCount) {
        scratch = new long[voterCount];
        this.voterCount = voterCount;
    }

    /** From now on there are {@code newVoterCount} voters, no more than at the beginning. */
    public void voters(int newVoterCount) {
        voterCount = newVoterCount;
    }

    /** Sets what the voter at {@code ordinal} has reached. */
    public void set(int ordinal, long value) {
        scratch[ordinal] = value;
    }

    /**
     * The value that at least a majority of voters has reached or passed. Every ordinal must have been set since the
     * last call: the order of the scratch space is lost here. Insertion sort; at most seven values.
     */
    public long reachedByMajority() {
        for (int i = 1; i < voterCount; i++) {
            long moved = scratch[i];
            int hole = i;
            while (hole > 0 && scratch[hole - 1] > moved) {
                scratch[hole] = scratch[hole - 1];
                hole--;
            }
            scratch[hole] = moved;
        }
        // Ascending: the (count - majority)-th value and those above it are a majority.
        return scratch[voterCount - (voterCount / 2 + 1)];
    }
}
