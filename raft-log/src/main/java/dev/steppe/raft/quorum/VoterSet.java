package dev.steppe.raft.quorum;

import java.util.Arrays;

/**
 * The fixed set of voters of one group. Immutable. A voter has an ordinal, its place in the ascending order of ids, so
 * that arrays and bit sets can stand for maps.
 */
public final class VoterSet {
    private static final int VOTERS_MAX = 7;

    private final int[] memberIds;

    private VoterSet(int[] memberIds) {
        this.memberIds = memberIds;
    }

    /** A set of these ids in any order. Refuses counts other than 1, 3, 5 or 7, ids below 1, and double ids. */
    public static VoterSet of(int... memberIds) {
        int count = memberIds.length;
        if (count % 2 == 0 || count > VOTERS_MAX) {
            throw new IllegalArgumentException("a group has 1, 3, 5 or 7 voters, not " + count);
        }
        int[] sorted = memberIds.clone();
        Arrays.sort(sorted);
        for (int i = 0; i < count; i++) {
            if (sorted[i] < 1 || (i > 0 && sorted[i] == sorted[i - 1])) {
                throw new IllegalArgumentException(
                        "member ids must be positive and differ: " + Arrays.toString(sorted));
            }
        }
        return new VoterSet(sorted);
    }

    /** How many voters there are: 1, 3, 5 or 7. */
    public int count() {
        return memberIds.length;
    }

    /** How many voters make a majority. */
    public int majorityCount() {
        return memberIds.length / 2 + 1;
    }

    /** Id of the voter at {@code ordinal}, 0 to count - 1. */
    public int memberId(int ordinal) {
        return memberIds[ordinal];
    }

    /** Ordinal of a member, or -1 if it does not vote here. */
    public int ordinalOf(int memberId) {
        for (int i = 0; i < memberIds.length; i++) {
            if (memberIds[i] == memberId) {
                return i;
            }
        }
        return -1;
    }

    @Override
    public String toString() {
        return Arrays.toString(memberIds);
    }
}
