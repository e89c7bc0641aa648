package dev.steppe.raft.core;

import static dev.steppe.raft.core.OneCore.append;
import static dev.steppe.raft.core.OneCore.withEntries;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steppe.base.InvariantBroken;
import dev.steppe.raft.core.RaftOutput.AppendSource;
import dev.steppe.raft.message.RaftMessage.AppendReply;
import org.junit.jupiter.api.Test;

class FollowingRulesTest {
    @Test
    void storesNewEntriesAndAnswersOnlyWhenTheyAreForced() {
        OneCore one = new OneCore(3, 4, 1, 4).hears(withEntries(append(2, 4, 2, 4), 4, 3));
        assertEquals(AppendSource.ARRIVED, one.output.appendSource());
        assertEquals(3, one.output.appendFirstIndex());
        assertEquals(5, one.output.appendLastIndex());
        assertEquals(0, one.output.messageCount());
        AppendReply reply = (AppendReply) one.forces(5).onlyMessage();
        assertEquals(5, reply.matchIndex());
        assertEquals(5, one.outgoingTo(2).afterForced());
    }

    @Test
    void answersARoundAtOnceWithWhatIsForced() {
        OneCore one = new OneCore(3, 4, 1, 4);
        one.hears(withEntries(append(2, 4, 2, 4), 4, 3).round(17));
        AppendReply reply = (AppendReply) one.onlyMessage();
        assertEquals(2, reply.matchIndex());
        assertEquals(5, reply.storedIndex());
        assertEquals(17, reply.roundId());
    }

    @Test
    void holdsTheAnswerBackUntilALaterTermIsForced() {
        OneCore one = new OneCore(3, 4, 1, 4).hears(append(2, 6, 2, 4).round(1));
        assertEquals(6, one.output.hardTerm());
        assertEquals(one.output.hardSequence(), one.outgoingTo(2).afterVault());
    }

    @Test
    void namesTheFirstMissingIndex() {
        AppendReply reply = (AppendReply)
                new OneCore(3, 4, 1, 4).hears(append(2, 4, 9, 4).round(1)).onlyMessage();
        assertFalse(reply.accepted());
        assertEquals(9, reply.refusedPrevIndex());
        assertEquals(3, reply.conflictIndex());
        assertEquals(0, reply.conflictTerm());
    }

    @Test
    void namesTheFirstEntryOfAConflictingTerm() {
        OneCore one = new OneCore(3, 6, 1, 2, 2, 2).hears(append(2, 6, 4, 5));
        AppendReply reply = (AppendReply) one.onlyMessage();
        assertEquals(2, reply.conflictIndex());
        assertEquals(2, reply.conflictTerm());
        assertEquals(0, one.output.cutFromIndex());
    }

    @Test
    void cutsAtTheFirstConflictAndSkipsWhatIsThere() {
        OneCore one = new OneCore(3, 6, 1, 2, 2, 2).hears(withEntries(append(2, 6, 1, 1), 2, 2));
        assertEquals(0, one.output.cutFromIndex());
        one.hears(withEntries(append(2, 6, 3, 2), 5, 2));
        assertEquals(4, one.output.cutFromIndex());
        assertEquals(4, one.output.appendFirstIndex());
        assertEquals(0, one.output.skipCount());
        assertEquals(5, one.core.shape().lastIndex());
    }

    @Test
    void skipsTheEntriesThatItHas() {
        OneCore one = new OneCore(3, 6, 1, 2, 2).hears(withEntries(append(2, 6, 1, 1), 2, 5));
        assertEquals(2, one.output.skipCount());
        assertEquals(4, one.output.appendFirstIndex());
        assertEquals(6, one.output.appendLastIndex());
    }

    @Test
    void keepsEntriesBehindAnOldAppend() {
        OneCore one = new OneCore(3, 4, 1, 4, 4, 4).hears(withEntries(append(2, 4, 1, 1), 4, 1));
        assertEquals(0, one.output.cutFromIndex());
        assertEquals(AppendSource.NONE, one.output.appendSource());
        assertEquals(4, one.core.shape().lastIndex());
    }

    @Test
    void commitsNoFurtherThanItIsKnownToAgree() {
        OneCore one = new OneCore(3, 4, 1, 2, 2, 2);
        one.hears(append(2, 4, 2, 2).after(2, 2, 4));
        assertEquals(2, one.core.commitIndex());
        assertEquals(2, one.output.applyUpTo());
    }

    @Test
    void neverLowersItsCommitIndex() {
        OneCore one = new OneCore(3, 4, 1, 2, 2, 2);
        one.hears(append(2, 4, 4, 2).after(4, 2, 4));
        one.hears(append(2, 4, 4, 2).after(4, 2, 1));
        assertEquals(4, one.core.commitIndex());
        assertEquals(0, one.output.applyUpTo());
    }

    @Test
    void takesAForceFromBeforeACutForNothing() {
        OneCore one = new OneCore(3, 6, 1, 2, 2).hears(withEntries(append(2, 6, 1, 1), 5, 2));
        assertEquals(2, one.output.cutFromIndex());
        one.step(new RaftInput.Forced().set(3, 0));
        assertEquals(1, one.core.forcedIndex());
        assertEquals(0, one.output.messageCount());
        one.step(new RaftInput.Forced().set(3, 1));
        assertEquals(3, ((AppendReply) one.onlyMessage()).matchIndex());
    }

    @Test
    void acknowledgesNothingToANewLeaderThatOnlyTheFormerSent() {
        OneCore one = new OneCore(3, 4, 1)
                .hears(withEntries(append(2, 4, 1, 1), 4, 2))
                .forces(3);
        assertEquals(3, ((AppendReply) one.onlyMessage()).matchIndex());
        one.hears(append(3, 5, 1, 1).round(9));
        assertEquals(1, ((AppendReply) one.onlyMessage()).matchIndex());
    }

    @Test
    void tellsAnOldLeaderTheLaterTermAndKeepsItsOwnTimer() {
        OneCore one = new OneCore(3, 6, 1, 2);
        long deadlineNs = one.core.nextDeadlineNs();
        one.hears(append(2, 5, 2, 2));
        assertEquals(6, one.onlyMessage().term());
        assertEquals(deadlineNs, one.core.nextDeadlineNs());
    }

    @Test
    void stopsWhenALeaderContradictsACommittedEntry() {
        OneCore one = new OneCore(3, 4, 1, 2).hears(append(2, 4, 2, 2).after(2, 2, 2));
        assertThrows(InvariantBroken.class, () -> one.hears(append(2, 4, 2, 3)));
        OneCore other = new OneCore(3, 4, 1, 2).hears(append(2, 4, 2, 2).after(2, 2, 2));
        assertThrows(InvariantBroken.class, () -> other.hears(withEntries(append(2, 4, 1, 1), 4, 1)));
    }

    @Test
    void stopsWhenAnotherLeadsItsTerm() {
        OneCore one = new OneCore(3, 4, 1).leads();
        assertThrows(InvariantBroken.class, () -> one.hears(append(2, 5, 1, 1)));
    }

    @Test
    void knowsItsLeader() {
        OneCore one = new OneCore(3, 4, 1).hears(append(2, 4, 1, 1));
        assertEquals(2, one.core.leaderId());
        assertTrue(one.output.roleChanged());
        assertFalse(one.hears(append(2, 4, 1, 1)).output.roleChanged());
    }
}
