package dev.steppe.raft.explore;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

/** Ongaro, Ousterhout: In Search of an Understandable Consensus Algorithm (extended version), Figure 8, verbatim. */
class ScriptTest {
    private static final String A_TO_C = """
            # the entry at index 1 is of term 1 and everywhere
            elect 1 with 2 3
            settle 1 2 3 4 5
            lose
            # (a) S1 leads term 2 and gives its entry at index 2 to S2 only
            resign 1
            elect 1 with 2 3
            deliver 1>2 AppendAsk term=2 prevIndex=1 entryCount=1
            lose
            expect 2 log 1:empty 2:empty
            # (b) S1 dies; S5 is elected for term 3 by S3 and S4, and takes another entry at index 2
            crash 1 0
            timeout 5
            deliver 5>3 VoteAsk
            deliver 3>5 VoteReply term=2
            elect 5 with 3 4
            lose
            expect 5 term 3
            expect 5 log 1:empty 3:empty
            # (c) S5 dies; S1 is elected for term 4 and gives the entry of term 2 to S3: a majority has it
            crash 5 0
            timeout 1
            deliver 1>3 VoteAsk
            deliver 3>1 VoteReply term=3
            elect 1 with 2 3
            expect 1 term 4
            deliver 1>2 AppendAsk prevIndex=2 !run
            deliver 2>1 AppendReply accepted matchIndex=2
            deliver 1>3 AppendAsk prevIndex=2 !run
            deliver 3>1 AppendReply refusedPrevIndex=2
            deliver 1>3 AppendAsk prevIndex=1 entryTerm=2 run=2:empty
            expect 3 log 1:empty 2:empty
            deliver 3>1 AppendReply accepted matchIndex=2
            # and still it is not committed
            expect 1 commit 0
            """;

    /** (d) S1 dies; S5 is elected by S2, S3 and S4, and writes its entry of term 3 over that of term 2. */
    private static final String D = A_TO_C + """
            lose
            crash 1 0
            timeout 5
            deliver 5>2 VoteAsk
            deliver 2>5 VoteReply term=4
            elect 5 with 2 3
            expect 5 term 5
            settle 2 3 4 5
            expect 2 log 1:empty 3:empty 5:empty
            expect 3 log 1:empty 3:empty 5:empty
            expect 4 commit 3
            """;

    /** (e) But if S1 has given its own entry of term 4 to a majority, S5 cannot be elected any more. */
    private static final String E = A_TO_C + """
            deliver 1>2 AppendAsk entryTerm=4
            deliver 2>1 AppendReply accepted matchIndex=3
            expect 1 commit 0
            deliver 1>3 AppendAsk prevIndex=2 entryTerm=4
            deliver 3>1 AppendReply accepted matchIndex=3
            expect 1 commit 3
            lose
            crash 1 0
            timeout 5
            deliver 5>2 VoteAsk
            deliver 2>5 VoteReply term=4
            """;

    @Test
    void playsFigure8() {
        assertNull(Exploration.replay(D, Bounds.of(5)));
        assertNull(Exploration.replay(E, Bounds.of(5)));
        AssertionError refused =
                assertThrows(AssertionError.class, () -> Exploration.replay(E + "campaign 5 with 2 3\n", Bounds.of(5)));
        assertTrue(refused.getMessage().contains("comes to nothing: campaign 5"), refused.getMessage());
    }

    @Test
    void findsNothingWrongInAnythingThatFollowsFigure8() {
        Bounds bounds =
                Bounds.of(5).terms(5).ballots(6).rounds(1).crashes(3).terse().packets(15);
        Finding finding = Exploration.after(A_TO_C + "lose\n", bounds).holds("what follows Figure 8");
        assertTrue(finding.isComplete());
        assertTrue(finding.states() > 10_000, finding::toString);
    }

    @Test
    void refusesAStoryThatCannotBe() {
        assertThrows(AssertionError.class, () -> Exploration.replay("deliver 1>2 VoteAsk\n", Bounds.of(3)));
        assertThrows(AssertionError.class, () -> Exploration.replay("elect 1 with 2\nexpect 2 leader\n", Bounds.of(3)));
        assertThrows(IllegalArgumentException.class, () -> Exploration.replay("explode 1\n", Bounds.of(3)));
    }

    @Test
    void cutsASearchOffWhereItIsTold() {
        Finding finding =
                Exploration.of(Bounds.of(3).terms(2).ballots(4).packets(14).states(1_000));
        assertFalse(finding.isComplete());
        assertEquals(0, finding.missing().size());
    }
}
