package dev.steppe.raft.core;

import static dev.steppe.raft.core.OneCore.append;
import static dev.steppe.raft.core.OneCore.reply;
import static dev.steppe.raft.core.OneCore.voteAsk;
import static dev.steppe.raft.core.OneCore.voters;
import static dev.steppe.raft.core.OneCore.withEntries;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steppe.raft.core.RaftCore.Role;
import dev.steppe.raft.core.track.Quarantine;
import dev.steppe.raft.message.RaftMessage.AppendAsk;
import dev.steppe.raft.message.RaftMessage.AppendReply;
import dev.steppe.raft.message.RaftMessage.Sender;
import dev.steppe.raft.message.RaftMessage.TimeoutNow;
import dev.steppe.raft.message.RaftMessage.VoteAsk;
import dev.steppe.raft.message.RaftMessage.VoteReply;
import org.junit.jupiter.api.Test;

class QuarantineRulesTest {
    private static final long MAX_NS = OneCore.TIMES.electionMaxNs();

    private static OneCore damaged(int voterCount) {
        return new OneCore(
                voters(voterCount).pinned(1, OneCore.DIRECTORY), Quarantine.DAMAGED, CoreSettings.NO_LEASE, 0);
    }

    private static OneCore doubtful(int voterCount) {
        return new OneCore(
                voters(voterCount).pinned(1, OneCore.DIRECTORY), Quarantine.DOUBTFUL, CoreSettings.NO_LEASE, 4, 1, 4);
    }

    /** Three entries of leader 2 in term 6, of which it has committed two. */
    private static AppendAsk refill(long toIncarnation, boolean isSettled) {
        AppendAsk ask = append(2, 6, 0, 0).after(0, 0, 2).to(toIncarnation, isSettled);
        return withEntries(ask, 5, 3);
    }

    private static AppendReply lastReply(OneCore one) {
        return one.letterTo(2, AppendReply.class);
    }

    /** Heartbeats long enough for every vote of a former life to be void. */
    private static OneCore outlives(OneCore one) {
        for (long passed = 0; passed < 2 * MAX_NS; passed += OneCore.TIMES.electionMinNs()) {
            one.nowNs += OneCore.TIMES.electionMinNs();
            one.hears(append(2, 6, 0, 0));
        }
        return one;
    }

    @Test
    void neitherVotesNorStandsNorCounts() {
        OneCore one = damaged(3).hears(voteAsk(2, 5, false, 9, 4));
        assertFalse(one.granted());
        assertTrue(((VoteReply) one.onlyMessage()).quarantined());
        assertFalse(one.hears(voteAsk(2, 5, true, 9, 4)).granted());
        for (int i = 0; i < 10; i++) {
            one.passes(MAX_NS);
            assertEquals(Role.FOLLOWER, one.core.role());
        }
        assertEquals(0, one.core.term());
        one.hears(append(2, 6, 0, 0).round(3));
        assertFalse(lastReply(one).counts());
        one.hears(new TimeoutNow(new Sender(2, 0, 7, 6)));
        assertEquals(Role.FOLLOWER, one.core.role());
    }

    @Test
    void isHealedByASettledLeaderOnceAllUpToTheFloorIsForced() {
        OneCore one = outlives(damaged(3)).hears(refill(OneCore.LIFE, true));
        assertFalse(one.output.isHealing(), "nothing is forced");
        one.forces(1);
        assertFalse(one.output.isHealing(), "below the floor");
        one.forces(2);
        assertTrue(one.output.isHealing());
        assertEquals(6, one.output.hardTerm());
        assertEquals(2, one.output.hardVotedFor(), "in this term it stands by its leader");
        assertEquals(Quarantine.NONE, one.output.hardQuarantine());
        assertFalse(lastReply(one).counts(), "not before that is forced");
        one.forcesVault();
        assertFalse(one.core.isQuarantined());
        assertTrue(lastReply(one).counts());
        assertEquals(2, lastReply(one).matchIndex());
        assertFalse(one.hears(voteAsk(3, 6, false, 9, 6)).granted());
    }

    @Test
    void isHealedByNoLeaderThatIsNotSettledForThisLife() {
        OneCore one = outlives(damaged(3));
        one.hears(refill(OneCore.LIFE, false)).forces(3);
        assertFalse(one.output.isHealing());
        one.hears(refill(OneCore.LIFE - 1, true));
        assertFalse(one.output.isHealing());
        one.hears(refill(0, true));
        assertFalse(one.output.isHealing());
        one.hears(refill(OneCore.LIFE, true));
        assertTrue(one.output.isHealing());
    }

