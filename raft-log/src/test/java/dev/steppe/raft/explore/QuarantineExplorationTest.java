package dev.steppe.raft.explore;

import static dev.steppe.raft.explore.member.Mark.DOUBT_ENDED;
import static dev.steppe.raft.explore.member.Mark.FORMER_LIFE_IGNORED;
import static dev.steppe.raft.explore.member.Mark.HEALED;
import static dev.steppe.raft.explore.member.Mark.LEADER_ELECTED;
import static dev.steppe.raft.explore.member.Mark.NOT_COUNTED;
import static dev.steppe.raft.explore.member.Mark.QUARANTINED_ASKED;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Members whose disks lose what they acknowledged, votes too, and who come back, are filled, and count again. */
class QuarantineExplorationTest {
    /** The leader has committed an entry with the member that is about to lose it. */
    private static final String TWO_HOLD = """
            elect 1 with 2
            settle 1 2
            propose 1 1
            settle 1 2
            lose
            expect 1 commit 2
            """;

    /** It has lost its vote too, and is filled again; all that is missing is time and a word of its leader. */
    private static final String TWO_IS_FILLED = TWO_HOLD + """
            damage 2 1
            heartbeat 1
            settle 1 2 3
            lose
            """;

    /** The one that lost everything has overthrown the leader, which does not know it and may fill it first. */
    private static final String TWO_OVERTHREW_ONE = """
            elect 1 with 2
            settle 1 2 3
            elect 3 with 2
            deliver 3>2 AppendAsk entryTerm=2
            deliver 2>3 AppendReply accepted matchIndex=2
            lose
            expect 3 commit 2
            damage 2 1
            expect 1 leader
            heartbeat 1
            settle 1 2
            lose
            """;

    /** What it has said before it forgot is still on its way to the leader. */
    private static final String ITS_ANSWER_IS_LATE = """
            elect 1 with 2
            settle 1 2 3
            heartbeat 1
            settle 1 2 3
            lose
            propose 1 1
            deliver 1>2 AppendAsk
            damage 2 4
            expect 2 log 1:empty
            lose 1>2 1>3
            heartbeat 1
            deliver 1>2 AppendAsk
            deliver 2>1 AppendReply life=2
            heartbeat 1
            deliver 1>3 AppendAsk roundId=4 !run
            deliver 3>1 AppendReply roundId=4
            lose 1>2 1>3 3>1
            """;

    /** It has forgotten what is committed, the third never had it, and both have answered the leader. */
    private static final String NOBODY_ELSE_HOLDS = TWO_HOLD + """
            damage 2 3
            heartbeat 1
            deliver 1>2 AppendAsk
            deliver 2>1 AppendReply
            lose
            heartbeat 1
            deliver 1>3 AppendAsk roundId=3 !run
            deliver 3>1 AppendReply
            lose
            """;

    /** Its vote for a candidate is on its way; the leader that it has forgotten fills it, and has all others. */
    private static final String ITS_VOTE_IS_LATE = """
            elect 1 with 2 3
            settle 1 2 3 4 5
            heartbeat 1
            settle 1 2 3 4 5
            lose
            campaign 3 with 2 4
            deliver 3>2 VoteAsk
            damage 2 1
            lose 3>1 3>2 3>5 1>3
            heartbeat 1
            settle 1 2 4 5
            heartbeat 1
            settle 1 2 4 5
            heartbeat 1
            settle 1 2 4 5
            lose 1>2 1>4 1>5 2>1 4>1 5>1 1>3
            """;

    private static Finding damages(int packets) {
        Bounds bounds = Bounds.of(3).terms(2).ballots(4).rounds(4).damages(1).terseButBeating();
        return Exploration.after(TWO_HOLD, bounds.packets(packets))
                .holds("damaged disks", LEADER_ELECTED, NOT_COUNTED, QUARANTINED_ASKED, FORMER_LIFE_IGNORED);
    }

    private static Finding heals(int packets) {
        Bounds bounds = Bounds.of(3)
                .terms(3)
                .ballots(4)
                .rounds(6)
                .proposals(2)
                .damages(1)
                .terseButBeating();
        return Exploration.after(TWO_IS_FILLED, bounds.packets(packets))
                .holds("a damaged disk that is filled", HEALED, NOT_COUNTED, QUARANTINED_ASKED);
    }

    private static Finding staleLeader(int packets) {
        Bounds bounds = Bounds.of(3)
                .terms(2)
                .ballots(4)
                .rounds(6)
                .proposals(1)
                .damages(1)
                .terseButBeating();
        return Exploration.after(TWO_OVERTHREW_ONE, bounds.packets(packets))
                .holds("a damaged disk and two leaders", NOT_COUNTED);
    }

    private static Finding doubts(int packets) {
        Bounds bounds =
                Bounds.of(3).terms(2).ballots(3).rounds(1).damages(2).crashes(1).terse();
        return Exploration.after(TWO_HOLD, bounds.packets(packets))
                .holds("doubtful disks", DOUBT_ENDED, QUARANTINED_ASKED, LEADER_ELECTED);
    }

    private static Finding lateAnswer(int packets) {
        Bounds bounds = Bounds.of(3).terms(2).ballots(4).rounds(5).damages(1).terseButBeating();
        return Exploration.after(ITS_ANSWER_IS_LATE, bounds.packets(packets))
                .holds("a damaged disk and a late answer", FORMER_LIFE_IGNORED, HEALED);
    }

    private static Finding floor(int packets) {
        Bounds bounds = Bounds.of(3).terms(2).ballots(4).rounds(6).damages(1).terseButBeating();
        return Exploration.after(NOBODY_ELSE_HOLDS, bounds.packets(packets))
                .holds("a damaged disk of the only one that held", HEALED, QUARANTINED_ASKED);
    }

    private static Finding lateVote(int packets) {
        Bounds bounds = Bounds.of(5)
                .terms(3)
                .ballots(6)
                .rounds(6)
                .proposals(1)
                .damages(1)
                .terseButBeating();
        return Exploration.after(ITS_VOTE_IS_LATE, bounds.packets(packets))
                .holds("a damaged disk and a late vote", HEALED, LEADER_ELECTED);
    }

    @Test
    void countsNobodyThatMayHaveForgotten() {
        assertTrue(damages(6).isComplete());
        assertTrue(staleLeader(6).isComplete());
    }

    @Test
    void countsWhoeverHasAllThatItMayHaveForgotten() {
        assertTrue(heals(6).isComplete());
        assertTrue(floor(7).isComplete());
    }

    @Test
    void believesNothingThatAFormerLifeSaid() {
        assertTrue(lateAnswer(7).isComplete());
        assertTrue(lateVote(13).isComplete());
    }

    /** Nobody but the doubtful are left: all may have lost power at once. */
    @Test
    void countsAgainIfNobodyLeads() {
        assertTrue(doubts(5).isComplete());
    }

    @Test
    @Tag("extended")
    void losesNothingInLongerStories() {
        assertTrue(damages(9).isComplete());
        assertTrue(staleLeader(8).isComplete());
        assertTrue(heals(9).isComplete());
        assertTrue(floor(9).isComplete());
        assertTrue(lateAnswer(10).isComplete());
        assertTrue(lateVote(14).isComplete());
        assertTrue(doubts(7).isComplete());
    }
}
