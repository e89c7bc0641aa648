package dev.steppe.raft.core.track;

/**
 * When a quarantined member may count again. Its directory may have lost what it acknowledged, and votes that it gave.
 *
 * <p>Why a floor heals. A leader L of term t first learns the member's present life, then begins a round that a
 * majority of others confirms (L is then settled for this life), and only then names its commit index: the floor. What
 * a majority forced with a former life of this member in a later term than t, one of those who confirmed had forced
 * too, and would have named the later term instead; so there is nothing of that kind. What was committed in earlier
 * terms, L has by the usual rule, for what the former life forced and voted was true when it did so. What L committed
 * itself by counting the former life lies below the floor, for since it knows the present one it counts the former no
 * more. A member that has forced all of L's log up to the floor therefore has everything that it may ever have helped
 * to commit, and L's vote stands for its own in term t.
 *
 * <p>One thing is left: a vote of the former life for a term after t, still on its way to its candidate. A candidate
 * counts votes for no longer than the longest election time-out, so a damaged member waits for two of them before it
 * counts again.
 */
public final class Healing {
    private final long earliestNs;
    private long floorTerm;
    private long floorIndex = -1;

    /** A member that counts no earlier than {@code earliestNs}. */
    public Healing(long earliestNs) {
        this.earliestNs = earliestNs;
    }

    /** An independent copy. */
    public Healing copy() {
        Healing copy = new Healing(earliestNs);
        copy.floorTerm = floorTerm;
        copy.floorIndex = floorIndex;
        return copy;
    }

    /** The leader of {@code term}, settled for this life, has committed up to {@code commitIndex}. */
    public void settled(long term, long commitIndex) {
        if (term != floorTerm) {
            floorTerm = term;
            floorIndex = commitIndex;
        }
    }

    /** Whether a member that has forced the log of the leader of {@code term} up to there may count again. */
    public boolean isComplete(long term, long matchIndex, long nowNs) {
        return term == floorTerm && floorIndex >= 0 && matchIndex >= floorIndex && nowNs >= earliestNs;
    }

    /** Everything in one number. */
    public long fold(long hash) {
        return StateHash.fold(StateHash.fold(StateHash.fold(hash, floorTerm), floorIndex), earliestNs);
    }
}
