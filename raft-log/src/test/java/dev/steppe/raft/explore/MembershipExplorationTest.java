package dev.steppe.raft.explore;

import static dev.steppe.raft.explore.member.Mark.CHANGE_CUT;
import static dev.steppe.raft.explore.member.Mark.CHANGE_IN_PROGRESS;
import static dev.steppe.raft.explore.member.Mark.CHANGE_NOT_SETTLED;
import static dev.steppe.raft.explore.member.Mark.COMMITS_WITHOUT_ITSELF;
import static dev.steppe.raft.explore.member.Mark.ELECTED_BY_EVEN;
import static dev.steppe.raft.explore.member.Mark.FORMER_LIFE_IGNORED;
import static dev.steppe.raft.explore.member.Mark.HANDED_OVER;
import static dev.steppe.raft.explore.member.Mark.LOYAL_REFUSES;
import static dev.steppe.raft.explore.member.Mark.NOT_CAUGHT_UP;
import static dev.steppe.raft.explore.member.Mark.NO_PROPOSAL_MEANWHILE;
import static dev.steppe.raft.explore.member.Mark.REMOVED_LEADER_LEAVES;
import static dev.steppe.raft.explore.member.Mark.STANDS_AT_ONCE;
import static dev.steppe.raft.explore.member.Mark.STRANGER_AHEAD_ELECTED;
import static dev.steppe.raft.explore.member.Mark.STRANGER_UNANSWERED;
import static dev.steppe.raft.explore.member.Mark.TRANSFER_FAILED;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Members that come, vote, learn, leave and hand over, while leaders change and die. */
class MembershipExplorationTest {
    private static final String ONE_LEADS = """
            elect 1 with 2
            settle 1 2 3
            lose
            """;

    private static final String FOUR_LEARNS = """
            elect 1 with 2
            settle 1 2 3
            change 1 +1+2+3?4
            settle 1 2 3 4
            heartbeat 1
            settle 1 2 3 4
            lose
            """;

    /** A leader of a group of four has begun a change that only the newcomer, or nobody, has heard of. */
    private static final String ONE_ADDS = """
            elect 1 with 2 3
            settle 1 2 3 4 5
            lose
            change 1 +1+2+3+4+5
            deliver 1>5 AppendAsk entryCount=1
            lose
            expect 5 log 1:empty 1:group+1+2+3+4+5
            """;

    private static final String ONE_ADDS_OF_SIX = """
            elect 1 with 2 3
            settle 1 2 3 4 5 6
            lose
            change 1 +1+2+3+4+5?6
            deliver 1>5 AppendAsk entryCount=1
            lose
            """;

    private static final String ONE_REMOVES = """
            elect 1 with 2 3
            settle 1 2 3 4
            lose
            change 1 +1+3+4
            lose
            """;

    /**
     * A second leader, elected by the others, is asked for a change at once: that is where the published groups fork.
     */
    private static final String TWO_LEADS = """
            elect 2 with 3 4
            expect 2 log 1:empty 2:empty
            deliver 2>3 AppendAsk !run
            deliver 3>2 AppendReply accepted
            deliver 2>4 AppendAsk !run
            deliver 4>2 AppendReply accepted
            """;

    /**
     * The published step: a second leader has put an entry of its term into its own log only, one other hears it, and
     * the first has given up. It may not change anything yet; if it could, that one would be majority enough, and the
     * first could come back with those who have not heard of it.
     */
    private static final String ONE_HEARS_TWO = """
            elect 2 with 3 4
            deliver 2>3 AppendAsk !run
            deliver 3>2 AppendReply accepted
            resign 1
            timeout 1
            deliver 1>4 VoteAsk
            deliver 4>1 VoteReply term=2
            lose 1>3 1>4 1>5 4>1 1>2 2>1 2>4 4>2 3>2 2>5 5>2
            """;

    private static final String SIX_HEARS_TOO = """
            deliver 2>6 AppendAsk !run
            deliver 6>2 AppendReply accepted
            lose 6>2
            """;

    private static Bounds ofFour(int learners) {
        return Bounds.of(4 + learners)
                .voters(4)
                .learners(learners)
                .ballots(4)
                .rounds(1)
                .terse();
    }

    private static Finding oneAddOneRemove(int packets) {
        return Exploration.after(
                        ONE_ADDS + TWO_LEADS + "change 2 +2+3+4?5\n",
                        ofFour(1).terms(3).changes(3).packets(packets))
                .holds("one add and one remove", CHANGE_NOT_SETTLED, CHANGE_CUT, ELECTED_BY_EVEN);
    }

    private static Finding twoAdds(int packets) {
        return Exploration.after(
                        ONE_ADDS_OF_SIX + TWO_LEADS + "change 2 +1+2+3+4+6?5\n",
                        ofFour(2).terms(3).changes(3).packets(packets))
                .holds("two adds", CHANGE_NOT_SETTLED, CHANGE_CUT);
    }

