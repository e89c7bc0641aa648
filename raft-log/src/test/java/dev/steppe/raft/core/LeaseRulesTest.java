package dev.steppe.raft.core;

import static dev.steppe.raft.core.OneCore.append;
import static dev.steppe.raft.core.OneCore.server;
import static dev.steppe.raft.core.OneCore.voteAsk;
import static dev.steppe.raft.core.OneCore.voters;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steppe.raft.core.RaftOutput.TransferEnd;
import dev.steppe.raft.core.track.Quarantine;
import dev.steppe.raft.message.RaftMessage.AppendAsk;
import dev.steppe.raft.message.RaftMessage.Sender;
import dev.steppe.raft.message.RaftMessage.TimeoutNow;
import dev.steppe.raft.message.RaftMessage.VoteAsk;
import org.junit.jupiter.api.Test;

class LeaseRulesTest {
    private static final long MIN_NS = OneCore.TIMES.electionMinNs();
    private static final long HEARTBEAT_NS = OneCore.TIMES.heartbeatNs();
    /** A tenth of the time-out. */
    private static final int DRIFT_PPM = 100_000;

    private static OneCore with(int driftPpm) {
        return new OneCore(voters(3).pinned(1, OneCore.DIRECTORY), Quarantine.NONE, driftPpm, 4, 1, 4);
    }

    /** Leads, and has just had a round confirmed. */
    private static OneCore leader(int driftPpm) {
        return with(driftPpm).leadsAndHasCommitted().beats(2);
    }

    private static boolean answersAtOnce(OneCore one) {
        return one.step(new RaftInput.ReadAsked().set(7)).output.readCount() == 1;
    }

    @Test
    void answersAtOnceWhileARoundIsYoung() {
        OneCore one = leader(DRIFT_PPM);
        assertTrue(answersAtOnce(one));
        assertEquals(3, one.output.readIndex(0));
        assertEquals(0, one.output.messageCount());
        assertFalse(answersAtOnce(leader(CoreSettings.NO_LEASE)));
    }

    /** Counted from when the round was sent, less the drift; nobody knows how long it was on its way. */
    @Test
    void asksAgainOnceTheRoundIsOld() {
        OneCore one = leader(DRIFT_PPM);
        one.nowNs += MIN_NS - MIN_NS / 10 - 2;
        assertTrue(answersAtOnce(one));
        OneCore other = leader(DRIFT_PPM);
        other.nowNs += MIN_NS - MIN_NS / 10;
        assertFalse(answersAtOnce(other));
        OneCore late = with(DRIFT_PPM).leadsAndHasCommitted().passes(HEARTBEAT_NS);
        long round = late.letterTo(2, AppendAsk.class).roundId();
        late.nowNs += MIN_NS - 1 - HEARTBEAT_NS;
        late.hears(late.agreedInRound(2, 3, round));
        assertFalse(answersAtOnce(late));
    }

    @Test
    void needsAnEntryOfItsOwnTermAndARoundOfThisOffice() {
        OneCore one = with(DRIFT_PPM).leads();
        one.hears(one.agreedInRound(2, 2, 1));
        assertFalse(answersAtOnce(one));
        OneCore other = with(DRIFT_PPM).leadsAndHasCommitted();
        assertFalse(answersAtOnce(other), "no round was confirmed");
    }

    @Test
    void hasNoneWhileAnOfficeIsHandedOver() {
        OneCore one = leader(DRIFT_PPM).proposes(1);
        one.step(new RaftInput.TransferAsked(2));
        assertFalse(answersAtOnce(one));
    }

    /** The word may still be on its way, and its asks for votes pass everyone who hears this leader. */
    @Test
    void hasNoneAnyMoreOnceSomebodyWasToldToStand() {
        OneCore one = leader(DRIFT_PPM);
        one.step(new RaftInput.TransferAsked(2));
        assertNotNull(one.letterTo(2, TimeoutNow.class));
        for (int beat = 0; beat < 11; beat++) {
            one.beats(2, 3);
        }
        assertEquals(0, one.core.transferTargetId());
        assertEquals(TransferEnd.NONE, one.output.transferEnd());
        assertFalse(answersAtOnce(one));
    }

    @Test
    void hasNoneFromRoundsOfAnotherMembership() {
        OneCore one = leader(DRIFT_PPM).beats(2, 3);
        one.changes(one.core.membership().withLearner(server(4)));
        assertFalse(answersAtOnce(one));
        one.allHave(2).beats(2);
        assertTrue(answersAtOnce(one));
    }

    /** A former life may have heard a leader a moment ago. */
    @Test
    void staysTrueToAnUnknownLeaderAfterAStart() {
        OneCore one = with(DRIFT_PPM);
        one.nowNs += MIN_NS - 1;
        assertFalse(one.hears(voteAsk(2, 5, false, 2, 4)).granted());
        one.nowNs += 1;
        assertTrue(one.hears(voteAsk(2, 5, false, 2, 4)).granted());
        assertTrue(with(CoreSettings.NO_LEASE).hears(voteAsk(2, 5, false, 2, 4)).granted());
        VoteAsk handedOver = new VoteAsk(new Sender(2, 0, 7, 5), false, true, 1, 2, 4);
        assertTrue(with(DRIFT_PPM).hears(handedOver).granted());
    }

    @Test
    void staysTrueToALeaderThoughItLearnsOfALaterTerm() {
        OneCore one = with(DRIFT_PPM);
        one.nowNs += MIN_NS;
        one.hears(append(2, 4, 2, 4));
        one.hears(OneCore.reply(3, 9, OneCore.LIFE, 77, false));
        assertEquals(9, one.core.term());
        assertFalse(one.hears(voteAsk(3, 10, false, 2, 4)).granted());
    }

    @Test
    void allowsNoDriftThatLeavesNothing() {
        assertThrows(IllegalArgumentException.class, () -> with(1_000_000));
        assertThrows(IllegalArgumentException.class, () -> with(-2));
    }
}
