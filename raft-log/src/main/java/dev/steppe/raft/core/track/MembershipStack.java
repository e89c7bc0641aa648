package dev.steppe.raft.core.track;

import dev.steppe.base.Invariant;
import dev.steppe.raft.quorum.Membership;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The memberships of one log, by the index of the entry that says them. The latest holds, committed or not; when its
 * entry is cut, the one before it holds again, down to the one that the log began with: that of a snapshot, or the
 * configured one at index 0. Owned by the consensus agent once the core has it.
 */
public final class MembershipStack {
    private long[] indexes = new long[4];
    private @Nullable Membership[] memberships = new Membership[4];
    private int count;
    private long changeCount;

    /** A log that begins behind {@code baseIndex}, 0 for a whole log, with {@code base} in force there. */
    public MembershipStack(long baseIndex, Membership base) {
        put(baseIndex, base);
    }

    private MembershipStack(MembershipStack other) {
        indexes = other.indexes.clone();
        memberships = other.memberships.clone();
        count = other.count;
        changeCount = other.changeCount;
    }

    /** An independent copy. */
    public MembershipStack copy() {
        return new MembershipStack(this);
    }

    /** The membership in force. */
    public Membership latest() {
        return get(count - 1);
    }

    /** Index of the entry that says it; that of the snapshot, or 0, if the log has none. */
    public long latestIndex() {
        return indexes[count - 1];
    }

    /** The membership before the latest; null if the log has only one. */
    public @Nullable Membership previous() {
        return count == 1 ? null : memberships[count - 2];
    }

    /** The membership that held at {@code index}, which must not lie before the log. */
    public Membership at(long index) {
        return get(slotAt(index));
    }

    /** Grows with every change of {@link #latest()}. */
    public long changeCount() {
        return changeCount;
    }

    /** An entry at {@code index}, behind all others, says {@code membership}. */
    public MembershipStack push(long index, Membership membership) {
        if (index <= latestIndex()) {
            throw Invariant.broken("memberships must follow each other: latest, pushed", latestIndex(), index);
        }
        put(index, membership);
        return this;
    }

    /** Every entry behind {@code keptIndex} is gone. */
    public void cutAfter(long keptIndex) {
        while (count > 1 && latestIndex() > keptIndex) {
            memberships[--count] = null;
            changeCount++;
        }
    }

    /** The log begins behind {@code index} now; what held there goes on to hold. */
    public void compact(long index) {
        if (index <= indexes[0]) {
            return;
        }
        int first = slotAt(index);
        System.arraycopy(indexes, first, indexes, 0, count - first);
        System.arraycopy(memberships, first, memberships, 0, count - first);
        Arrays.fill(memberships, count - first, count, null);
        count -= first;
    }

    /** The whole log is gone; a snapshot up to {@code index} says {@code membership}. */
    public void reset(long index, Membership membership) {
        Arrays.fill(memberships, null);
        count = 0;
        put(index, membership);
    }

    /** Everything in one number. */
    public long fold(long hash) {
        long folded = StateHash.fold(hash, count);
        for (int i = 0; i < count; i++) {
            folded = StateHash.fold(StateHash.fold(folded, indexes[i]), get(i).fingerprint());
        }
        return folded;
    }

    private int slotAt(long index) {
        int slot = count - 1;
        while (slot > 0 && indexes[slot] > index) {
            slot--;
        }
        if (indexes[slot] > index) {
            throw Invariant.broken("before the log: first membership, asked", indexes[slot], index);
        }
        return slot;
    }

    private Membership get(int slot) {
        Membership membership = memberships[slot];
        if (membership == null) {
            throw Invariant.broken("no membership: slot, count", slot, count);
        }
        return membership;
    }

    private void put(long index, Membership membership) {
        if (count == indexes.length) {
            indexes = Arrays.copyOf(indexes, 2 * count);
            memberships = Arrays.copyOf(memberships, 2 * count);
        }
        indexes[count] = index;
        memberships[count++] = membership;
        changeCount++;
    }
}
