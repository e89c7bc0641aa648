package dev.steppe.raft.core;

import static dev.steppe.raft.core.OneCore.append;
import static dev.steppe.raft.core.OneCore.reply;
import static dev.steppe.raft.core.OneCore.voteAsk;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steppe.base.InvariantBroken;
import dev.steppe.raft.core.RaftCore.Role;
import dev.steppe.raft.core.RaftOutput.AppendSource;
import dev.steppe.raft.message.RaftMessage.VoteAsk;
import dev.steppe.raft.message.RaftMessage.VoteReply;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;

class ElectionRulesTest {
    private static final long MIN_NS = OneCore.TIMES.electionMinNs();
    private static final long MAX_NS = OneCore.TIMES.electionMaxNs();

    @Test
    void staysQuietBeforeTheShortestTimeOut() {
        OneCore one = new OneCore(3, 4, 1, 4).passes(MIN_NS - 1);
        assertEquals(Role.FOLLOWER, one.core.role());
        assertTrue(one.core.nextDeadlineNs() >= 10_000 + MIN_NS);
        assertTrue(one.core.nextDeadlineNs() < 10_000 + MAX_NS);
    }

    @Test
    void asksForPreVotesWithoutRaisingItsTerm() {
        OneCore one = new OneCore(3, 4, 1, 4).passes(MAX_NS);
        assertEquals(Role.PRE_CANDIDATE, one.core.role());
        assertEquals(4, one.core.term());
        assertEquals(0, one.output.hardSequence());
        VoteAsk ask = (VoteAsk) one.messageTo(3);
        assertTrue(ask.preVote());
        assertEquals(2, ask.lastIndex());
        assertEquals(4, ask.lastTerm());
    }

    @Test
    void holdsTheAskBackUntilTermAndOwnVoteAreForced() {
        OneCore one = new OneCore(3, 4, 1, 4).standsForElection();
        assertEquals(5, one.output.hardTerm());
        assertEquals(1, one.output.hardVotedFor());
        assertEquals(one.output.hardSequence(), one.outgoingTo(2).afterVault());
        assertNotEquals(0, one.output.hardSequence());
    }

    @Test
    void doesNotCountItsOwnVoteBeforeTheVaultHasForcedIt() {
        OneCore one = new OneCore(1, 0).passes(0);
        assertEquals(Role.CANDIDATE, one.core.role());
        one.forcesVault();
        assertEquals(Role.LEADER, one.core.role());
        OneCore ofThree = new OneCore(3, 4, 1, 4).standsForElection();
        long sequence = ofThree.output.hardSequence();
        VoteAsk ask = (VoteAsk) ofThree.messageTo(2);
        ofThree.hears(reply(2, 5, OneCore.LIFE, ask.ballotId(), true));
        assertEquals(Role.CANDIDATE, ofThree.core.role());
        ofThree.step(new RaftInput.VaultForced(sequence));
        assertEquals(Role.LEADER, ofThree.core.role());
    }

    @Test
    void ignoresAForceOfAnEarlierTermWhileItsOwnVoteIsUnforced() {
        OneCore one = new OneCore(3, 4, 1, 4).hears(voteAsk(2, 6, false, 2, 4));
        long earlier = one.output.hardSequence();
        one.standsForElection();
        VoteAsk ask = (VoteAsk) one.messageTo(2);
        one.step(new RaftInput.VaultForced(earlier));
        one.hears(reply(2, 7, OneCore.LIFE, ask.ballotId(), true));
        assertEquals(Role.CANDIDATE, one.core.role());
    }

    @Test
    void putsAnEmptyEntryOfItsTermFirst() {
        OneCore one = new OneCore(3, 4, 1, 4).leads();
        assertEquals(AppendSource.NO_OP, one.output.appendSource());
        assertEquals(3, one.output.appendFirstIndex());
        assertEquals(5, one.output.appendTerm());
        assertTrue(one.output.roleChanged());
    }

    @Test
    void countsNoVoteTwice() {
        OneCore one = new OneCore(5, 4, 1, 4).standsForElection();
        VoteAsk ask = (VoteAsk) one.messageTo(2);
        one.forcesVault();
        VoteReply vote = reply(2, 5, OneCore.LIFE, ask.ballotId(), true);
        one.hears(vote).hears(vote).hears(vote);
        assertEquals(Role.CANDIDATE, one.core.role());
    }

    @Test
    void countsNoVoteOfAnotherRoundOrLifeOrOfAStranger() {
        OneCore one = new OneCore(3, 4, 1, 4).standsForElection();
        VoteAsk ask = (VoteAsk) one.messageTo(2);
        one.forcesVault();
        one.hears(reply(2, 5, OneCore.LIFE, ask.ballotId() - 1, true));
        one.hears(reply(2, 5, OneCore.LIFE - 1, ask.ballotId(), true));
        one.hears(reply(9, 5, OneCore.LIFE, ask.ballotId(), true));
        assertEquals(Role.CANDIDATE, one.core.role());
    }