    @Test
    void needsTheFloorOfTheLeaderThatItFollows() {
        OneCore one = outlives(damaged(3)).hears(refill(OneCore.LIFE, true));
        one.hears(withEntries(append(3, 7, 0, 0).after(0, 0, 0), 5, 3));
        one.forces(3);
        assertFalse(one.output.isHealing(), "the next leader has named none");
        one.hears(append(3, 7, 3, 5).after(3, 5, 3).to(OneCore.LIFE, true));
        assertTrue(one.output.isHealing());
        assertEquals(3, one.output.hardVotedFor());
    }

    @Test
    void waitsUntilEveryVoteOfAFormerLifeIsVoid() {
        OneCore one = damaged(3).hears(refill(OneCore.LIFE, true)).forces(3);
        assertFalse(one.output.isHealing());
        assertTrue(outlives(one).output.isHealing());
        OneCore other = doubtful(3).hears(append(2, 6, 2, 4).after(2, 4, 2).to(OneCore.LIFE, true));
        assertTrue(other.output.isHealing(), "one that has its vote need not wait");
    }

    @Test
    void keepsTheEndOfTheQuarantineThroughALaterTerm() {
        OneCore one = outlives(damaged(3)).hears(refill(OneCore.LIFE, true)).forces(3);
        assertTrue(one.output.isHealing());
        one.hears(append(3, 7, 3, 5).round(4));
        assertEquals(Quarantine.NONE, one.output.hardQuarantine());
        assertFalse(one.output.isHealing(), "told once");
        assertFalse(one.letterTo(3, AppendReply.class).counts());
        one.forcesVault();
        assertTrue(one.letterTo(3, AppendReply.class).counts());
    }

    @Test
    void doubtsNoLongerThanItHearsNobody() {
        OneCore one = doubtful(3).passes(2 * MAX_NS - 1);
        assertTrue(one.core.isQuarantined());
        one.passes(1);
        assertTrue(one.output.isHealing());
        one.forcesVault().passes(MAX_NS);
        assertEquals(Role.PRE_CANDIDATE, one.core.role());
        OneCore other = doubtful(3);
        for (int i = 0; i < 9; i++) {
            other.passes(MAX_NS - 1).hears(append(2, 6, 2, 4));
        }
        assertTrue(other.core.isQuarantined(), "a leader may know better");
        assertTrue(doubtful(3).core.nextDeadlineNs() <= 10_000 + 2 * MAX_NS);
    }

    @Test
    void doubtsNotAtAllAlone() {
        OneCore one = doubtful(1).passes(0);
        assertTrue(one.output.isHealing());
        one.forcesVault().passes(0);
        assertEquals(Role.CANDIDATE, one.core.role());
        OneCore other = damaged(1).passes(100 * MAX_NS);
        assertTrue(other.core.isQuarantined(), "damaged it stays so");
    }

    @Test
    void isCountedByNoLeader() {
        OneCore one = new OneCore(3, 4, 1, 4).leads().forces(3);
        one.hears(one.agreed(2, 3, 3).counting(false));
        assertEquals(0, one.core.commitIndex());
        one.hears(one.agreed(2, 3, 3));
        assertEquals(3, one.core.commitIndex(), "what it has counts as soon as it does");
    }

    @Test
    void keepsNoLeaderInOfficeAndConfirmsNoRead() {
        OneCore one = new OneCore(3, 4, 1, 4).leadsAndHasCommitted();
        one.hears(one.agreed(2, 3, 3).counting(false)).step(new RaftInput.ReadAsked().set(5));
        for (int beat = 0; beat < 12 && one.core.role() == Role.LEADER; beat++) {
            one.passes(OneCore.TIMES.heartbeatNs());
            AppendAsk ask = one.letterTo(2, AppendAsk.class);
            if (ask != null) {
                one.hears(one.agreedInRound(2, 3, ask.roundId()).counting(false));
                assertEquals(0, one.output.readCount());
            }
        }
        assertEquals(Role.FOLLOWER, one.core.role());
    }

