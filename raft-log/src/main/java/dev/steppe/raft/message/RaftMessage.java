package dev.steppe.raft.message;

/**
 * Everything that two servers of a group say to each other. Each message carries who speaks, from which directory, in
 * which life (incarnation) and in which term; replies repeat the asker's incarnation, so that nothing said to a former
 * life is counted.
 */
public sealed interface RaftMessage {
    /** Id of the member that speaks. */
    int fromMember();

    /** Identity of the data directory that speaks for this member: drawn when it was formatted, never 0 there. */
    long directoryId();

    /** Life of the speaker: grows with each start of one directory. */
    long incarnation();

    /** Current term of the speaker. */
    long term();

    /** The speaker of a message, as each message carries it. */
    record Sender(int memberId, long directoryId, long incarnation, long term) {}

    /** The messages that are rare enough to be records. */
    sealed interface Letter extends RaftMessage {
        /** Who speaks. */
        Sender sender();

        @Override
        default int fromMember() {
            return sender().memberId();
        }

        @Override
        default long directoryId() {
            return sender().directoryId();
        }

        @Override
        default long incarnation() {
            return sender().incarnation();
        }

        @Override
        default long term() {
            return sender().term();
        }
    }

    /**
     * Asks for a vote. With {@code preVote} the speaker has not raised its term yet and asks whether a vote for
     * {@code term + 1} would be given (Ongaro thesis §9.6); otherwise it stands in {@code term}.
     *
     * @param transfer the leader itself told the speaker to stand: whoever hears that leader may vote all the same
     * @param ballotId number of the round, never reused within the incarnation
     * @param lastIndex last entry in the speaker's log, 0 if empty
     * @param lastTerm term of that entry, 0 if empty
     */
    record VoteAsk(Sender sender, boolean preVote, boolean transfer, long ballotId, long lastIndex, long lastTerm)
            implements Letter {}

    /**
     * Answers one {@link VoteAsk}.
     *
     * @param askIncarnation life of the asker
     * @param ballotId round of the asker
     * @param quarantined the speaker may not vote at all until a leader has healed it
     */
    record VoteReply(Sender sender, long askIncarnation, long ballotId, boolean granted, boolean quarantined)
            implements Letter {}

    /** The leader of the term asks a voter that has everything to stand for election at once (thesis §3.10). */
    record TimeoutNow(Sender sender) implements Letter {}

    /**
     * The leader of the term is there and hands over a piece of a snapshot file, because the entries that the receiver
     * needs next are gone. The bytes stand behind the message.
     *
     * @param snapshotIndex last entry that the snapshot contains
     * @param snapshotTerm term of that entry
     * @param totalBytes length of the file
     * @param offsetBytes where the piece begins
     * @param chunkBytes length of the piece, at least 1
     */
    record SnapshotAsk(
            Sender sender, long snapshotIndex, long snapshotTerm, long totalBytes, long offsetBytes, int chunkBytes)
            implements Letter {
        /** Whether the file ends with this piece. */
        public boolean isLast() {
            return offsetBytes + chunkBytes == totalBytes;
        }
    }

    /**
     * Answers {@link SnapshotAsk}: what is wanted next, so that a transfer goes on where it was broken off.
     *
     * @param askIncarnation life of the asker
     * @param snapshotIndex which snapshot
     * @param nextOffsetBytes where the next piece should begin; the length of the file if only its examination lasts
     * @param done nothing more of it is needed: it is installed, or everything in it was here already
     */
    record SnapshotReply(Sender sender, long askIncarnation, long snapshotIndex, long nextOffsetBytes, boolean done)
            implements Letter {}

    /**
     * Tells the leader what the speaker's state amounts to.
     *
     * @param index the entry that was applied last
     * @param stateHash hash of the state then
     */
    record HashReport(Sender sender, long index, long stateHash) implements Letter {}

    /**
     * Tells a member that its state is not what a majority has.
     *
     * @param askIncarnation life in which the member reported
     * @param index the entry that was applied last
     * @param majorityHash hash of the state that a majority has
     * @param reportedHash hash that the member reported
     */
    record HashVerdict(Sender sender, long askIncarnation, long index, long majorityHash, long reportedHash)
            implements Letter {}

    /**
     * A member whose directory is blank asks a voter whether its log is empty.
     *
     * @param lookId number of the question, from 1; grows within the incarnation
     */
    record FoundingAsk(Sender sender, long lookId) implements Letter {}

