package dev.steppe.raft.core;

import static dev.steppe.raft.core.OneCore.append;
import static dev.steppe.raft.core.OneCore.reply;
import static dev.steppe.raft.core.OneCore.server;
import static dev.steppe.raft.core.OneCore.voteAsk;
import static dev.steppe.raft.core.OneCore.voters;
import static dev.steppe.raft.core.OneCore.withEntries;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steppe.raft.core.RaftCore.Role;
import dev.steppe.raft.core.RaftOutput.AppendSource;
import dev.steppe.raft.core.RaftOutput.MembershipVerdict;
import dev.steppe.raft.core.track.Quarantine;
import dev.steppe.raft.message.RaftMessage.AppendAsk;
import dev.steppe.raft.message.RaftMessage.AppendReply;
import dev.steppe.raft.message.RaftMessage.Sender;
import dev.steppe.raft.message.RaftMessage.TimeoutNow;
import dev.steppe.raft.message.RaftMessage.VoteAsk;
import dev.steppe.raft.message.RaftMessage.VoteReply;
import dev.steppe.raft.quorum.Membership;
import java.util.List;
import org.junit.jupiter.api.Test;

class MembershipRulesTest {
    private static final long MAX_NS = OneCore.TIMES.electionMaxNs();
    private static final Membership WITH_LEARNER = voters(3).withLearner(server(4));

    private static OneCore under(Membership membership) {
        return new OneCore(pinnedSelf(membership), Quarantine.NONE, CoreSettings.NO_LEASE, 4, 1, 4);
    }

    /** Member 1 is tied to its directory already, so that nothing is pinned by the way. */
    private static Membership pinnedSelf(Membership membership) {
        return membership.ordinalOf(1) < 0 ? membership : membership.pinned(1, OneCore.DIRECTORY);
    }

    private static OneCore unpinned() {
        return new OneCore(voters(3), Quarantine.NONE, CoreSettings.NO_LEASE, 4, 1, 4);
    }

    private static OneCore leader(Membership membership) {
        return under(membership).leadsAndHasCommitted();
    }

    private static MembershipVerdict verdict(OneCore one) {
        return one.output.membershipVerdict();
    }

    private static Membership membershipOf(OneCore one) {
        return one.core.membership();
    }

    @Test
    void refusesAChangeWhileItDoesNotLead() {
        assertEquals(MembershipVerdict.NOT_LEADER, verdict(under(voters(3)).changes(WITH_LEARNER)));
    }

    @Test
    void refusesAChangeBeforeAnEntryOfItsOwnTermIsCommitted() {
        OneCore one = under(voters(3)).leads();
        one.changes(membershipOf(one).withLearner(server(4)));
        assertEquals(MembershipVerdict.NOT_SETTLED, verdict(one));
        assertEquals(AppendSource.NONE, one.output.appendSource());
    }

    @Test
    void hasTheMembershipInTheLogAndInForceAtOnce() {
        OneCore one = leader(voters(3));
        Membership next = membershipOf(one).withLearner(server(4));
        one.changes(next);
        assertEquals(MembershipVerdict.ACCEPTED, verdict(one));
        assertEquals(AppendSource.MEMBERSHIP, one.output.appendSource());
        assertEquals(next, one.output.appendMembership());
        assertEquals(4, one.output.appendFirstIndex());
        assertTrue(one.output.membershipChanged());
        assertEquals(next, one.core.membership());
        assertEquals(4, one.core.membershipIndex());
        assertNotNull(one.letterTo(4, AppendAsk.class), "the learner is fed");
    }

    @Test
    void refusesASecondChangeBeforeTheFirstIsCommitted() {
        OneCore one = leader(voters(3));
        one.changes(membershipOf(one).withLearner(server(4)));
        Membership second = membershipOf(one).withLearner(server(5));
        assertEquals(MembershipVerdict.IN_PROGRESS, verdict(one.changes(second)));
        one.allHave(2);
        assertEquals(MembershipVerdict.ACCEPTED, verdict(one.changes(second)));
    }

