package dev.steppe.raft.core;

import dev.steppe.base.Invariant;
import dev.steppe.raft.message.RaftMessage;
import dev.steppe.raft.quorum.Membership;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Everything that can happen to a core. The frequent ones are cells that their owner fills again and again, so that a
 * step allocates nothing; a core keeps none of them beyond the step.
 */
public sealed interface RaftInput {
    /** A message of another member has arrived. */
    final class Arrived implements RaftInput {
        private RaftMessage message;
        private long[] membershipIndexes = new long[2];
        private @Nullable Membership[] memberships = new Membership[2];
        private int membershipCount;

        /** A cell with its first message. */
        public Arrived(RaftMessage message) {
            this.message = message;
        }

        /** Holds another message now, whose run says no membership. */
        public Arrived set(RaftMessage newMessage) {
            message = newMessage;
            membershipCount = 0;
            return this;
        }

        /** The entry at {@code index} of the run that arrived says this membership; ascending. */
        public Arrived with(long index, Membership membership) {
            if (membershipCount == membershipIndexes.length) {
                membershipIndexes = Arrays.copyOf(membershipIndexes, 2 * membershipCount);
                memberships = Arrays.copyOf(memberships, 2 * membershipCount);
            }
            membershipIndexes[membershipCount] = index;
            memberships[membershipCount++] = membership;
            return this;
        }

        /** What arrived. */
        public RaftMessage message() {
            return message;
        }

        int membershipCount() {
            return membershipCount;
        }

        long membershipIndex(int i) {
            return membershipIndexes[i];
        }

        Membership membership(int i) {
            Membership membership = memberships[i];
            if (membership == null) {
                throw Invariant.broken("no membership in the run: place, count", i, membershipCount);
            }
            return membership;
        }
    }

    /** The embedder proposes a run of commands. */
    final class Proposed implements RaftInput {
        private int entryCount;
        private int entryBytes;

        /** {@code newEntryCount} commands, at least one; {@code newEntryBytes} with the headers of their records. */
        public Proposed set(int newEntryCount, int newEntryBytes) {
            entryCount = newEntryCount;
            entryBytes = newEntryBytes;
            return this;
        }

        /** How many commands. */
        public int entryCount() {
            return entryCount;
        }

        /** Their bytes, headers included. */
        public int entryBytes() {
            return entryBytes;
        }
    }

    /** The log has forced entries. */
    final class Forced implements RaftInput {
        private long forcedIndex;
        private long cutCount;

        /**
         * Everything up to {@code newForcedIndex} is forced, as seen by a log that had carried out the first
         * {@code newCutCount} cuts. A notice from before the latest cut is void: its entries may be other ones.
         */
        public Forced set(long newForcedIndex, long newCutCount) {
            forcedIndex = newForcedIndex;
            cutCount = newCutCount;
            return this;
        }

        /** Last forced entry. */
        public long forcedIndex() {
            return forcedIndex;
        }

        /** How many cuts the log had carried out. */
        public long cutCount() {
            return cutCount;
        }
    }

    /**
     * The vault has forced term and vote.
     *
     * @param hardSequence number that came with them in the output; all earlier ones are covered
     */
    record VaultForced(long hardSequence) implements RaftInput {}

    /** The embedder asks for a linearizable read. */
    final class ReadAsked implements RaftInput {
        private long readId;

        /** The embedder's own number for it; comes back in the answer. */
        public ReadAsked set(long newReadId) {
            readId = newReadId;
            return this;
        }

        /** The embedder's number. */
        public long readId() {
            return readId;
        }
    }

    /**
     * The embedder wants another membership. The answer is {@link RaftOutput#membershipVerdict()}.
     *
     * @param membership one step away from the one in force
     */
    record MembershipAsked(Membership membership) implements RaftInput {}

    /**
     * The embedder wants another leader. The answer is {@link RaftOutput#transferVerdict()}; an accepted attempt ends,
     * well or not, with {@link RaftOutput#transferEnd()}.
     *
     * @param targetId a voter that counts, or 0: the one that has forced most
     */
    record TransferAsked(int targetId) implements RaftInput {}

    /**
     * A local snapshot file stands, durable and examined, and can be read until {@link SnapshotGone} says otherwise.
     *
     * @param index last entry that it contains, committed here
     * @param term term of that entry
     * @param totalBytes length of the file
     * @param membership the one in force at that entry: {@link RaftCore#membershipAt}
     */
    record SnapshotTaken(long index, long term, long totalBytes, Membership membership) implements RaftInput {}

    /**
     * A local snapshot file cannot be read any more: deleted, because two newer ones stand, or damaged.
     *
     * @param index last entry that it contained
     */
    record SnapshotGone(long index) implements RaftInput {}

    /**
     * The log has no entries up to there any more.
     *
     * @param index never beyond the newest local snapshot
     */
    record Compacted(long index) implements RaftInput {}

    /**
     * The shell has stored a piece of a snapshot, or could not, as {@link RaftOutput#storesChunk()} had wished. Exactly
     * one of this and {@link SnapshotReceived} answers each such wish.
     *
     * @param snapshotIndex which snapshot
     * @param nextOffsetBytes where the next piece should begin: behind this one, at it if there was no room, at 0 if
     *     the file turned out to be damaged
     */
    record ChunkStored(long snapshotIndex, long nextOffsetBytes) implements RaftInput {}

    /**
     * The shell has stored the last piece of a snapshot, and the whole file is durable and sound.
     *
     * @param index last entry that it contains
     * @param term term of that entry
     * @param membership the one that it says
     */
    record SnapshotReceived(long index, long term, Membership membership) implements RaftInput {}

    /**
     * The log has been replaced as {@link RaftOutput#installIndex()} had wished, and that is durable.
     *
     * @param index last entry of the snapshot
     */
    record Installed(long index) implements RaftInput {}

    /**
     * The shell has measured and chosen another shortest election time-out, or its leader has. Holds from now on: a
     * follower's time-out begins anew with it. Only where {@link CoreSettings.Times#isChosen()}.
     *
     * @param electionMinNs within {@link CoreSettings.Times#bounded}
     */
    record TimingChosen(long electionMinNs) implements RaftInput {}

    /** The shell is about to stop this member: a leader leaves its office and asks the best of the others to follow. */
    enum Resigned implements RaftInput {
        FOR_GOOD
    }

    /** Only time has passed. */
    enum Passed implements RaftInput {
        TIME
    }
}