    /**
     * Answers one {@link FoundingAsk}.
     *
     * @param askDirectoryId directory of the asker
     * @param askIncarnation life of the asker
     * @param lookId question of the asker
     * @param isEmpty the speaker's log holds no entry, and none is known to have gone from it
     */
    record FoundingReply(Sender sender, long askDirectoryId, long askIncarnation, long lookId, boolean isEmpty)
            implements Letter {}

    /**
     * The leader of the term has chosen another shortest election time-out, or says again which one holds.
     *
     * @param electionMinNs above 0; whoever hears it keeps to its own bounds
     */
    record TimingWord(Sender sender, long electionMinNs) implements Letter {}

    /**
     * The leader of {@code term} is there, has committed up to {@code commitIndex}, and hands over a run of entries of
     * one term that follow {@code prevIndex}; without entries it is a heartbeat or a probe. A cell: reused by its
     * owner.
     */
    final class AppendAsk implements RaftMessage {
        private int fromMember;
        private long directoryId;
        private long incarnation;
        private long term;
        private long prevIndex;
        private long prevTerm;
        private long entryTerm;
        private int entryCount;
        private int entryBytes;
        private long commitIndex;
        private long roundId;
        private long toIncarnation;
        private boolean isSettled;

        /** Starts anew: no entries, no round, to whatever life, not settled. */
        public AppendAsk from(int newFromMember, long newDirectoryId, long newIncarnation, long newTerm) {
            fromMember = newFromMember;
            directoryId = newDirectoryId;
            incarnation = newIncarnation;
            term = newTerm;
            roundId = 0;
            toIncarnation = 0;
            isSettled = false;
            return entries(0, 0, 0);
        }

        /** To which life of the receiver, 0 if none is known, and whether the leader is settled as seen from there. */
        public AppendAsk to(long newToIncarnation, boolean newIsSettled) {
            toIncarnation = newToIncarnation;
            isSettled = newIsSettled;
            return this;
        }

        /** The entry before the run, and what is committed as far as the receiver may know. */
        public AppendAsk after(long newPrevIndex, long newPrevTerm, long newCommitIndex) {
            prevIndex = newPrevIndex;
            prevTerm = newPrevTerm;
            commitIndex = newCommitIndex;
            return this;
        }

        /** The run: all of one term. {@code newEntryBytes} counts whole records; 0 before the shell has read them. */
        public AppendAsk entries(long newEntryTerm, int newEntryCount, int newEntryBytes) {
            entryTerm = newEntryTerm;
            entryCount = newEntryCount;
            entryBytes = newEntryBytes;
            return this;
        }

        /** Asks for an answer that repeats this number; 0 = no answer wanted for its own sake. */
        public AppendAsk round(long newRoundId) {
            roundId = newRoundId;
            return this;
        }

        /** Makes this cell say what another says. */
        public AppendAsk set(AppendAsk other) {
            return from(other.fromMember, other.directoryId, other.incarnation, other.term)
                    .after(other.prevIndex, other.prevTerm, other.commitIndex)
                    .entries(other.entryTerm, other.entryCount, other.entryBytes)
                    .to(other.toIncarnation, other.isSettled)
                    .round(other.roundId);
        }

        @Override
        public int fromMember() {
            return fromMember;
        }

        @Override
        public long directoryId() {
            return directoryId;
        }

        @Override
        public long incarnation() {
            return incarnation;
        }

        @Override
        public long term() {
            return term;
        }

        /** Index of the entry before the run, 0 at the start of the log. */
        public long prevIndex() {
            return prevIndex;
        }

        /** Term of the entry before the run, 0 at the start of the log. */
        public long prevTerm() {
            return prevTerm;
        }

        /** Term of every entry of the run; 0 without entries. */
        public long entryTerm() {
            return entryTerm;
        }

        /** How many entries the run has; 0 in heartbeats and probes. */
        public int entryCount() {
            return entryCount;
        }

        /** Bytes of the run, headers included. */
        public int entryBytes() {
            return entryBytes;
        }

        /** Index of the last entry of the run; {@link #prevIndex()} without entries. */
        public long lastIndex() {
            return prevIndex + entryCount;
        }

        /** What the leader has committed. */
        public long commitIndex() {
            return commitIndex;
        }

        /** Number of the round to confirm, or 0. */
        public long roundId() {
            return roundId;
        }

        /** The receiver's life as far as the leader knows it; 0 = not yet. */
        public long toIncarnation() {
            return toIncarnation;
        }

        /**
         * Whether an entry of the leader's own term is committed, and a majority has confirmed the leader in a round
         * that began after it had learned of the life {@link #toIncarnation()}.
         */
        public boolean isSettled() {
            return isSettled;
        }