    @Test
    void refusesWhatIsNotOneStep() {
        OneCore one = leader(WITH_LEARNER);
        Membership now = membershipOf(one);
        assertEquals(MembershipVerdict.NOT_ONE_STEP, verdict(one.changes(now)));
        assertEquals(
                MembershipVerdict.NOT_ONE_STEP,
                verdict(one.changes(now.without(2).without(4))));
        assertEquals(MembershipVerdict.NOT_ONE_STEP, verdict(one.changes(now.pinned(2, 9))));
        assertEquals(2, now.without(2).voterCount());
    }

    @Test
    void refusesMoreThanAGroupMayHave() {
        Membership seven = voters(7).withLearner(server(20));
        OneCore one = under(seven).leads().allHave(2, 3, 4, 5);
        assertEquals(
                MembershipVerdict.TOO_MANY,
                verdict(one.changes(membershipOf(one).promoted(20))));
        for (int id = 21; id <= 27; id++) {
            one.changes(membershipOf(one).withLearner(server(id))).allHave(2, 3, 4, 5);
        }
        assertEquals(
                MembershipVerdict.TOO_MANY,
                verdict(one.changes(membershipOf(one).withLearner(server(28)))));
    }

    @Test
    void promotesNobodyWhoIsNotCaughtUp() {
        OneCore one = leader(WITH_LEARNER);
        Membership promoted = membershipOf(one).promoted(4);
        assertEquals(MembershipVerdict.NOT_CAUGHT_UP, verdict(one.changes(promoted)));
        one.passes(OneCore.TIMES.heartbeatNs());
        long round = one.letterTo(4, AppendAsk.class).roundId();
        one.hears(one.agreedInRound(4, 2, round));
        assertEquals(MembershipVerdict.NOT_CAUGHT_UP, verdict(one.changes(promoted)), "one entry is missing");
        one.hears(one.agreedInRound(4, 3, round));
        assertEquals(MembershipVerdict.ACCEPTED, verdict(one.changes(promoted)));
    }

    @Test
    void promotesNobodyWhoIsQuarantined() {
        OneCore one = leader(WITH_LEARNER).passes(OneCore.TIMES.heartbeatNs());
        long round = one.letterTo(4, AppendAsk.class).roundId();
        one.hears(one.agreedInRound(4, 3, round).counting(false));
        assertEquals(
                MembershipVerdict.NOT_CAUGHT_UP,
                verdict(one.changes(membershipOf(one).promoted(4))));
    }

    @Test
    void refusesAMembershipWhoseMajorityIsNotHeard() {
        OneCore one = leader(voters(3));
        for (int i = 0; i < 12; i++) {
            one.beats(2);
        }
        assertEquals(
                MembershipVerdict.UNREACHABLE,
                verdict(one.changes(membershipOf(one).without(2))));
        assertEquals(
                MembershipVerdict.ACCEPTED,
                verdict(one.changes(membershipOf(one).without(3))));
    }

    @Test
    void countsNoLearner() {
        OneCore one = leader(WITH_LEARNER).proposes(1);
        one.forces(4).hears(one.agreed(4, 4, 4));
        assertEquals(3, one.core.commitIndex());
        one.hears(one.agreed(2, 4, 4));
        assertEquals(4, one.core.commitIndex());
    }

    @Test
    void countsNoVoteOfALearner() {
        OneCore one = under(WITH_LEARNER).standsForElection();
        long ballotId = one.letterTo(2, VoteAsk.class).ballotId();
        one.forcesVault().hears(reply(4, 5, OneCore.LIFE, ballotId, true));
        assertEquals(Role.CANDIDATE, one.core.role());
        one.hears(reply(2, 5, OneCore.LIFE, ballotId, true));
        assertEquals(Role.LEADER, one.core.role());
    }