    @Test
    void believesNothingOfAFormerLife() {
        OneCore one = new OneCore(3, 4, 1, 4).leadsAndHasCommitted().proposes(1).forces(4);
        one.hears(
                new AppendReply().from(2, 0, 8, 5, OneCore.LIFE).counting(false).accepting(0, 0));
        assertEquals(0, one.core.matchIndexOf(2));
        assertEquals(8, one.core.incarnationOf(2));
        one.hears(one.agreed(2, 4, 4));
        assertEquals(0, one.core.matchIndexOf(2), "said in life 7");
        assertEquals(3, one.core.commitIndex());
    }

    @Test
    void isToldToBeSettledOnlyAfterARoundThatBeganSinceItsLifeIsKnown() {
        OneCore one = new OneCore(3, 4, 1, 4).leadsAndHasCommitted().beats(2);
        one.hears(
                new AppendReply().from(3, 0, 8, 5, OneCore.LIFE).counting(false).accepting(0, 0));
        one.passes(OneCore.TIMES.heartbeatNs());
        AppendAsk before = one.letterTo(3, AppendAsk.class);
        assertEquals(8, before.toIncarnation());
        assertFalse(before.isSettled(), "nobody has confirmed the leader since");
        long round = one.letterTo(2, AppendAsk.class).roundId();
        one.hears(new AppendReply()
                .from(3, 0, 8, 5, OneCore.LIFE)
                .counting(false)
                .round(round)
                .accepting(0, 0));
        one.passes(OneCore.TIMES.heartbeatNs());
        assertFalse(one.letterTo(3, AppendAsk.class).isSettled(), "it cannot confirm its own healer");
        one.hears(one.agreedInRound(2, 3, round)).passes(OneCore.TIMES.heartbeatNs());
        assertTrue(one.letterTo(3, AppendAsk.class).isSettled());
    }

    @Test
    void isNotSettledBeforeAnEntryOfItsTermIsCommitted() {
        OneCore one = new OneCore(3, 4, 1, 4).leads();
        one.hears(
                new AppendReply().from(3, 0, 8, 5, OneCore.LIFE).counting(false).accepting(0, 0));
        one.passes(OneCore.TIMES.heartbeatNs());
        long round = one.letterTo(2, AppendAsk.class).roundId();
        one.hears(one.agreedInRound(2, 2, round)).passes(OneCore.TIMES.heartbeatNs());
        assertFalse(one.letterTo(3, AppendAsk.class).isSettled());
    }

    @Test
    void isReportedByACandidateThatCannotWinForIt() {
        OneCore one = new OneCore(3, 4, 1, 4).passes(MAX_NS);
        long ballotId = one.letterTo(2, VoteAsk.class).ballotId();
        for (int id = 2; id <= 3; id++) {
            one.hears(new VoteReply(new Sender(id, 0, 7, 4), OneCore.LIFE, ballotId, false, true));
        }
        assertEquals(2, one.core.quarantinedVoterCount());
        one.passes(MAX_NS);
        assertEquals(2, one.core.quarantinedVoterCount(), "until it knows better");
        assertEquals(Role.PRE_CANDIDATE, one.core.role());
    }

    /** Else a vote that a former life gave could count after the voter was healed and has voted again. */
    @Test
    void countsNoVoteForLongerThanTheLongestTimeOut() {
        OneCore one = new OneCore(3, 4, 1, 4).standsForElection();
        VoteAsk ask = one.letterTo(2, VoteAsk.class);
        one.forcesVault();
        one.nowNs += MAX_NS;
        one.hears(reply(2, 5, OneCore.LIFE, ask.ballotId(), true));
        assertEquals(Role.PRE_CANDIDATE, one.core.role());
    }

    @Test
    void countsVotesFromWhenItsAsksHaveLeft() {
        OneCore one = new OneCore(3, 4, 1, 4).standsForElection();
        long hardSequence = one.output.hardSequence();
        VoteAsk ask = one.letterTo(2, VoteAsk.class);
        one.nowNs += 3 * MAX_NS;
        one.step(RaftInput.Passed.TIME);
        assertEquals(Role.CANDIDATE, one.core.role(), "its disk is late, and it waits for it");
        one.step(new RaftInput.VaultForced(hardSequence));
        one.hears(reply(2, 5, OneCore.LIFE, ask.ballotId(), true));
        assertEquals(Role.LEADER, one.core.role());
    }
}