        @Override
        public String toString() {
            return "AppendAsk[from=" + fromMember + ", term=" + term + ", prev=" + prevIndex + "@" + prevTerm
                    + ", entries=" + entryCount + "@" + entryTerm + ", commit=" + commitIndex + ", round=" + roundId
                    + ", to=" + toIncarnation + (isSettled ? ", settled]" : "]");
        }
    }

    /** Answers {@link AppendAsk}, or tells unasked that more has been forced. A cell: reused by its owner. */
    final class AppendReply implements RaftMessage {
        private int fromMember;
        private long directoryId;
        private long incarnation;
        private long term;
        private long askIncarnation;
        private long roundId;
        private boolean accepted;
        private long matchIndex;
        private long storedIndex;
        private long refusedPrevIndex;
        private long conflictIndex;
        private long conflictTerm;
        private boolean counts;

        /** Starts anew: to a leader in a certain life, for no round, with an answer that counts. */
        public AppendReply from(
                int newFromMember, long newDirectoryId, long newIncarnation, long newTerm, long newAskIncarnation) {
            fromMember = newFromMember;
            directoryId = newDirectoryId;
            incarnation = newIncarnation;
            term = newTerm;
            askIncarnation = newAskIncarnation;
            roundId = 0;
            counts = true;
            return this;
        }

        /** Whether the speaker may be counted in any majority; false while it is quarantined. */
        public AppendReply counting(boolean newCounts) {
            counts = newCounts;
            return this;
        }

        /** The round that this answer confirms. */
        public AppendReply round(long newRoundId) {
            roundId = newRoundId;
            return this;
        }

        /** The logs agree: forced up to {@code newMatchIndex}, stored though perhaps not forced to the other. */
        public AppendReply accepting(long newMatchIndex, long newStoredIndex) {
            accepted = true;
            matchIndex = newMatchIndex;
            storedIndex = newStoredIndex;
            refusedPrevIndex = 0;
            conflictIndex = 0;
            conflictTerm = 0;
            return this;
        }

        /**
         * The logs do not agree at {@code newRefusedPrevIndex}. The hint: the first entry here of
         * {@code newConflictTerm}, or, with term 0, the first index that is missing here.
         */
        public AppendReply refusing(long newRefusedPrevIndex, long newConflictIndex, long newConflictTerm) {
            accepted = false;
            matchIndex = 0;
            storedIndex = 0;
            refusedPrevIndex = newRefusedPrevIndex;
            conflictIndex = newConflictIndex;
            conflictTerm = newConflictTerm;
            return this;
        }

        /** Makes this cell say what another says. */
        public AppendReply set(AppendReply other) {
            from(other.fromMember, other.directoryId, other.incarnation, other.term, other.askIncarnation)
                    .counting(other.counts)
                    .round(other.roundId);
            return other.accepted
                    ? accepting(other.matchIndex, other.storedIndex)
                    : refusing(other.refusedPrevIndex, other.conflictIndex, other.conflictTerm);
        }

        @Override
        public int fromMember() {
            return fromMember;
        }

        @Override
        public long directoryId() {
            return directoryId;
        }

        @Override
        public long incarnation() {
            return incarnation;
        }

        @Override
        public long term() {
            return term;
        }

        /** Life of the leader that is answered. */
        public long askIncarnation() {
            return askIncarnation;
        }

        /** Number of the round that is confirmed, or 0. */
        public long roundId() {
            return roundId;
        }

        /** Whether the speaker may be counted in any majority. */
        public boolean counts() {
            return counts;
        }

        /** Whether the logs agree at the entry before the run. */
        public boolean accepted() {
            return accepted;
        }

        /** Forced here and equal to the leader's log up to this index; 0 in a refusal. */
        public long matchIndex() {
            return matchIndex;
        }

        /** Stored here and equal to the leader's log up to this index, perhaps not forced; 0 in a refusal. */
        public long storedIndex() {
            return storedIndex;
        }

        /** The entry before the run that was refused; 0 if accepted. */
        public long refusedPrevIndex() {
            return refusedPrevIndex;
        }

        /** Where the leader should look next; 0 if accepted. */
        public long conflictIndex() {
            return conflictIndex;
        }

        /** Term of the entry at the refused place, 0 if there is none or the ask was accepted. */
        public long conflictTerm() {
            return conflictTerm;
        }

        @Override
        public String toString() {
            return "AppendReply[from=" + fromMember + ", term=" + term + ", round=" + roundId
                    + (accepted
                            ? ", match=" + matchIndex + ", stored=" + storedIndex
                            : ", refused=" + refusedPrevIndex + ", look=" + conflictIndex + "@" + conflictTerm)
                    + (counts ? "]" : ", does not count]");
        }
    }
}
