package dev.steppe.raft.core.track;

/**
 * Which life of a follower a leader speaks with. A follower that starts anew has a greater incarnation; once it is
 * known, nothing that an earlier one said is believed any more. A leadership begins without knowing any.
 */
public final class PeerLife {
    /** How a word of a follower is to be taken. */
    public enum Verdict {
        /** Said in an earlier life: void. */
        EARLIER,
        /** Said in the life that is known. */
        KNOWN,
        /** The first word of a life that was not known; what an earlier one said is forgotten. */
        NEW
    }

    private long incarnation;
    private long directoryId;
    private long knownRoundId;
    private boolean counts;

    PeerLife copy() {
        PeerLife copy = new PeerLife();
        copy.incarnation = incarnation;
        copy.directoryId = directoryId;
        copy.knownRoundId = knownRoundId;
        copy.counts = counts;
        return copy;
    }

    void begin() {
        incarnation = 0;
        directoryId = 0;
        knownRoundId = 0;
        counts = false;
    }

    /** Takes a word of a life, said from a directory, while {@code roundId} is the last round that has begun. */
    public Verdict hear(long saidIncarnation, long saidDirectoryId, long roundId) {
        if (saidIncarnation < incarnation) {
            return Verdict.EARLIER;
        }
        directoryId = saidDirectoryId;
        if (saidIncarnation == incarnation) {
            return Verdict.KNOWN;
        }
        incarnation = saidIncarnation;
        knownRoundId = roundId;
        counts = false;
        return Verdict.NEW;
    }

    /** Whether it says of itself that it may be counted. */
    public void counts(boolean newCounts) {
        counts = newCounts;
    }

    /** Whether it may be counted in a majority: it has said so in the life that is known. */
    public boolean counts() {
        return counts;
    }

    /** The life that is known, 0 if none. */
    public long incarnation() {
        return incarnation;
    }

    /** The directory that spoke last, 0 if none has. */
    public long directoryId() {
        return directoryId;
    }

    /** Whether {@code roundId} began after this life was known. */
    public boolean isKnownBefore(long roundId) {
        return incarnation != 0 && roundId > knownRoundId;
    }

    long fold(long hash) {
        long folded = StateHash.fold(StateHash.fold(hash, incarnation), directoryId);
        return StateHash.fold(StateHash.fold(folded, knownRoundId), counts ? 1 : 0);
    }
}
