package dev.steppe.raft.core;

import static dev.steppe.raft.core.OneCore.append;
import static dev.steppe.raft.core.OneCore.reply;
import static dev.steppe.raft.core.OneCore.server;
import static dev.steppe.raft.core.OneCore.voters;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steppe.raft.core.RaftCore.Role;
import dev.steppe.raft.core.RaftOutput.MembershipVerdict;
import dev.steppe.raft.core.RaftOutput.ProposalVerdict;
import dev.steppe.raft.core.RaftOutput.TransferEnd;
import dev.steppe.raft.core.RaftOutput.TransferVerdict;
import dev.steppe.raft.core.track.Quarantine;
import dev.steppe.raft.message.RaftMessage.Sender;
import dev.steppe.raft.message.RaftMessage.TimeoutNow;
import dev.steppe.raft.message.RaftMessage.VoteAsk;
import org.junit.jupiter.api.Test;

class TransferRulesTest {
    private static final long MIN_NS = OneCore.TIMES.electionMinNs();

    private static OneCore leader() {
        return new OneCore(
                        voters(3).pinned(1, OneCore.DIRECTORY).withLearner(server(4)),
                        Quarantine.NONE,
                        CoreSettings.NO_LEASE,
                        4,
                        1,
                        4)
                .leadsAndHasCommitted()
                .beats(2, 3);
    }

    private static OneCore transfers(OneCore one, int targetId) {
        return one.step(new RaftInput.TransferAsked(targetId));
    }

    private static VoteAsk asksAfterTransfer(int memberId, long term) {
        return new VoteAsk(new Sender(memberId, 0, 7, term), false, true, 1, 3, 5);
    }

    @Test
    void tellsTheTargetToStandOnceItHasEverything() {
        OneCore one = leader().proposes(1);
        transfers(one, 3);
        assertEquals(TransferVerdict.ACCEPTED, one.output.transferVerdict());
        assertNull(one.letterTo(3, TimeoutNow.class));
        one.hears(one.agreed(3, 3, 4));
        assertNull(one.letterTo(3, TimeoutNow.class), "stored is not forced");
        one.hears(one.agreed(3, 4, 4));
        assertNotNull(one.letterTo(3, TimeoutNow.class));
        assertNull(one.letterTo(2, TimeoutNow.class));
        one.hears(one.agreed(3, 4, 4));
        assertNull(one.letterTo(3, TimeoutNow.class), "once is enough");
        one.passes(OneCore.TIMES.heartbeatNs());
        assertNotNull(one.letterTo(3, TimeoutNow.class), "unless it got lost");
    }

    @Test
    void choosesWhoeverHasForcedMost() {
        OneCore one = leader().proposes(1);
        one.hears(one.agreed(3, 4, 4));
        transfers(one, 0);
        assertEquals(3, one.core.transferTargetId());
    }

    @Test
    void refusesWhoCannotTakeOver() {
        for (int targetId : new int[] {1, 4, 9}) {
            OneCore one = transfers(leader(), targetId);
            assertEquals(TransferVerdict.NO_TARGET, one.output.transferVerdict(), "member " + targetId);
            assertEquals(TransferEnd.NONE, one.output.transferEnd());
        }
        OneCore one = leader();
        one.hears(one.agreed(2, 3, 3).counting(false));
        assertEquals(TransferVerdict.NO_TARGET, transfers(one, 2).output.transferVerdict(), "quarantined");
        OneCore follower = transfers(new OneCore(3, 4, 1), 2);
        assertEquals(TransferVerdict.NOT_LEADER, follower.output.transferVerdict());
    }

    @Test
    void takesNoCommandAndNoChangeMeanwhile() {
        OneCore one = transfers(leader(), 2);
        assertEquals(ProposalVerdict.TRANSFERRING, one.proposes(1).output.proposalVerdict());
        assertEquals(3, one.core.shape().lastIndex());
        one.changes(one.core.membership().without(3));
        assertEquals(MembershipVerdict.IN_PROGRESS, one.output.membershipVerdict());
        assertEquals(TransferVerdict.IN_PROGRESS, transfers(one, 3).output.transferVerdict());
        OneCore changing = leader();
        changing.changes(changing.core.membership().without(3));
        assertEquals(TransferVerdict.IN_PROGRESS, transfers(changing, 2).output.transferVerdict());
    }