    @Test
    void refusesVoteToShorterLog() {
        assertFalse(new OneCore(3, 4, 1, 4).hears(voteAsk(2, 5, false, 1, 4)).granted());
    }

    @Test
    void refusesVoteToLongerLogOfEarlierTerm() {
        assertFalse(new OneCore(3, 4, 1, 4).hears(voteAsk(2, 5, false, 9, 3)).granted());
    }

    @Test
    void grantsVoteToEqualLogAndToShorterLogOfLaterTerm() {
        assertTrue(new OneCore(3, 4, 1, 4).hears(voteAsk(2, 5, false, 2, 4)).granted());
        assertTrue(new OneCore(3, 4, 1, 4).hears(voteAsk(2, 6, false, 1, 5)).granted());
    }

    @Test
    void grantsTheSameVoteAgainButNoOther() {
        OneCore one = new OneCore(3, 4, 1, 4).hears(voteAsk(2, 5, false, 2, 4));
        long sequence = one.output.hardSequence();
        assertTrue(one.hears(voteAsk(2, 5, false, 2, 4)).granted());
        assertEquals(sequence, one.outgoingTo(2).afterVault());
        assertFalse(one.hears(voteAsk(3, 5, false, 2, 4)).granted());
    }

    @Test
    void holdsItsVoteBackUntilItIsForced() {
        OneCore one = new OneCore(3, 4, 1, 4).hears(voteAsk(2, 5, false, 2, 4));
        assertTrue(one.granted());
        assertNotEquals(0, one.output.hardSequence());
        assertEquals(one.output.hardSequence(), one.outgoingTo(2).afterVault());
    }

    @Test
    void restartsItsTimerWhenItGrantsAndNotWhenItRefuses() {
        OneCore one = new OneCore(3, 4, 1, 4);
        long first = one.core.nextDeadlineNs();
        one.nowNs += MIN_NS / 2;
        one.hears(voteAsk(2, 5, false, 1, 4));
        assertEquals(first, one.core.nextDeadlineNs());
        one.nowNs = first - 1;
        one.hears(voteAsk(3, 5, false, 2, 4));
        assertTrue(one.core.nextDeadlineNs() >= one.nowNs + MIN_NS);
    }

    @Test
    void drawsAnotherTimeOutForEachAttempt() {
        OneCore one = new OneCore(3, 4, 1, 4);
        long distinct = IntStream.range(0, 20)
                .mapToLong(i -> {
                    one.passes(MAX_NS);
                    return one.core.nextDeadlineNs() - one.nowNs;
                })
                .distinct()
                .count();
        assertTrue(distinct > 10, "distinct time-outs: " + distinct);
    }

    @Test
    void staysTrueToALeaderThatItHears() {
        OneCore one = new OneCore(3, 4, 1, 4).hears(append(2, 4, 2, 4));
        one.nowNs += MIN_NS - 1;
        assertFalse(one.hears(voteAsk(3, 4, true, 9, 4)).granted());
        assertFalse(one.hears(voteAsk(3, 9, false, 9, 4)).granted());
        assertEquals(4, one.core.term());
        one.nowNs += 1;
        assertTrue(one.hears(voteAsk(3, 4, true, 9, 4)).granted());
    }

    @Test
    void letsALeaderThatAsksForVotesBeSucceededAtOnce() {
        OneCore one = new OneCore(3, 4, 1, 4).hears(append(2, 4, 2, 4));
        assertTrue(one.hears(voteAsk(2, 4, true, 2, 4)).granted());
    }

    @Test
    void changesNothingByAPreVote() {
        OneCore one = new OneCore(3, 4, 1, 4);
        long before = one.core.stateHash();
        assertTrue(one.hears(voteAsk(2, 8, true, 2, 4)).granted());
        assertEquals(before, one.core.stateHash());
    }

    @Test
    void tellsALaggingAskerTheLaterTerm() {
        OneCore one = new OneCore(3, 4, 1, 4).hears(voteAsk(2, 3, true, 9, 3));
        assertFalse(one.granted());
        assertEquals(4, one.onlyMessage().term());
    }

    @Test
    void entersALaterTermThatAReplyNames() {
        OneCore one = new OneCore(3, 4, 1, 4).passes(MAX_NS);
        VoteAsk ask = (VoteAsk) one.messageTo(2);
        one.hears(reply(2, 9, OneCore.LIFE, ask.ballotId(), false));
        assertEquals(Role.FOLLOWER, one.core.role());
        assertEquals(9, one.core.term());
    }

    @Test
    void keepsItsVoteWhenItLosesWithinTheTerm() {
        OneCore one = new OneCore(3, 4, 1, 4).standsForElection();
        one.forcesVault().hears(append(2, 5, 2, 4));
        assertEquals(Role.FOLLOWER, one.core.role());
        assertEquals(1, one.core.votedFor());
        assertFalse(one.hears(voteAsk(3, 5, false, 9, 5)).granted());
    }

    @Test
    void refusesToStartBehindItsLog() {
        Assertions.assertThrows(InvariantBroken.class, () -> new OneCore(3, 3, 1, 4));
    }
}
