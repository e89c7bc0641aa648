package dev.steppe.raft.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steppe.raft.core.RaftCore.Role;
import dev.steppe.raft.core.RaftOutput.ProposalVerdict;
import dev.steppe.raft.message.RaftMessage.AppendAsk;
import dev.steppe.raft.message.RaftMessage.AppendReply;
import java.util.List;
import org.junit.jupiter.api.Test;

class LeadingRulesTest {
    private static final long HEARTBEAT_NS = OneCore.TIMES.heartbeatNs();
    private static final long MIN_NS = OneCore.TIMES.electionMinNs();

    @Test
    void refusesAProposalWhileItDoesNotLead() {
        OneCore one = new OneCore(3, 4, 1, 4).proposes(1);
        assertEquals(ProposalVerdict.NOT_LEADER, one.output.proposalVerdict());
        assertEquals(2, one.core.shape().lastIndex());
    }

    /** Deposed by an answer, by a vote of its own, and by its successor's first word: three ways into one term. */
    @Test
    void appendsNothingOnceItIsDeposed() {
        OneCore one = new OneCore(3, 4, 1, 4).leadsAndHasCommitted();
        one.hears(new AppendReply().from(2, 0, 7, 6, OneCore.LIFE).refusing(2, 1, 0));
        assertEquals(ProposalVerdict.NOT_LEADER, one.proposes(1).output.proposalVerdict());
        assertTrue(one.hears(OneCore.voteAsk(2, 6, false, 3, 5)).granted());
        assertEquals(ProposalVerdict.NOT_LEADER, one.proposes(1).output.proposalVerdict());
        one.hears(OneCore.append(2, 6, 3, 5));
        assertEquals(ProposalVerdict.NOT_LEADER, one.proposes(1).output.proposalVerdict());
        assertEquals(3, one.core.shape().lastIndex());
    }

    @Test
    void sendsNewEntriesBeforeItHasForcedThem() {
        OneCore one = new OneCore(3, 4, 1, 4).leadsAndHasCommitted().proposes(2);
        assertEquals(ProposalVerdict.ACCEPTED, one.output.proposalVerdict());
        AppendAsk ask = (AppendAsk) one.messageTo(2);
        assertEquals(3, ask.prevIndex());
        assertEquals(2, ask.entryCount());
        assertEquals(5, ask.entryTerm());
        assertEquals(0, one.outgoingTo(2).afterForced());
    }

    @Test
    void countsItselfOnlyAfterItsOwnForce() {
        OneCore one = new OneCore(3, 4, 1, 4).leadsAndHasCommitted().proposes(1);
        one.hears(one.agreed(2, 4, 4));
        assertEquals(3, one.core.commitIndex());
        one.forces(4);
        assertEquals(4, one.core.commitIndex());
        assertEquals(4, one.output.applyUpTo());
    }

    @Test
    void commitsWithoutItselfOnceAMajorityHasForced() {
        OneCore one = new OneCore(3, 4, 1, 4).leadsAndHasCommitted().proposes(1);
        one.hears(one.agreed(2, 4, 4)).hears(one.agreed(3, 4, 4));
        assertEquals(4, one.core.commitIndex());
    }

    /** The Raft paper's figure 8: entry 2 of term 2 is on a majority in term 4 and must not count as committed. */
    @Test
    void commitsNoEntryOfAnEarlierTermByCounting() {
        OneCore one = new OneCore(5, 3, 1, 2).leads();
        assertEquals(4, one.core.term());
        one.forces(3);
        one.hears(one.agreed(2, 2, 2)).hears(one.agreed(3, 2, 2));
        assertEquals(0, one.core.commitIndex());
        one.hears(one.agreed(2, 3, 3)).hears(one.agreed(3, 3, 3));
        assertEquals(3, one.core.commitIndex());
    }

    @Test
    void streamsWithoutWaitingUntilTheWindowIsFull() {
        OneCore one = new OneCore(3, 4, 1, 4).leadsAndHasCommitted();
        for (int i = 0; i < 10; i++) {
            one.proposes(1);
            assertEquals(1, one.appendsTo(2).size(), "proposal " + i);
        }
        for (int i = 0; i < 1_000; i++) {
            one.proposes(1);
        }
        assertEquals(List.of(), one.appendsTo(2));
        long sentUpTo = one.core.nextIndexOf(2) - 1;
        assertTrue(sentUpTo < 400, "sent in spite of the window: " + sentUpTo);
        one.forces(1_013).hears(one.agreed(2, sentUpTo, sentUpTo));
        List<AppendAsk> more = one.appendsTo(2);
        assertEquals(sentUpTo, more.get(0).prevIndex());
        assertTrue(more.get(0).entryCount() > 1);
    }

    @Test
    void givesOneTermPerMessage() {
        OneCore one = new OneCore(3, 4, 1, 1, 2, 2, 4).leads();
        one.hears(new AppendReply().from(2, 0, 7, 5, OneCore.LIFE).refusing(5, 1, 0));
        AppendAsk probe = one.appendsTo(2).get(0);
        assertEquals(0, probe.prevIndex());
        assertEquals(2, probe.entryCount());
        assertEquals(1, probe.entryTerm());
        one.hears(one.agreed(2, 0, 2));
        List<AppendAsk> rest = one.appendsTo(2);
        assertEquals(
                List.of(2L, 4L, 5L), rest.stream().map(AppendAsk::entryTerm).toList());
    }

