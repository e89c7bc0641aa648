package dev.steppe.raft.agreement;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steppe.base.InvariantBroken;
import dev.steppe.raft.agreement.HashComparison.Divergence;
import dev.steppe.raft.agreement.HashComparison.Odd;
import dev.steppe.raft.agreement.HashComparison.Word;
import java.util.List;
import org.junit.jupiter.api.Test;

class HashComparisonTest {
    private static final long MARK = HashMarks.STRIDE_COUNT;

    private final HashComparison comparison = new HashComparison();
    private final Word word = new Word();

    private Divergence voter(int memberId, long index, long hash) {
        return comparison.take(index, word.set(memberId, true, hash), 3);
    }

    @Test
    void saysNothingWhileAllAgree() {
        assertNull(voter(1, MARK, 5));
        assertNull(voter(2, MARK, 5));
        assertNull(voter(3, MARK, 5));
    }

    @Test
    void waitsForAMajorityBeforeItNamesTheOddOne() {
        assertNull(voter(1, MARK, 5));
        assertNull(voter(2, MARK, 6), "one against one");
        Divergence divergence = voter(3, MARK, 5);
        assertEquals(new Divergence(MARK, 5, true, List.of(new Odd(2, 6))), divergence);
    }

    @Test
    void namesALateOddOneToo() {
        voter(1, MARK, 5);
        voter(3, MARK, 5);
        Divergence divergence = voter(2, MARK, 7);
        assertNotNull(divergence);
        assertEquals(List.of(new Odd(2, 7)), divergence.odd());
    }

    @Test
    void countsVotersOnlyAndStillNamesALearner() {
        voter(1, MARK, 5);
        assertNull(comparison.take(MARK, word.set(8, false, 6), 3));
        assertNull(comparison.take(MARK, word.set(9, false, 6), 3), "learners are no majority");
        Divergence divergence = voter(2, MARK, 5);
        assertNotNull(divergence);
        assertEquals(List.of(new Odd(8, 6), new Odd(9, 6)), divergence.odd());
    }

    @Test
    void saysThatNobodyKnowsOnceEveryVoterHasSpokenWithoutAMajority() {
        voter(1, MARK, 5);
        assertNull(voter(2, MARK, 6));
        Divergence divergence = voter(3, MARK, 7);
        assertNotNull(divergence);
        assertFalse(divergence.hasMajority());
        assertEquals(3, divergence.odd().size());
    }

    @Test
    void takesTheFirstWordOfAMemberAndForgetsOldMarks() {
        voter(1, MARK, 5);
        assertNull(voter(1, MARK, 6), "a repeated word");
        assertNull(voter(2, 17 * MARK, 1), "takes the place of the first mark");
        assertNull(voter(2, MARK, 9));
        assertNull(voter(3, MARK, 9), "a mark that is not kept");
    }

    @Test
    void keepsTheLastHashesByMark() {
        HashMarks marks = new HashMarks();
        assertFalse(marks.has(0));
        for (int i = 1; i <= 70; i++) {
            marks.note(i * MARK, i);
        }
        assertEquals(70 * MARK, marks.newestIndex());
        assertTrue(marks.has(7 * MARK));
        assertFalse(marks.has(6 * MARK));
        assertEquals(7, marks.hashAt(7 * MARK));
        assertThrows(InvariantBroken.class, () -> marks.hashAt(6 * MARK));
        assertThrows(InvariantBroken.class, () -> marks.note(70 * MARK, 1));
        assertThrows(InvariantBroken.class, () -> marks.note(71 * MARK + 1, 1));
        assertEquals(2 * MARK, HashMarks.markBehind(MARK));
        assertEquals(MARK, HashMarks.markBehind(MARK - 1));
    }
}