    private static Finding twoRemoves(int packets) {
        return Exploration.after(
                        ONE_REMOVES + TWO_LEADS + "change 2 +2+3+4\n",
                        ofFour(0).terms(3).changes(3).packets(packets))
                .holds("two removes", CHANGE_NOT_SETTLED, CHANGE_CUT, ELECTED_BY_EVEN);
    }

    private static Finding forks(String beginning, int learners, int packets) {
        Bounds bounds = ofFour(learners).ballots(6).terms(3).changes(2);
        return Exploration.after(beginning, bounds.packets(packets))
                .holds("changes of a leader that is not settled", CHANGE_NOT_SETTLED);
    }

    private static Finding oneAddOneRemoveUnsettled(int packets) {
        return forks(ONE_ADDS + ONE_HEARS_TWO, 1, packets);
    }

    private static Finding twoAddsUnsettled(int packets) {
        return forks(ONE_ADDS_OF_SIX + ONE_HEARS_TWO + SIX_HEARS_TOO, 2, packets);
    }

    private static Finding twoRemovesUnsettled(int packets) {
        return forks(ONE_REMOVES + ONE_HEARS_TWO, 0, packets);
    }

    private static Finding downToOne(int packets) {
        Bounds bounds = Bounds.of(3).terms(2).ballots(4).rounds(2).changes(2).terse();
        return Exploration.after(ONE_LEADS, bounds.packets(packets))
                .holds(
                        "from three down to one and back",
                        CHANGE_CUT,
                        CHANGE_IN_PROGRESS,
                        NOT_CAUGHT_UP,
                        REMOVED_LEADER_LEAVES,
                        STANDS_AT_ONCE,
                        STRANGER_UNANSWERED,
                        STRANGER_AHEAD_ELECTED);
    }

    private static Finding overCrashes(int packets) {
        Bounds bounds =
                Bounds.of(3).terms(2).ballots(4).rounds(2).changes(2).crashes(1).terse();
        return Exploration.after(ONE_LEADS, bounds.packets(packets))
                .holds("changes over crashes", CHANGE_CUT, FORMER_LIFE_IGNORED, REMOVED_LEADER_LEAVES);
    }

    private static Finding upToFour(int packets) {
        Bounds bounds =
                Bounds.of(4).voters(3).terms(2).ballots(4).rounds(4).changes(3).terse();
        return Exploration.after(FOUR_LEARNS, bounds.packets(packets))
                .holds("from three up to four and down", ELECTED_BY_EVEN, CHANGE_CUT, STRANGER_AHEAD_ELECTED);
    }

    private static Finding transfers(int packets) {
        Bounds bounds = Bounds.of(3)
                .terms(2)
                .ballots(4)
                .rounds(3)
                .transfers(1)
                .proposals(1)
                .loyal();
        return Exploration.after(ONE_LEADS, bounds.packets(packets))
                .holds("transfers", HANDED_OVER, TRANSFER_FAILED, STANDS_AT_ONCE, NO_PROPOSAL_MEANWHILE, LOYAL_REFUSES);
    }

    private static Finding transfersAndChanges(int packets) {
        Bounds bounds = Bounds.of(3)
                .terms(2)
                .ballots(4)
                .rounds(2)
                .transfers(1)
                .changes(1)
                .proposals(1)
                .terse();
        return Exploration.after(ONE_LEADS, bounds.packets(packets))
                .holds("transfers and changes", HANDED_OVER, CHANGE_IN_PROGRESS, COMMITS_WITHOUT_ITSELF);
    }

    @Test
    void forksNoGroupAsThePublishedOnesDid() {
        assertTrue(oneAddOneRemove(22).isComplete());
        assertTrue(twoAdds(23).isComplete());
        assertTrue(twoRemoves(21).isComplete());
    }

    @Test
    void changesNothingBeforeALeaderIsSettled() {
        assertTrue(oneAddOneRemoveUnsettled(14).isComplete());
        assertTrue(twoAddsUnsettled(17).isComplete());
        assertTrue(twoRemovesUnsettled(12).isComplete());
    }

    @Test
    void losesNothingOnTheWayDownAndUp() {
        assertTrue(downToOne(10).isComplete());
        assertTrue(overCrashes(7).isComplete());
        assertTrue(upToFour(8).isComplete());
    }

    @Test
    void handsOverOneOfficeToOneMember() {
        assertTrue(transfers(9).isComplete());
        assertTrue(transfersAndChanges(9).isComplete());
    }

    @Test
    @Tag("extended")
    void losesNothingInLongerStories() {
        assertTrue(oneAddOneRemove(24).isComplete());
        assertTrue(twoAdds(24).isComplete());
        assertTrue(twoRemoves(23).isComplete());
        assertTrue(oneAddOneRemoveUnsettled(16).isComplete());
        assertTrue(twoAddsUnsettled(18).isComplete());
        assertTrue(twoRemovesUnsettled(15).isComplete());
        assertTrue(downToOne(12).isComplete());
        assertTrue(overCrashes(9).isComplete());
        assertTrue(upToFour(10).isComplete());
        assertTrue(transfers(10).isComplete());
        assertTrue(transfersAndChanges(10).isComplete());
    }
}
