package dev.steppe.check;

import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;

/**
 * Every entry that was ever written, by index and term, and which of them was committed first at each index. One
 * history for the whole group, over all lives.
 */
final class CommitHistory {
    private static final int ENTRY_COUNT = 1 << 9;

    private long[] firstTerms = new long[ENTRY_COUNT];
    private int[] firstCrcs = new int[ENTRY_COUNT];
    /** Entries of other terms at an index that has one already. */
    private final Map<Long, Map<Long, Integer>> others = new TreeMap<>();

    private long[] committedTerms = new long[ENTRY_COUNT];
    private int[] committedCrcs = new int[ENTRY_COUNT];
    private long[] leaderTerms = new long[ENTRY_COUNT];
    private long committedIndex;

    /** Takes note of an entry in somebody's log: R3, one index and term have one history. */
    void wrote(long index, long term, int crc) {
        int place = place(index);
        if (firstTerms[place] == 0) {
            firstTerms[place] = term;
            firstCrcs[place] = crc;
            return;
        }
        int known = firstCrcs[place];
        if (firstTerms[place] != term) {
            Integer other = others.computeIfAbsent(index, at -> new TreeMap<>()).putIfAbsent(term, crc);
            known = other == null ? crc : other;
        }
        InvariantViolated.unless(known == crc, "R3", "two logs differ up to one entry: index, term", index, term);
    }

    /** Takes note that a member holds the entry at {@code index} committed: R5; the first one decides. */
    void committed(long index, long term, int crc, long inTerm) {
        int place = place(index);
        if (index <= committedIndex) {
            InvariantViolated.unless(
                    committedTerms[place] == term && committedCrcs[place] == crc,
                    "R5",
                    "two entries are committed at one index: index, term of the first, of the second",
                    index,
                    committedTerms[place],
                    term);
            return;
        }
        InvariantViolated.unless(
                index == committedIndex + 1,
                "R5",
                "an entry is committed before the one before it: index, last committed",
                index,
                committedIndex);
        committedTerms[place] = term;
        committedCrcs[place] = crc;
        leaderTerms[place] = inTerm;
        committedIndex = index;
    }

    /** Last entry that anybody has committed. */
    long committedIndex() {
        return committedIndex;
    }

    long committedTerm(long index) {
        return index == 0 ? 0 : committedTerms[place(index)];
    }

    int committedCrc(long index) {
        return committedCrcs[place(index)];
    }

    /** Last entry that was committed in a term before {@code term}. */
    long committedBefore(long term) {
        long index = committedIndex;
        while (index > 0 && leaderTerms[place(index)] >= term) {
            index--;
        }
        return index;
    }

    private int place(long index) {
        int place = Math.toIntExact(index);
        if (place >= firstTerms.length) {
            int length = Integer.highestOneBit(place) * 2;
            firstTerms = Arrays.copyOf(firstTerms, length);
            firstCrcs = Arrays.copyOf(firstCrcs, length);
            committedTerms = Arrays.copyOf(committedTerms, length);
            committedCrcs = Arrays.copyOf(committedCrcs, length);
            leaderTerms = Arrays.copyOf(leaderTerms, length);
        }
        return place;
    }
}