    @Test
    void confirmsNoReadAndStaysInNoOfficeByLearners() {
        OneCore one = leader(WITH_LEARNER).step(new RaftInput.ReadAsked().set(5));
        long round = one.letterTo(4, AppendAsk.class).roundId();
        assertEquals(0, one.hears(one.agreedInRound(4, 3, round)).output.readCount());
        for (int i = 0; i < 12; i++) {
            one.beats(4);
        }
        assertEquals(Role.FOLLOWER, one.core.role());
    }

    @Test
    void needsThreeOfFour() {
        OneCore one = leader(WITH_LEARNER).beats(2, 3, 4);
        one.changes(membershipOf(one).promoted(4));
        one.forces(4).hears(one.agreed(4, 4, 4));
        assertEquals(3, one.core.commitIndex(), "two of four");
        one.hears(one.agreed(3, 4, 4));
        assertEquals(4, one.core.commitIndex());
        OneCore other = leader(WITH_LEARNER).beats(2, 3, 4);
        other.changes(membershipOf(other).promoted(4));
        other.forces(4).hears(other.agreed(2, 4, 4));
        assertEquals(3, other.core.commitIndex(), "two of those who voted before");
    }

    @Test
    void leavesWithoutCountingItselfOnceItsRemovalIsCommitted() {
        OneCore one = leader(voters(3)).beats(2, 3);
        one.changes(membershipOf(one).without(1));
        one.forces(4).hears(one.agreed(3, 4, 4));
        assertEquals(Role.LEADER, one.core.role());
        assertEquals(3, one.core.commitIndex(), "itself and one other");
        one.hears(one.agreed(2, 4, 4));
        assertEquals(4, one.core.commitIndex());
        assertEquals(Role.FOLLOWER, one.core.role());
        assertNotNull(one.letterTo(2, TimeoutNow.class), "the next one need not wait");
        assertEquals(4, one.letterTo(3, AppendAsk.class).commitIndex(), "and all hear of it");
        for (int i = 0; i < 5; i++) {
            one.passes(MAX_NS);
            assertEquals(Role.FOLLOWER, one.core.role());
        }
    }

    @Test
    void takesOverAtOnceFromALeaderThatHasLeft() {
        OneCore one = under(voters(3));
        AppendAsk run = withEntries(append(2, 4, 2, 4), 4, 1);
        one.step(new RaftInput.Arrived(run).with(3, membershipOf(one).without(2)))
                .forces(3);
        one.hears(append(2, 4, 3, 4).after(3, 4, 3)).hears(new TimeoutNow(new Sender(2, 0, 7, 4)));
        assertEquals(Role.CANDIDATE, one.core.role());
        assertNull(one.letterTo(2, VoteAsk.class));
        assertTrue(one.letterTo(3, VoteAsk.class).transfer());
    }

    @Test
    void leadsOnWhenAnotherIsRemovedAndForgetsIt() {
        OneCore one = leader(voters(3)).beats(2, 3);
        one.changes(membershipOf(one).without(3));
        assertEquals(-1, one.core.matchIndexOf(3));
        assertNull(one.letterTo(3, AppendAsk.class));
        one.hears(one.agreed(3, 4, 4)).forces(4);
        assertEquals(3, one.core.commitIndex());
    }

    @Test
    void neverStandsAsALearner() {
        Membership asLearner = voters(3).demoted(1);
        OneCore one = under(asLearner);
        for (int i = 0; i < 5; i++) {
            one.passes(MAX_NS);
            assertEquals(Role.FOLLOWER, one.core.role());
            assertEquals(0, one.output.messageCount());
        }
        one.hears(append(2, 4, 2, 4)).hears(new TimeoutNow(new Sender(2, 0, 7, 4)));
        assertEquals(Role.FOLLOWER, one.core.role());
    }

    /** It may have been promoted by an entry that it lacks; then the asker's log is ahead of its own. */
    @Test
    void votesAsALearnerOnlyForALogAhead() {
        assertFalse(
                under(voters(3).demoted(1)).hears(voteAsk(2, 5, false, 2, 4)).granted());
        assertTrue(under(voters(3).demoted(1)).hears(voteAsk(2, 5, false, 3, 4)).granted());
    }

