package dev.steppe.raft.core;

import static dev.steppe.raft.core.OneCore.DIRECTORY;
import static dev.steppe.raft.core.OneCore.LIFE;
import static dev.steppe.raft.core.OneCore.append;
import static dev.steppe.raft.core.OneCore.voteAsk;
import static dev.steppe.raft.core.OneCore.voters;
import static dev.steppe.raft.core.OneCore.withEntries;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steppe.raft.core.RaftCore.Role;
import dev.steppe.raft.core.track.Quarantine;
import dev.steppe.raft.message.RaftMessage.FoundingAsk;
import dev.steppe.raft.message.RaftMessage.FoundingReply;
import dev.steppe.raft.message.RaftMessage.Sender;
import org.junit.jupiter.api.Test;

class FoundingRulesTest {
    private static OneCore blank(int voterCount) {
        return new OneCore(voters(voterCount), Quarantine.BLANK, CoreSettings.NO_LEASE, 0).step(RaftInput.Passed.TIME);
    }

    private static FoundingReply says(int memberId, long directoryId, long term, long lookId, boolean isEmpty) {
        return new FoundingReply(new Sender(memberId, directoryId, 7, term), DIRECTORY, LIFE, lookId, isEmpty);
    }

    private static OneCore seesAllEmpty(OneCore one, long lookId) {
        return one.hears(says(2, 20, 0, lookId, true)).hears(says(3, 30, 0, lookId, true));
    }

    private static long look(OneCore one) {
        return one.letterTo(2, FoundingAsk.class).lookId();
    }

    @Test
    void asksEveryoneAtOnceAndAgain() {
        OneCore one = blank(3);
        assertEquals(1, look(one));
        assertEquals(1, one.letterTo(3, FoundingAsk.class).lookId());
        one.hears(says(2, 20, 0, 1, true)).passes(OneCore.TIMES.heartbeatNs());
        assertEquals(1, look(one), "the same look until all have answered");
    }

    @Test
    void countsAfterTwoLooksAtAllVoters() {
        OneCore one = seesAllEmpty(blank(3), 1);
        assertTrue(one.core.isQuarantined(), "once is not enough");
        assertEquals(2, look(one));
        one.hears(says(2, 20, 0, 2, true));
        assertTrue(one.core.isQuarantined(), "a majority is not enough");
        one.hears(says(3, 30, 0, 2, true));
        assertTrue(one.output.isHealing());
        assertTrue(one.core.isQuarantined(), "not before it is forced");
        one.forcesVault();
        assertFalse(one.core.isQuarantined());
        assertEquals(0, one.core.term());
        assertTrue(one.leads().core.role() == Role.LEADER);
    }

    @Test
    void neitherVotesNorStandsBefore() {
        OneCore one = blank(3);
        assertFalse(one.hears(voteAsk(2, 5, false, 0, 0)).granted());
        assertFalse(one.hears(voteAsk(2, 5, false, 9, 4)).granted(), "not even for more");
        one.passes(3 * OneCore.TIMES.electionMaxNs());
        assertEquals(Role.FOLLOWER, one.core.role());
    }

    /** Whoever has entries may have them from a life that this member has lost. */
    @Test
    void beginsAnewWhenAnybodyHasEntries() {
        OneCore one = seesAllEmpty(blank(3), 1);
        one.hears(says(2, 20, 0, 2, true)).hears(says(3, 30, 4, 2, false)).hears(says(3, 30, 4, 2, true));
        assertTrue(one.core.isQuarantined());
        one.passes(OneCore.TIMES.heartbeatNs());
        assertEquals(3, look(one));
        seesAllEmpty(one, 3);
        assertTrue(one.core.isQuarantined(), "the look before is forgotten");
    }

    /** Wiped between the looks: it need not have been empty in between. */
    @Test
    void wantsBothLooksFromTheSameDirectories() {
        OneCore one = seesAllEmpty(blank(3), 1);
        one.hears(says(2, 20, 0, 2, true)).hears(says(3, 31, 0, 2, true));
        assertTrue(one.core.isQuarantined());
        one.hears(says(2, 20, 0, 3, true)).hears(says(3, 31, 0, 3, true));
        assertEquals(Quarantine.NONE, one.output.hardQuarantine());
    }

