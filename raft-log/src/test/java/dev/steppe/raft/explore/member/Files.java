package dev.steppe.raft.explore.member;

import java.util.ArrayList;
import java.util.List;

/**
 * What a member's disk holds beside log and vault. Immutable.
 *
 * @param base last index that is gone from the front of the log
 * @param snapshots logs of which a whole file stands, the newest last
 * @param partial a file that is being received
 * @param isStored whether a piece of it was stored and the core has not heard
 * @param replacing the snapshot that is about to stand instead of the log, -1 if none is
 */
record Files(int base, List<Integer> snapshots, Partial partial, boolean isStored, int replacing) {
    static final Files NONE = new Files(0, List.of(), Partial.NONE, false, -1);

    /** The first bytes of a snapshot of {@code log}, out of one life of one member. */
    record Partial(int log, int fromMember, long fromIncarnation, long bytes) {
        static final Partial NONE = new Partial(-1, 0, 0, 0);
    }

    int newest() {
        return snapshots.isEmpty() ? -1 : snapshots.get(snapshots.size() - 1);
    }

    Files withBase(int newBase) {
        return new Files(newBase, snapshots, partial, isStored, replacing);
    }

    /** One more file stands; none is deleted. */
    Files withSnapshot(int log) {
        List<Integer> more = new ArrayList<>(snapshots);
        more.add(log);
        return new Files(base, List.copyOf(more), partial, isStored, replacing);
    }

    Files withPartial(Partial newPartial, boolean newIsStored) {
        return new Files(base, snapshots, newPartial, newIsStored, replacing);
    }

    Files withReplacing(int log) {
        return new Files(base, snapshots, partial, isStored, log);
    }
}