    @Test
    void leavesAStrangerWithoutAnAnswerUnlessItsLogIsAhead() {
        OneCore one = under(voters(3));
        assertEquals(0, one.hears(voteAsk(9, 8, true, 2, 4)).output.messageCount());
        assertEquals(0, one.hears(voteAsk(9, 8, false, 2, 4)).output.messageCount());
        assertEquals(4, one.core.term());
        assertTrue(one.hears(voteAsk(9, 8, true, 3, 4)).granted());
    }

    @Test
    void takesMembershipsWithTheRunAndDropsThemWithTheCut() {
        OneCore one = under(voters(3));
        Membership next = membershipOf(one).withLearner(server(4));
        AppendAsk run = withEntries(append(2, 4, 2, 4), 4, 3);
        one.step(new RaftInput.Arrived(run).with(4, next));
        assertEquals(next, one.core.membership());
        assertTrue(one.output.membershipChanged());
        one.hears(withEntries(append(2, 4, 3, 4), 4, 1));
        assertEquals(next, one.core.membership(), "an old append changes nothing");
        one.hears(withEntries(append(3, 6, 3, 4), 5, 1));
        assertEquals(4, one.output.cutFromIndex());
        assertEquals(0, one.core.membershipIndex());
        assertTrue(one.output.membershipChanged());
        assertEquals(voters(3).pinned(1, OneCore.DIRECTORY), one.core.membership());
    }

    @Test
    void takesNoMembershipTwice() {
        OneCore one = under(voters(3));
        Membership next = membershipOf(one).withLearner(server(4));
        RaftInput.Arrived run = new RaftInput.Arrived(withEntries(append(2, 4, 2, 4), 4, 1)).with(3, next);
        one.step(run).step(run);
        assertFalse(one.output.membershipChanged());
        assertEquals(3, one.core.membershipIndex());
    }

    /** It may be the only one whose log can win (thesis §4.2.2). */
    @Test
    void stillStandsAsLongAsItsRemovalMayBeUncommitted() {
        OneCore one = under(voters(3));
        Membership next = membershipOf(one).without(1);
        one.step(new RaftInput.Arrived(withEntries(append(2, 4, 2, 4), 4, 1)).with(3, next));
        one.forces(3).passes(MAX_NS);
        assertEquals(Role.PRE_CANDIDATE, one.core.role());
        VoteAsk ask = one.letterTo(2, VoteAsk.class);
        one.hears(reply(2, 4, OneCore.LIFE, ask.ballotId(), true));
        assertEquals(Role.PRE_CANDIDATE, one.core.role(), "its own vote does not count");
        one.hears(reply(3, 4, OneCore.LIFE, ask.ballotId(), true));
        assertEquals(Role.CANDIDATE, one.core.role());
        assertEquals(CoreSettings.NOBODY, one.core.votedFor());
    }

    @Test
    void standsNoMoreOnceItsRemovalIsCommitted() {
        OneCore one = under(voters(3));
        AppendAsk run = withEntries(append(2, 4, 2, 4).after(2, 4, 3), 4, 1);
        one.step(new RaftInput.Arrived(run).with(3, membershipOf(one).without(1)));
        one.forces(3).passes(MAX_NS);
        assertEquals(Role.FOLLOWER, one.core.role());
    }

    @Test
    void pinsWhoeverHasSpokenAndLaterTheRest() {
        OneCore one = unpinned().leadsAndHasCommitted();
        AppendReply fromTwo = new AppendReply().from(2, 222, 7, 5, OneCore.LIFE).accepting(3, 3);
        one.hears(fromTwo).passes(OneCore.TIMES.heartbeatNs());
        assertEquals(AppendSource.MEMBERSHIP, one.output.appendSource());
        Membership pinned = voters(3).pinned(1, OneCore.DIRECTORY).pinned(2, 222);
        assertEquals(pinned, one.core.membership());
        one.hears(new AppendReply().from(3, 333, 7, 5, OneCore.LIFE).accepting(3, 3));
        one.passes(OneCore.TIMES.heartbeatNs());
        assertEquals(pinned, one.core.membership(), "one change at a time");
        one.forces(4).hears(new AppendReply().from(2, 222, 7, 5, OneCore.LIFE).accepting(4, 4));
        one.passes(OneCore.TIMES.heartbeatNs());
        assertEquals(pinned.pinned(3, 333), one.core.membership());
    }