    @Test
    void believesOnlyAnswersToItsOwnQuestions() {
        OneCore one = seesAllEmpty(blank(3), 1);
        Sender two = new Sender(2, 20, 7, 0);
        one.hears(new FoundingReply(two, DIRECTORY + 1, LIFE, 2, true));
        one.hears(new FoundingReply(two, DIRECTORY, LIFE - 1, 2, true));
        one.hears(new FoundingReply(two, DIRECTORY, LIFE, 1, true));
        one.hears(says(4, 40, 0, 2, true)).hears(says(3, 30, 0, 2, true));
        assertTrue(one.core.isQuarantined());
        assertEquals(0, one.output.hardSequence());
    }

    /** A vote of a directory that went may be under way to whoever told that term. */
    @Test
    void votesOnlyInTermsBehindEveryTermThatItWasTold() {
        OneCore one = blank(3).hears(says(2, 20, 6, 1, true)).hears(says(3, 30, 2, 1, true));
        one.hears(says(2, 20, 6, 2, true)).hears(says(3, 30, 2, 2, true));
        assertEquals(7, one.core.term());
        assertEquals(CoreSettings.NOBODY, one.core.votedFor());
        one.forcesVault();
        assertFalse(one.hears(voteAsk(2, 6, false, 0, 0)).granted());
        assertTrue(one.hears(voteAsk(2, 7, false, 0, 0)).granted());
    }

    @Test
    void foundsNothingOnceItWasGivenEntries() {
        OneCore one = seesAllEmpty(blank(3), 1);
        one.hears(withEntries(append(2, 1, 0, 0), 1, 1));
        seesAllEmpty(one, 2);
        assertTrue(one.core.isQuarantined());
        one.passes(OneCore.TIMES.heartbeatNs());
        assertNull(one.letterTo(2, FoundingAsk.class));
    }

    @Test
    void isDoneAtOnceAlone() {
        OneCore one = blank(1).step(RaftInput.Passed.TIME);
        assertTrue(one.output.isHealing());
        one.forcesVault();
        assertFalse(one.core.isQuarantined());
    }

    /** A voter with no entry says so, in quarantine of this kind or none; every other has something to lose. */
    @Test
    void saysWhetherTheLogIsEmpty() {
        Sender asker = new Sender(2, 20, 7, 0);
        FoundingAsk ask = new FoundingAsk(asker, 5);
        FoundingReply reply = blank(3).hears(ask).letterTo(2, FoundingReply.class);
        assertEquals(new FoundingReply(new Sender(1, DIRECTORY, LIFE, 0), 20, 7, 5, true), reply);
        assertTrue(new OneCore(3, 4).hears(ask).letterTo(2, FoundingReply.class).isEmpty());
        assertFalse(
                new OneCore(3, 4, 1).hears(ask).letterTo(2, FoundingReply.class).isEmpty());
        for (Quarantine doubt : new Quarantine[] {Quarantine.DOUBTFUL, Quarantine.DAMAGED}) {
            OneCore other = new OneCore(voters(3), doubt, CoreSettings.NO_LEASE, 4);
            assertFalse(other.hears(ask).letterTo(2, FoundingReply.class).isEmpty(), doubt.name());
        }
        OneCore pinned = new OneCore(voters(3).pinned(2, 21), Quarantine.NONE, CoreSettings.NO_LEASE, 4);
        assertNull(pinned.hears(ask).letterTo(2, FoundingReply.class), "another directory speaks for that member");
    }

    /** As after damage: a leader that was elected without it has refilled it, and old votes are void. */
    @Test
    void countsAlsoOnceALeaderHasHealedIt() {
        OneCore one = blank(3);
        one.hears(withEntries(append(2, 3, 0, 0).to(LIFE, true), 3, 1)).forces(1);
        one.hears(append(2, 3, 1, 3).to(LIFE, true));
        assertTrue(one.core.isQuarantined(), "votes of the directory that went may be under way");
        one.nowNs += 2 * OneCore.TIMES.electionMaxNs();
        one.hears(append(2, 3, 1, 3).to(LIFE, true));
        assertEquals(Quarantine.NONE, one.output.hardQuarantine());
    }
}
