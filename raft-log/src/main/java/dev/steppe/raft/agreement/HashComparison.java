package dev.steppe.raft.agreement;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a leader knows of everyone's hashes at the last {@value #KEPT_COUNT} marks that anyone has told of, itself
 * included. Owned by the consensus agent; allocates only when states differ.
 */
public final class HashComparison {
    private static final int KEPT_COUNT = 16;
    private static final int MEMBERS_MAX = 15;

    private final Row[] rows = new Row[KEPT_COUNT];

    /** Who said what at one mark; a member's first word counts. */
    private static final class Row {
        private final int[] memberIds = new int[MEMBERS_MAX];
        private final long[] hashes = new long[MEMBERS_MAX];
        private final boolean[] votes = new boolean[MEMBERS_MAX];
        private long index;
        private int count;

        void begin(long newIndex) {
            index = newIndex;
            count = 0;
        }

        boolean add(Word word) {
            for (int i = 0; i < count; i++) {
                if (memberIds[i] == word.memberId) {
                    return false;
                }
            }
            if (count == MEMBERS_MAX) {
                return false;
            }
            memberIds[count] = word.memberId;
            votes[count] = word.isVoter;
            hashes[count++] = word.hash;
            return true;
        }
    }

    /**
     * States differ at {@code index}.
     *
     * @param majorityHash what a majority of the voters has; without meaning if there is no majority
     * @param hasMajority false if every voter has spoken and no hash has a majority: nobody knows who is right
     * @param odd who has another hash than the majority, ascending; everyone who spoke if there is no majority
     */
    public record Divergence(long index, long majorityHash, boolean hasMajority, List<Odd> odd) {
        /** Keeps an ordered copy. */
        public Divergence {
            odd = List.copyOf(odd);
        }
    }

    /** One member and its hash. */
    public record Odd(int memberId, long hash) {}

    /** What one member has at a mark. A cell: reused by its owner. */
    public static final class Word {
        private int memberId;
        private boolean isVoter;
        private long hash;

        /** Says something else. */
        public Word set(int newMemberId, boolean newIsVoter, long newHash) {
            memberId = newMemberId;
            isVoter = newIsVoter;
            hash = newHash;
            return this;
        }
    }

    /** Nothing known. */
    public HashComparison() {
        for (int i = 0; i < KEPT_COUNT; i++) {
            rows[i] = new Row();
        }
    }

    /**
     * Takes what a member has at the mark {@code index} while there are {@code voterCount} voters. Words about marks
     * older than those kept, or repeated ones, change nothing.
     *
     * @return null while there is nothing to tell; else a difference, in which a member is named again at each later
     *     word about the same mark
     */
    public @Nullable Divergence take(long index, Word word, int voterCount) {
        Row row = rows[(int) (index / HashMarks.STRIDE_COUNT % KEPT_COUNT)];
        if (row.index < index) {
            row.begin(index);
        }
        if (row.index != index || !row.add(word)) {
            return null;
        }
        return judge(row, voterCount);
    }

    private static @Nullable Divergence judge(Row row, int voterCount) {
        if (areEqual(row)) {
            return null;
        }
        int spokenCount = 0;
        for (int i = 0; i < row.count; i++) {
            if (!row.votes[i]) {
                continue;
            }
            spokenCount++;
            if (votersWith(row, row.hashes[i]) > voterCount / 2) {
                return new Divergence(row.index, row.hashes[i], true, othersThan(row, row.hashes[i]));
            }
        }
        boolean isHopeless = spokenCount >= voterCount;
        return isHopeless ? new Divergence(row.index, 0, false, othersThan(row, null)) : null;
    }

    private static boolean areEqual(Row row) {
        for (int i = 1; i < row.count; i++) {
            if (row.hashes[i] != row.hashes[0]) {
                return false;
            }
        }
        return true;
    }

    private static int votersWith(Row row, long hash) {
        int count = 0;
        for (int i = 0; i < row.count; i++) {
            if (row.hashes[i] == hash && row.votes[i]) {
                count++;
            }
        }
        return count;
    }

    private static List<Odd> othersThan(Row row, @Nullable Long hash) {
        List<Odd> odd = new ArrayList<>();
        for (int i = 0; i < row.count; i++) {
            if (hash == null || row.hashes[i] != hash) {
                odd.add(new Odd(row.memberIds[i], row.hashes[i]));
            }
        }
        odd.sort((left, right) -> Integer.compare(left.memberId(), right.memberId()));
        return odd;
    }
}