    @Test
    void pinsAlsoWhileReadsAskForARoundBeforeEachHeartbeat() {
        OneCore one = unpinned().leadsAndHasCommitted();
        one.hears(new AppendReply().from(2, 222, 7, 5, OneCore.LIFE).accepting(3, 3));
        one.passes(OneCore.TIMES.heartbeatNs() / 2).step(new RaftInput.ReadAsked().set(1));
        assertEquals(AppendSource.MEMBERSHIP, one.output.appendSource());
    }

    @Test
    void pinsNobodyBeforeItIsSettled() {
        OneCore one = unpinned().leads();
        one.hears(new AppendReply().from(2, 222, 7, 5, OneCore.LIFE).accepting(2, 2));
        one.passes(OneCore.TIMES.heartbeatNs());
        assertEquals(AppendSource.NONE, one.output.appendSource());
    }

    @Test
    void countsNothingFromAnotherDirectory() {
        OneCore one = under(voters(3).pinned(2, 222));
        one.passes(MAX_NS);
        VoteAsk ask = one.letterTo(2, VoteAsk.class);
        one.hears(new VoteReply(new Sender(2, 999, 7, 4), OneCore.LIFE, ask.ballotId(), true, false));
        assertEquals(Role.PRE_CANDIDATE, one.core.role());
        one.hears(new VoteReply(new Sender(2, 999, 7, 9), OneCore.LIFE, ask.ballotId(), false, false));
        assertEquals(4, one.core.term(), "nor does it raise our term");
        one.hears(new VoteReply(new Sender(2, 222, 7, 4), OneCore.LIFE, ask.ballotId(), true, false));
        assertEquals(Role.CANDIDATE, one.core.role());
        one.forcesVault();
        one.hears(reply(3, 5, OneCore.LIFE, one.core.electionCount(), true));
        assertEquals(Role.LEADER, one.core.role());
        one.forces(3).hears(new AppendReply().from(2, 999, 7, 5, OneCore.LIFE).accepting(3, 3));
        assertEquals(0, one.core.commitIndex());
        one.hears(new AppendReply().from(2, 222, 7, 5, OneCore.LIFE).accepting(3, 3));
        assertEquals(3, one.core.commitIndex());
    }

    @Test
    void doesNotAnswerAWipedServerThatAsksForVotes() {
        OneCore one = under(voters(3).pinned(2, 222));
        assertEquals(
                0,
                one.hears(new VoteAsk(new Sender(2, 999, 7, 9), false, false, 1, 2, 4))
                        .output
                        .messageCount());
        assertEquals(4, one.core.term());
    }

    @Test
    void standsNotFromADirectoryThatIsNotItsOwn() {
        OneCore one = new OneCore(voters(3).pinned(1, 555), Quarantine.NONE, CoreSettings.NO_LEASE, 4, 1, 4);
        one.passes(MAX_NS);
        assertEquals(Role.FOLLOWER, one.core.role());
        assertFalse(one.hears(voteAsk(2, 5, false, 2, 4)).granted());
    }

    @Test
    void moves() {
        OneCore one = leader(voters(3));
        Membership.Server moved = new Membership.Server(2, 0, "elsewhere", 1);
        Membership next = Membership.of(List.of(membershipOf(one).server(0), moved, server(3)), List.of());
        assertEquals(MembershipVerdict.ACCEPTED, verdict(one.changes(next)));
        assertNotEquals(0, one.core.matchIndexOf(2), "and knows it as before");
    }
}