    @Test
    void leadsOnWhenTheTimeIsUp() {
        OneCore one = transfers(leader(), 2);
        for (long passed = 0; passed < MIN_NS; passed += OneCore.TIMES.heartbeatNs()) {
            assertEquals(TransferEnd.NONE, one.output.transferEnd());
            one.hears(one.agreed(2, 3, 3)).hears(one.agreed(3, 3, 3)).passes(OneCore.TIMES.heartbeatNs());
        }
        assertEquals(TransferEnd.FAILED, one.output.transferEnd());
        assertEquals(Role.LEADER, one.core.role());
        assertEquals(0, one.core.transferTargetId());
        assertEquals(ProposalVerdict.ACCEPTED, one.proposes(1).output.proposalVerdict());
        assertEquals(TransferEnd.NONE, one.output.transferEnd());
    }

    @Test
    void endsWellWhenTheTargetStands() {
        OneCore one = transfers(leader(), 2).hears(asksAfterTransfer(2, 6));
        assertEquals(Role.FOLLOWER, one.core.role());
        assertEquals(TransferEnd.HANDED_OVER, one.output.transferEnd());
        assertTrue(one.granted());
    }

    @Test
    void endsBadlyWhenSomebodyElseTakesOver() {
        OneCore one = transfers(leader(), 2).hears(append(3, 9, 3, 5));
        assertEquals(TransferEnd.FAILED, one.output.transferEnd());
        assertEquals(TransferEnd.NONE, one.hears(append(3, 9, 3, 5)).output.transferEnd());
    }

    @Test
    void beginsItsNextOfficeWithoutTheTransferOfTheLast() {
        OneCore one = transfers(leader(), 2).hears(append(3, 9, 3, 5)).hears(new TimeoutNow(new Sender(3, 0, 7, 9)));
        long ballotId = one.letterTo(2, VoteAsk.class).ballotId();
        one.forcesVault().hears(reply(2, 10, OneCore.LIFE, ballotId, true));
        assertEquals(Role.LEADER, one.core.role());
        assertEquals(TransferEnd.NONE, one.output.transferEnd());
        assertEquals(0, one.core.transferTargetId());
        assertEquals(ProposalVerdict.ACCEPTED, one.proposes(1).output.proposalVerdict());
    }

    @Test
    void standsAtOnceWhenItsLeaderSaysSo() {
        OneCore one = new OneCore(3, 4, 1, 4).hears(append(2, 4, 2, 4));
        one.hears(new TimeoutNow(new Sender(2, 0, 7, 4)));
        assertEquals(Role.CANDIDATE, one.core.role());
        assertEquals(5, one.core.term());
        VoteAsk ask = one.letterTo(3, VoteAsk.class);
        assertTrue(ask.transfer());
        assertFalse(ask.preVote());
        assertEquals(one.output.hardSequence(), one.outgoingTo(3).afterVault());
    }

    @Test
    void standsForNobodyElsesWord() {
        OneCore one = new OneCore(3, 4, 1, 4).hears(append(2, 4, 2, 4));
        one.hears(new TimeoutNow(new Sender(3, 0, 7, 4)));
        one.hears(new TimeoutNow(new Sender(2, 0, 7, 3)));
        one.hears(new TimeoutNow(new Sender(2, 0, 7, 9)));
        assertEquals(Role.FOLLOWER, one.core.role());
        assertEquals(4, one.core.term());
        OneCore other = new OneCore(3, 4, 1, 4).hears(new TimeoutNow(new Sender(2, 0, 7, 4)));
        assertEquals(Role.FOLLOWER, other.core.role(), "no leader is known");
    }

    @Test
    void letsATransferPassWhoHearsTheLeader() {
        OneCore one = new OneCore(3, 4, 1, 4).hears(append(2, 4, 2, 4));
        assertTrue(one.hears(new VoteAsk(new Sender(3, 0, 7, 5), false, true, 1, 2, 4))
                .granted());
        OneCore other = new OneCore(3, 4, 1, 4).hears(append(2, 4, 2, 4));
        assertFalse(
                other.hears(new VoteAsk(new Sender(3, 0, 7, 5), false, true, 1, 1, 4))
                        .granted(),
                "log behind");
    }

    @Test
    void claimsNoTransferWithoutAWordOfItsLeader() {
        OneCore one = new OneCore(3, 4, 1, 4).standsForElection();
        assertEquals(Role.CANDIDATE, one.core.role());
        VoteAsk ask = one.letterTo(3, VoteAsk.class);
        assertFalse(ask.preVote());
        assertFalse(ask.transfer());
    }

    @Test
    void asksAnewWithPreVotesWhenATransferFails() {
        OneCore one = new OneCore(3, 4, 1, 4).hears(append(2, 4, 2, 4));
        one.hears(new TimeoutNow(new Sender(2, 0, 7, 4))).forcesVault();
        one.passes(OneCore.TIMES.electionMaxNs());
        assertEquals(Role.PRE_CANDIDATE, one.core.role());
        assertFalse(one.letterTo(3, VoteAsk.class).transfer());
    }
}