    @Test
    void looksWhereTheHintPoints() {
        OneCore one = new OneCore(3, 6, 1, 2, 2, 5, 5, 5).leads();
        one.hears(new AppendReply().from(2, 0, 7, 7, OneCore.LIFE).refusing(6, 2, 2));
        assertEquals(3, one.appendsTo(2).get(0).prevIndex());
        OneCore other = new OneCore(3, 6, 1, 2, 2, 5, 5, 5).leads();
        other.hears(new AppendReply().from(2, 0, 7, 7, OneCore.LIFE).refusing(6, 3, 4));
        assertEquals(2, other.appendsTo(2).get(0).prevIndex());
    }

    @Test
    void takesAnOldRefusalForNothing() {
        OneCore one = new OneCore(3, 4, 1, 4).leadsAndHasCommitted();
        long nextIndex = one.core.nextIndexOf(2);
        one.hears(new AppendReply().from(2, 0, 7, 5, OneCore.LIFE).refusing(2, 1, 0));
        assertEquals(nextIndex, one.core.nextIndexOf(2));
    }

    @Test
    void neverLowersWhatIsKnownToMatch() {
        OneCore one = new OneCore(3, 4, 1, 4).leadsAndHasCommitted().proposes(2);
        one.hears(one.agreed(2, 5, 5)).hears(one.agreed(2, 3, 3));
        assertEquals(5, one.core.matchIndexOf(2));
        assertEquals(6, one.core.nextIndexOf(2));
    }

    @Test
    void goesNotBackBehindWhatIsKnownToMatch() {
        OneCore one = new OneCore(3, 4, 1, 4).leadsAndHasCommitted().proposes(2);
        one.hears(new AppendReply().from(2, 0, 7, 5, OneCore.LIFE).refusing(4, 1, 0));
        assertEquals(3, one.appendsTo(2).get(0).prevIndex());
        assertTrue(one.core.nextIndexOf(2) > one.core.matchIndexOf(2));
    }

    @Test
    void takesNoAnswerOfAnotherTermOrLife() {
        OneCore one = new OneCore(3, 4, 1, 4).leads();
        one.hears(new AppendReply().from(2, 0, 7, 4, OneCore.LIFE).accepting(2, 2));
        one.hears(new AppendReply().from(2, 0, 7, 5, OneCore.LIFE - 1).accepting(2, 2));
        assertEquals(0, one.core.matchIndexOf(2));
    }

    @Test
    void takesAnAnswerToWhatWasNeverSentForNothing() {
        OneCore one = new OneCore(3, 4, 1, 4).leads();
        one.hears(one.agreed(2, 9, 9));
        one.hears(one.agreedInRound(2, 2, 1_000));
        one.hears(one.agreed(2, 3, 2));
        assertEquals(Role.LEADER, one.core.role());
        assertEquals(0, one.core.matchIndexOf(2));
        assertEquals(3, one.core.strangeReplyCount());
    }

    @Test
    void feedsAFollowerThatLostAMessage() {
        OneCore one = new OneCore(3, 4, 1, 4).leadsAndHasCommitted().proposes(1);
        one.forces(4);
        boolean sentAgain = false;
        for (int beat = 0; beat < 4 && !sentAgain; beat++) {
            one.hears(one.agreed(2, 3, 3)).hears(one.agreed(3, 4, 4)).passes(HEARTBEAT_NS);
            sentAgain = one.appendsTo(2).stream().anyMatch(ask -> ask.prevIndex() == 3 && ask.entryCount() == 1);
        }
        assertTrue(sentAgain);
    }

    @Test
    void tellsAnIdleFollowerOfACommit() {
        OneCore one = new OneCore(3, 4, 1, 4).leadsAndHasCommitted().proposes(1);
        one.hears(one.agreed(2, 4, 4)).forces(4);
        AppendAsk news = one.appendsTo(2).get(0);
        assertEquals(4, news.commitIndex());
        assertEquals(0, news.entryCount());
        assertEquals(0, news.roundId());
    }

    @Test
    void givesUpWithoutAMajority() {
        OneCore one = new OneCore(3, 4, 1, 4).leadsAndHasCommitted();
        one.passes(MIN_NS - 1);
        assertEquals(Role.LEADER, one.core.role());
        one.passes(1);
        assertEquals(Role.FOLLOWER, one.core.role());
        assertEquals(CoreSettings.NOBODY, one.core.leaderId());
    }

    @Test
    void givesUpWhenItsOwnLogIsStuckThoughEveryoneAnswers() {
        OneCore one = new OneCore(3, 4, 1, 4).leadsAndHasCommitted().proposes(1);
        for (long passed = 0; passed < MIN_NS; passed += HEARTBEAT_NS) {
            assertEquals(Role.LEADER, one.core.role());
            one.hears(one.agreed(2, 4, 4)).hears(one.agreed(3, 4, 4));
            one.passes(HEARTBEAT_NS);
        }
        assertEquals(Role.FOLLOWER, one.core.role());
    }

    @Test
    void givesUpForALaterTerm() {
        OneCore one = new OneCore(3, 4, 1, 4).leads();
        one.hears(new AppendReply().from(2, 0, 7, 9, OneCore.LIFE).refusing(2, 1, 0));
        assertEquals(Role.FOLLOWER, one.core.role());
        assertEquals(9, one.core.term());
    }
}
