package dev.steppe.raft.core.track;

import dev.steppe.raft.quorum.Membership;

/**
 * How a member whose directory is blank finds out that its group is new, so that it had no other directory before in
 * which something was promised. It asks every voter whether its log is empty, until all have said so, and then asks all
 * of them once more.
 *
 * <p>Why two looks. Nothing fills a directory again that was lost, and a log that is empty at both looks, in one and
 * the same directory, was empty in between. So at the moment between the looks every voter's present log was empty:
 * nothing that was ever acknowledged was left, and nothing that is acknowledged later can rest on a directory that went
 * before that moment. One look is not enough, for voters that are wiped and refilled by turns could all be seen empty.
 * A majority is not enough: the one voter that is missing may hold all that a majority, wiped since, had acknowledged.
 * That a group needs all its first voters once, before it begins, is the price.
 *
 * <p>What is left of a directory that went is a vote, on its way to a candidate or counted there. That candidate told
 * at the second look a term that is not below the vote's; so this member begins in a later term than any it was told.
 *
 * <p>Whoever was found to be no stranger and has voted, but has no entry yet, still says that its log is empty; so it
 * does no harm that some voters come to their second look before others, or stop in the middle.
 */
public final class Founding {
    private final long[] earlierIds = new long[Membership.VOTERS_MAX];
    private final long[] saidIds = new long[Membership.VOTERS_MAX];
    private long saidBits;
    private boolean isSecondLook;
    private long lookId = 1;
    private long highestTerm;
    private long dueNs;

    /** A member that asks for the first time at {@code nowNs}. */
    public Founding(long nowNs) {
        dueNs = nowNs;
    }

    /** An independent copy. */
    public Founding copy() {
        Founding copy = new Founding(dueNs);
        System.arraycopy(earlierIds, 0, copy.earlierIds, 0, earlierIds.length);
        System.arraycopy(saidIds, 0, copy.saidIds, 0, saidIds.length);
        copy.saidBits = saidBits;
        copy.isSecondLook = isSecondLook;
        copy.lookId = lookId;
        copy.highestTerm = highestTerm;
        return copy;
    }

    /** When to ask everyone. */
    public long dueNs() {
        return dueNs;
    }

    /** Number of the present look; an answer to another one is void. */
    public long lookId() {
        return lookId;
    }

    /** Everyone was asked; again at {@code nextDueNs} unless all have answered. */
    public void asked(long nextDueNs) {
        dueNs = nextDueNs;
    }

    /** The highest term that any voter told. */
    public long highestTerm() {
        return highestTerm;
    }

    /** The voter at {@code ordinal}, speaking in {@code term} from {@code directoryId}, has answered this look. */
    public void hear(int ordinal, long directoryId, long term, boolean isEmpty) {
        highestTerm = Math.max(highestTerm, term);
        if (isEmpty) {
            saidIds[ordinal] = directoryId;
            saidBits |= 1L << ordinal;
        } else {
            isSecondLook = false;
            saidBits = 0;
            lookId++;
        }
    }

    /**
     * Whether the group is new: all voters but {@code ownOrdinal} have answered this look and the one before it, each
     * from the same directory. Otherwise, if all have answered this one, the next look is due at {@code nowNs}.
     */
    public boolean isNew(int voterCount, int ownOrdinal, long nowNs) {
        long others = ((1L << voterCount) - 1) & ~(1L << ownOrdinal);
        if (saidBits != others) {
            return false;
        }
        boolean isSame = isSecondLook;
        for (int i = 0; i < voterCount; i++) {
            isSame &= i == ownOrdinal || saidIds[i] == earlierIds[i];
            earlierIds[i] = saidIds[i];
        }
        isSecondLook = true;
        saidBits = 0;
        lookId++;
        dueNs = nowNs;
        return isSame;
    }

    /** Everything in one number. */
    public long fold(long hash) {
        long folded = StateHash.fold(StateHash.fold(hash, saidBits), isSecondLook ? lookId : -lookId);
        folded = StateHash.fold(StateHash.fold(folded, highestTerm), dueNs);
        for (int i = 0; i < saidIds.length; i++) {
            folded = StateHash.fold(StateHash.fold(folded, earlierIds[i]), saidIds[i]);
        }
        return folded;
    }
}
