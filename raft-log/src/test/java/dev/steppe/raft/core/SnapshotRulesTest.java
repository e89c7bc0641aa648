package dev.steppe.raft.core;

import static dev.steppe.raft.core.OneCore.append;
import static dev.steppe.raft.core.OneCore.behindSnapshot;
import static dev.steppe.raft.core.OneCore.voters;
import static dev.steppe.raft.core.OneCore.withEntries;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steppe.base.InvariantBroken;
import dev.steppe.raft.core.RaftCore.Role;
import dev.steppe.raft.core.RaftOutput.AppendSource;
import dev.steppe.raft.message.RaftMessage.AppendAsk;
import dev.steppe.raft.message.RaftMessage.AppendReply;
import dev.steppe.raft.message.RaftMessage.Sender;
import dev.steppe.raft.message.RaftMessage.SnapshotAsk;
import dev.steppe.raft.message.RaftMessage.SnapshotReply;
import dev.steppe.raft.message.RaftMessage.VoteAsk;
import dev.steppe.raft.quorum.Membership;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class SnapshotRulesTest {
    private static final long HEARTBEAT_NS = OneCore.TIMES.heartbeatNs();
    private static final int CHUNK_BYTES = 75_000;
    private static final long TOTAL_BYTES = OneCore.SNAPSHOT_BYTES;

    /** What a leader does. */
    @Nested
    class Feeding {
        /** Its log begins behind entry 10; member 2 has nothing. */
        private OneCore leader() {
            OneCore one = behindSnapshot(10, 3, 4, 4, 4).leads().allHave(3);
            return one.hears(new AppendReply().from(2, 0, 7, 5, OneCore.LIFE).refusing(12, 1, 0));
        }

        private SnapshotReply wants(long snapshotIndex, long nextOffsetBytes, boolean isDone) {
            return new SnapshotReply(new Sender(2, 0, 7, 5), OneCore.LIFE, snapshotIndex, nextOffsetBytes, isDone);
        }

        private SnapshotAsk piece(OneCore one) {
            return one.letterTo(2, SnapshotAsk.class);
        }

        @Test
        void feedsASnapshotToWhomTheLogCannotFeed() {
            OneCore one = leader();
            assertEquals(
                    new SnapshotAsk(
                            new Sender(1, OneCore.DIRECTORY, OneCore.LIFE, 5), 10, 3, TOTAL_BYTES, 0, CHUNK_BYTES),
                    piece(one));
            assertNull(piece(one.hears(one.agreed(3, 13, 13))), "one piece at a time");
        }

        @Test
        void goesOnPieceByPieceAndThenProbesBehindIt() {
            OneCore one = leader().hears(wants(10, 75_000, false));
            assertEquals(75_000, piece(one).offsetBytes());
            one.hears(wants(10, 150_000, false));
            assertEquals(10_000, piece(one).chunkBytes());
            assertTrue(piece(one).isLast());
            one.hears(wants(10, TOTAL_BYTES, true));
            assertNull(piece(one));
            AppendAsk probe = one.letterTo(2, AppendAsk.class);
            assertEquals(10, probe.prevIndex());
            assertEquals(3, probe.prevTerm());
            assertEquals(0, one.core.matchIndexOf(2), "done is not forced");
        }

        @Test
        void takesARepeatedAnswerForNothing() {
            OneCore one = leader().hears(wants(10, 75_000, false)).hears(wants(10, 75_000, false));
            assertNull(piece(one));
            one.hears(wants(10, 150_000, false)).hears(wants(10, 75_000, false));
            assertNull(piece(one));
        }

        @Test
        void takesAnAnswerToAnotherOfferForNothing() {
            OneCore one = leader().hears(wants(9, 75_000, false));
            assertNull(piece(one));
            one.hears(wants(9, 75_000, true));
            assertEquals(1, one.core.nextIndexOf(2));
        }

        @Test
        void sendsAPieceAgainWhenNothingIsHeardOfIt() {
            OneCore one = leader().hears(wants(10, 75_000, false));
            assertNull(piece(one.beats(3).passes(HEARTBEAT_NS)));
            assertEquals(75_000, piece(one.passes(HEARTBEAT_NS)).offsetBytes());
            one.hears(wants(10, 0, false));
            assertEquals(0, piece(one).offsetBytes(), "the follower has lost what it had");
        }

        @Test
        void beginsAnewWithANewLife() {
            OneCore one = leader().hears(wants(10, 75_000, false));
            one.hears(new AppendReply().from(2, 0, 8, 5, OneCore.LIFE).accepting(0, 0));
            assertEquals(0, piece(one).offsetBytes());
            one.hears(wants(10, 75_000, false));
            assertNull(piece(one), "said in the former life");
        }

        @Test
        void keepsTheFollowerQuietMeanwhileAndStaysInOfficeByIt() {
            OneCore one = leader();
            for (int i = 0; i < 20; i++) {
                one.passes(HEARTBEAT_NS);
                AppendAsk beat = one.letterTo(2, AppendAsk.class);
                assertEquals(0, beat.prevIndex());
                assertEquals(0, beat.prevTerm());
                assertTrue(beat.roundId() > 0);
                one.hears(new AppendReply()
                        .from(2, 0, 7, 5, OneCore.LIFE)
                        .round(beat.roundId())
                        .accepting(0, 0));
                assertEquals(Role.LEADER, one.core.role());
                assertNull(one.appendsTo(2).stream()
                        .filter(ask -> ask.entryCount() > 0)
                        .findAny()
                        .orElse(null));
            }
        }

        @Test
        void goesOnWithAnOlderSnapshotAsLongAsItIsThere() {
            OneCore one = leader();
            one.step(new RaftInput.SnapshotTaken(12, 4, 500, voters(3)));
            one.step(new RaftInput.SnapshotTaken(11, 4, 500, voters(3)));
            assertEquals(12, one.core.snapshotIndex(), "one that is not newer changes nothing");
            assertEquals(10, piece(one.hears(wants(10, 75_000, false))).snapshotIndex());
            one.step(new RaftInput.SnapshotGone(10));
            assertEquals(12, piece(one).snapshotIndex());
            assertEquals(0, piece(one).offsetBytes());
        }

        @Test
        void feedsWhomACompactionOvertakes() {
            OneCore one = new OneCore(3, 4, 1, 4).leadsAndHasCommitted();
            one.step(new RaftInput.SnapshotTaken(3, 5, 500, voters(3))).step(new RaftInput.Compacted(3));
            assertEquals(3, one.core.shape().baseIndex());
            assertNull(one.letterTo(2, SnapshotAsk.class), "it has all that is gone");
            assertEquals(3, one.letterTo(3, SnapshotAsk.class).snapshotIndex(), "who knows what it has");
            one.proposes(1);
            assertNotNull(one.letterTo(2, AppendAsk.class), "others go on with entries");
        }

        @Test
        void offersNothingThatDoesNotReachItsLog() {
            OneCore one = leader();
            one.step(new RaftInput.SnapshotTaken(12, 4, 500, voters(3))).step(new RaftInput.Compacted(11));
            one.step(new RaftInput.SnapshotGone(12)).hears(wants(10, TOTAL_BYTES, true));
            assertNull(piece(one));
            assertNull(piece(one.passes(HEARTBEAT_NS)));
        }

        @Test
        void neverCompactsBeyondASnapshot() {
            OneCore one = new OneCore(3, 4, 1, 4).leadsAndHasCommitted();
            assertThrows(InvariantBroken.class, () -> one.step(new RaftInput.Compacted(1)));
            assertThrows(InvariantBroken.class, () -> one.step(new RaftInput.SnapshotTaken(4, 5, 500, voters(3))));
        }
    }

    /** What a follower does. */
    @Nested
    class Taking {
        private SnapshotAsk offer(long index, long term, long offsetBytes, int chunkBytes) {
            return new SnapshotAsk(new Sender(2, 0, 7, 6), index, term, 100, offsetBytes, chunkBytes);
        }

        private SnapshotReply answer(OneCore one) {
            return one.letterTo(2, SnapshotReply.class);
        }

        /** All of a snapshot up to entry 10 of term 5 is stored. */
        private OneCore received(OneCore one) {
            one.hears(offer(10, 5, 0, 100));
            assertTrue(one.output.storesChunk());
            return one.step(new RaftInput.SnapshotReceived(10, 5, voters(5)));
        }

        @Test
        void storesPieceAfterPieceAndSaysWhatItWants() {
            OneCore one = new OneCore(3, 6, 1).hears(offer(10, 5, 0, 40));
            assertTrue(one.output.storesChunk());
            assertNull(answer(one), "not before it is stored");
            assertFalse(one.hears(offer(10, 5, 0, 40)).output.storesChunk(), "once is enough");
            one.step(new RaftInput.ChunkStored(10, 40));
            assertEquals(40, answer(one).nextOffsetBytes());
            assertFalse(one.hears(offer(10, 5, 80, 20)).output.storesChunk(), "a gap");
            assertEquals(40, answer(one).nextOffsetBytes());
            assertTrue(one.hears(offer(10, 5, 40, 40)).output.storesChunk());
        }

        @Test
        void isNoLongerAloneWhileItIsFed() {
            OneCore one = new OneCore(3, 6, 1);
            one.nowNs = one.core.nextDeadlineNs() - 1;
            one.hears(offer(10, 5, 0, 40)).passes(OneCore.TIMES.electionMinNs() - 1);
            assertEquals(Role.FOLLOWER, one.core.role());
            assertEquals(2, one.core.leaderId());
        }

        @Test
        void tellsAnOldLeaderTheLaterTerm() {
            OneCore one = new OneCore(3, 7, 1).hears(offer(10, 5, 0, 40));
            assertFalse(one.output.storesChunk());
            assertEquals(7, answer(one).term());
        }

        @Test
        void isDoneAtOnceWithWhatItHas() {
            OneCore one = new OneCore(3, 6, 1, 5, 5).hears(append(2, 6, 3, 5).after(3, 5, 2));
            one.hears(offer(2, 5, 0, 40));
            assertFalse(one.output.storesChunk());
            assertTrue(answer(one).done());
            one.hears(offer(3, 5, 0, 40));
            assertTrue(answer(one).done(), "it has that very entry");
            assertEquals(3, one.core.commitIndex(), "which is committed then");
            assertEquals(3, one.core.shape().lastIndex());
        }

        @Test
        void replacesTheLogWhenTheFileIsComplete() {
            OneCore one = received(new OneCore(3, 6, 1, 1));
            assertEquals(10, one.output.installIndex());
            assertEquals(5, one.output.installTerm());
            assertFalse(one.output.installKeepsSuffix());
            assertNull(answer(one), "not before it is durable");
            long cutsBefore = one.core.cutCount();
            one.step(new RaftInput.Installed(10));
            assertTrue(answer(one).done());
            assertEquals(10, one.core.commitIndex());
            assertEquals(10, one.output.applyUpTo());
            assertEquals(10, one.core.forcedIndex());
            assertEquals(10, one.core.shape().baseIndex());
            assertEquals(10, one.core.snapshotIndex());
            assertEquals(cutsBefore + 1, one.core.cutCount());
            assertEquals(6, one.core.term(), "terms never fall");
            assertEquals(voters(5), one.core.membership());
            assertTrue(one.output.membershipChanged());
            one.hears(withEntries(append(2, 6, 10, 5), 6, 2));
            assertEquals(12, one.core.shape().lastIndex());
        }

        @Test
        void discardsASuffixThatConflicts() {
            OneCore one = received(new OneCore(3, 6, 1, 1, 1, 4, 4, 4, 4, 4, 4, 4, 4, 4));
            assertFalse(one.output.installKeepsSuffix());
            one.step(new RaftInput.Installed(10));
            assertEquals(10, one.core.shape().lastIndex());
        }

        @Test
        void keepsASuffixThatContinuesIt() {
            OneCore one = new OneCore(3, 6, 1).hears(offer(10, 5, 0, 100));
            one.hears(withEntries(append(2, 6, 1, 1), 5, 11));
            assertEquals(12, one.core.shape().lastIndex());
            one.step(new RaftInput.SnapshotReceived(10, 5, voters(5)));
            assertTrue(one.output.installKeepsSuffix());
            one.step(new RaftInput.Installed(10));
            assertEquals(12, one.core.shape().lastIndex());
            assertEquals(0, one.core.cutCount());
        }

        @Test
        void installsNothingOlderThanWhatIsCommitted() {
            OneCore one = new OneCore(3, 6, 1).hears(offer(10, 5, 0, 100));
            one.hears(withEntries(append(2, 6, 1, 1).after(1, 1, 12), 5, 11));
            assertEquals(12, one.core.commitIndex());
            one.step(new RaftInput.SnapshotReceived(10, 5, voters(5)));
            assertEquals(0, one.output.installIndex());
            assertTrue(answer(one).done());
        }

        @Test
        void answersRoundsAndStoresNothingWhileTheLogIsReplaced() {
            OneCore one = received(new OneCore(3, 6, 1, 1));
            one.hears(withEntries(append(2, 6, 2, 1), 6, 1).round(9));
            assertEquals(AppendSource.NONE, one.output.appendSource());
            AppendReply reply = one.letterTo(2, AppendReply.class);
            assertEquals(9, reply.roundId());
            one.passes(2 * OneCore.TIMES.electionMaxNs());
            assertEquals(Role.FOLLOWER, one.core.role(), "nor does it stand");
        }

        @Test
        void installsNothingWhileItAsksForVotes() {
            OneCore one = new OneCore(3, 6, 1, 1).hears(offer(10, 5, 0, 100));
            one.passes(OneCore.TIMES.electionMaxNs());
            assertEquals(Role.PRE_CANDIDATE, one.core.role());
            one.step(new RaftInput.SnapshotReceived(10, 5, voters(5)));
            assertEquals(0, one.output.installIndex());
            SnapshotAsk again = new SnapshotAsk(new Sender(3, 0, 7, 8), 10, 5, 999, 0, 40);
            one.hears(again);
            assertEquals(10, one.output.installIndex(), "a complete file serves whoever offers it");
            one.step(new RaftInput.Installed(10));
            assertTrue(one.letterTo(3, SnapshotReply.class).done());
        }

        /** The shell has the newer file already and will not take an older one. */
        @Test
        void installsWhatItHasWhenSomethingOlderIsOffered() {
            OneCore one = new OneCore(3, 6, 1, 1).hears(offer(10, 5, 0, 100));
            one.passes(OneCore.TIMES.electionMaxNs());
            one.step(new RaftInput.SnapshotReceived(10, 5, voters(5)));
            one.hears(new SnapshotAsk(new Sender(3, 0, 7, 8), 12, 5, 999, 0, 40));
            assertTrue(one.output.storesChunk(), "a newer one is begun");
            one.step(new RaftInput.ChunkStored(12, 40));
            one.hears(new SnapshotAsk(new Sender(2, 0, 7, 9), 8, 5, 500, 0, 40));
            assertFalse(one.output.storesChunk());
            assertEquals(10, one.output.installIndex());
            one.step(new RaftInput.Installed(10));
            assertEquals(10, one.core.commitIndex());
            assertEquals(10, one.core.shape().baseIndex());
            SnapshotReply reply = one.letterTo(2, SnapshotReply.class);
            assertTrue(reply.done());
            assertEquals(8, reply.snapshotIndex(), "which its leader had offered");
            one.hears(new SnapshotAsk(new Sender(2, 0, 7, 9), 14, 6, 500, 0, 40));
            assertTrue(one.output.storesChunk(), "nothing is left over");
        }

        @Test
        void neverInstallsAsALeader() {
            OneCore one = new OneCore(3, 6, 1, 1).hears(offer(10, 5, 0, 100)).leads();
            one.step(new RaftInput.SnapshotReceived(10, 5, voters(5)));
            assertEquals(0, one.output.installIndex());
            assertThrows(
                    InvariantBroken.class,
                    () -> one.hears(new SnapshotAsk(new Sender(2, 0, 7, 7), 10, 5, 100, 0, 100)));
        }

        @Test
        void beginsAnotherLeadersFileAtItsStart() {
            OneCore one = new OneCore(3, 6, 1).hears(offer(10, 5, 0, 40)).step(new RaftInput.ChunkStored(10, 40));
            one.hears(new SnapshotAsk(new Sender(3, 0, 7, 8), 10, 5, 100, 40, 40));
            assertFalse(one.output.storesChunk());
            assertEquals(0, one.letterTo(3, SnapshotReply.class).nextOffsetBytes());
        }

        @Test
        void waitsForTheShellBeforeItBeginsAnotherFile() {
            OneCore one = new OneCore(3, 6, 1).hears(offer(10, 5, 0, 40));
            one.hears(offer(20, 5, 0, 40));
            assertFalse(one.output.storesChunk());
            one.step(new RaftInput.ChunkStored(10, 40)).hears(offer(20, 5, 0, 40));
            assertTrue(one.output.storesChunk());
        }

        @Test
        void beginsAnewWithAFileThatTurnedOutDamaged() {
            OneCore one = new OneCore(3, 6, 1).hears(offer(10, 5, 0, 100)).step(new RaftInput.ChunkStored(10, 0));
            assertEquals(0, answer(one).nextOffsetBytes());
            assertTrue(one.hears(offer(10, 5, 0, 100)).output.storesChunk());
        }
    }

    @Test
    void agreesWithAppendsThatLieBeforeItsBase() {
        OneCore one = behindSnapshot(10, 3, 4, 4);
        one.hears(withEntries(append(2, 4, 2, 1), 2, 3).round(1));
        assertTrue(((AppendReply) one.onlyMessage()).accepted());
        assertEquals(AppendSource.NONE, one.output.appendSource());
        one.hears(withEntries(append(2, 4, 8, 3), 3, 2));
        assertEquals(AppendSource.NONE, one.output.appendSource());
        assertEquals(11, one.core.shape().lastIndex());
    }

    @Test
    void takesOnlyWhatLiesBehindItsBaseFromARunThatSpansIt() {
        OneCore one = behindSnapshot(10, 3, 4).hears(withEntries(append(2, 4, 8, 3), 3, 4));
        assertEquals(2, one.output.skipCount());
        assertEquals(11, one.output.appendFirstIndex());
        assertEquals(12, one.output.appendLastIndex());
    }

    @Test
    void stopsWhenALeaderContradictsItsBase() {
        OneCore one = behindSnapshot(10, 3, 4);
        assertThrows(InvariantBroken.class, () -> one.hears(withEntries(append(2, 4, 8, 2), 2, 4)));
    }

    @Test
    void comparesLogsByTheBaseToo() {
        OneCore one = behindSnapshot(10, 3, 3);
        assertFalse(one.hears(OneCore.voteAsk(2, 4, true, 9, 3)).granted());
        assertTrue(one.hears(OneCore.voteAsk(2, 4, true, 10, 3)).granted());
        one.passes(OneCore.TIMES.electionMaxNs());
        assertEquals(10, one.letterTo(2, VoteAsk.class).lastIndex());
        assertEquals(3, one.letterTo(2, VoteAsk.class).lastTerm());
    }

    @Test
    void knowsWhatASnapshotHeldToBeCommitted() {
        OneCore one = behindSnapshot(10, 3, 4, 4);
        assertEquals(10, one.core.commitIndex());
        assertEquals(voters(3).pinned(1, OneCore.DIRECTORY), one.core.membershipAt(10));
    }

    @Test
    void saysWhichMembershipASnapshotMustHold() {
        OneCore one = new OneCore(3, 4, 1, 4).leadsAndHasCommitted();
        Membership before = one.core.membership();
        one.changes(before.withLearner(OneCore.server(4))).allHave(2);
        assertEquals(before, one.core.membershipAt(3));
        assertEquals(one.core.membership(), one.core.membershipAt(4));
        one.step(new RaftInput.SnapshotTaken(4, 5, 500, one.core.membership())).step(new RaftInput.Compacted(4));
        assertEquals(4, one.core.membershipIndex());
        assertThrows(InvariantBroken.class, () -> one.core.membershipAt(3), "gone with its entries");
    }
}
