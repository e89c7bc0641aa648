package dev.steppe.raft.core;

import dev.steppe.base.Invariant;
import dev.steppe.raft.core.track.Quarantine;
import dev.steppe.raft.message.RaftMessage;
import dev.steppe.raft.message.RaftMessage.AppendAsk;
import dev.steppe.raft.message.RaftMessage.AppendReply;
import dev.steppe.raft.quorum.Membership;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What one step wishes, in five parts whose order is law: 1 term, vote and quarantine for the vault, 2 cut, append and
 * snapshots for the log, 3 messages, 4 what may be applied, 5 answers. Part 3 may run beside 1 and 2 as far as each
 * message's conditions allow and never otherwise: a message leaves once the vault has forced
 * {@link Outgoing#afterVault()}, the log has forced {@link Outgoing#afterForced()}, and the entries that it carries can
 * be read. One object, reused for every step by its owner.
 */
public final class RaftOutput {
    /** Where the entries of an append come from. */
    public enum AppendSource {
        NONE,
        /** One empty entry of the leader's own. */
        NO_OP,
        /** One entry that says {@link RaftOutput#appendMembership()}, out of the core's own head. */
        MEMBERSHIP,
        /** The commands that were just proposed. */
        PROPOSED,
        /** The records of the message that just arrived, less the first {@link #skipCount()} of them. */
        ARRIVED
    }

    /** What became of the proposal of this step. */
    public enum ProposalVerdict {
        NONE,
        ACCEPTED,
        NOT_LEADER,
        /** The office is being handed over; ask the next leader, or this one once the attempt has ended. */
        TRANSFERRING
    }

    /** What became of the membership that was asked for in this step. */
    public enum MembershipVerdict {
        NONE,
        /** It is in the log, at the index of the append, and in force; committed once that index is. */
        ACCEPTED,
        NOT_LEADER,
        /** No entry of this leader's own term is committed yet (Ongaro's correction of 2015). */
        NOT_SETTLED,
        /** A change is not committed yet, or the office is being handed over. */
        IN_PROGRESS,
        /** Not exactly one server added, removed, promoted, demoted or moved. */
        NOT_ONE_STEP,
        /** The learner to promote does not have what is committed, or does not count. */
        NOT_CAUGHT_UP,
        /** More voters or learners than a group may have. */
        TOO_MANY,
        /** Of the voters that would be left, no majority is heard: the group could neither commit this nor undo it. */
        UNREACHABLE
    }

    /** What became of the transfer that was asked for in this step. */
    public enum TransferVerdict {
        NONE,
        /** It has begun; its end is told once. */
        ACCEPTED,
        NOT_LEADER,
        /** Another attempt, or a change of membership, is not over. */
        IN_PROGRESS,
        /** There is no such voter that could take over, or it leads already. */
        NO_TARGET
    }

    /** Whether an accepted transfer ended in this step. */
    public enum TransferEnd {
        NONE,
        /** The target stands for election with this member's knowledge, or leads. */
        HANDED_OVER,
        /** This member leads on, or somebody else took over. */
        FAILED
    }

    private final HardPart hard = new HardPart();
    private final LogPart log = new LogPart();
    private Outgoing[] messages = newSlots(32);
    private int messageCount;
    private long applyUpTo;
    private boolean roleChanged;
    private boolean membershipChanged;
    private final Verdicts verdicts = new Verdicts();
    private long[] readIds = new long[64];
    private long[] readIndexes = new long[64];
    private int readCount;

    /** Part 1. */
    private static final class HardPart {
        private long sequence;
        private long term;
        private int votedFor;
        private Quarantine quarantine = Quarantine.NONE;
        private boolean isHealing;
    }

    /** Part 2. */
    private static final class LogPart {
        private long cutFromIndex;
        private AppendSource source = AppendSource.NONE;
        private long firstIndex;
        private long lastIndex;
        private long term;
        private int skipCount;
        private @Nullable Membership membership;
        private boolean storesChunk;
        private long installIndex;
        private long installTerm;
        private boolean installKeepsSuffix;
    }

    /** Part 5, but for the reads. */
    private static final class Verdicts {
        private ProposalVerdict proposal = ProposalVerdict.NONE;
        private MembershipVerdict membership = MembershipVerdict.NONE;
        private TransferVerdict transfer = TransferVerdict.NONE;
        private TransferEnd transferEnd = TransferEnd.NONE;
    }

    /** Empties all parts. */
    public void clear() {
        hard.sequence = 0;
        hard.isHealing = false;
        log.cutFromIndex = 0;
        log.source = AppendSource.NONE;
        log.membership = null;
        log.storesChunk = false;
        log.installIndex = 0;
        messageCount = 0;
        applyUpTo = 0;
        roleChanged = false;
        membershipChanged = false;
        verdicts.proposal = ProposalVerdict.NONE;
        verdicts.membership = MembershipVerdict.NONE;
        verdicts.transfer = TransferVerdict.NONE;
        verdicts.transferEnd = TransferEnd.NONE;
        readCount = 0;
    }

    /** Part 1: number of the term, vote and quarantine to force together, 0 if they have not changed. */
    public long hardSequence() {
        return hard.sequence;
    }

    /** Part 1: the term to force. */
    public long hardTerm() {
        return hard.term;
    }

    /** Part 1: whom this member voted for in that term, {@link CoreSettings#NOBODY} if nobody. */
    public int hardVotedFor() {
        return hard.votedFor;
    }

    /** Part 1: the quarantine to force. */
    public Quarantine hardQuarantine() {
        return hard.quarantine;
    }

    /** Part 1: whether this ends the quarantine; the member votes and counts once the vault has forced it. */
    public boolean isHealing() {
        return hard.isHealing;
    }

    /** Part 2: the first entry to cut off, with all that follow; 0 = none. Comes before the append. */
    public long cutFromIndex() {
        return log.cutFromIndex;
    }

    /** Part 2: where the entries to append come from; NONE = nothing to append. */
    public AppendSource appendSource() {
        return log.source;
    }

    /** Part 2: index of the first entry to append. */
    public long appendFirstIndex() {
        return log.firstIndex;
    }

    /** Part 2: index of the last entry to append. */
    public long appendLastIndex() {
        return log.lastIndex;
    }

    /** Part 2: term of all entries to append. */
    public long appendTerm() {
        return log.term;
    }

    /** Part 2: how many records of the arrived run are in the log already. */
    public int skipCount() {
        return log.skipCount;
    }

    /** Part 2: the membership that the entry to append says; only with source MEMBERSHIP. */
    public Membership appendMembership() {
        if (log.membership == null) {
            throw Invariant.broken("no membership is appended: first index", log.firstIndex);
        }
        return log.membership;
    }

    /**
     * Part 2: the piece of the snapshot ask that has just arrived is to be stored; one at offset 0 begins the file
     * anew. Answered with {@link RaftInput.ChunkStored} or {@link RaftInput.SnapshotReceived}.
     */
    public boolean storesChunk() {
        return log.storesChunk;
    }

    /**
     * Part 2: last entry of the received snapshot that is to stand instead of the log up to there, 0 if there is none.
     * Answered with {@link RaftInput.Installed}. The state machine must be restored from it before anything behind it
     * is applied.
     */
    public long installIndex() {
        return log.installIndex;
    }

    /** Part 2: term of that entry. */
    public long installTerm() {
        return log.installTerm;
    }

    /** Part 2: whether the log has that very entry, so that what is behind it stays; else the whole log goes. */
    public boolean installKeepsSuffix() {
        return log.installKeepsSuffix;
    }

    /** Part 3: how many messages. */
    public int messageCount() {
        return messageCount;
    }

    /** Part 3: the {@code i}-th message, 0-based; valid until the next step. */
    public Outgoing message(int i) {
        return messages[i];
    }

    /** Part 4: everything up to here may be applied, as far as it can be read here; 0 = nothing new. */
    public long applyUpTo() {
        return applyUpTo;
    }

    /** Part 5: role, term or known leader are not what they were; ask the core. */
    public boolean roleChanged() {
        return roleChanged;
    }

    /** Part 5: the membership in force is not what it was; ask the core. */
    public boolean membershipChanged() {
        return membershipChanged;
    }

    /** Part 5: what became of the proposal; if ACCEPTED, its indexes and term are those of the append. */
    public ProposalVerdict proposalVerdict() {
        return verdicts.proposal;
    }

    /** Part 5: what became of the membership asked for; if ACCEPTED, its index and term are those of the append. */
    public MembershipVerdict membershipVerdict() {
        return verdicts.membership;
    }

    /** Part 5: what became of the transfer asked for. */
    public TransferVerdict transferVerdict() {
        return verdicts.transfer;
    }

    /** Part 5: how an accepted transfer ended; told exactly once for each, perhaps in the step that accepted it. */
    public TransferEnd transferEnd() {
        return verdicts.transferEnd;
    }

    /** Part 5: how many reads are answered. */
    public int readCount() {
        return readCount;
    }

    /** Part 5: the embedder's number of the {@code i}-th answered read. */
    public long readId(int i) {
        return readIds[i];
    }

    /** Part 5: the read may go on once this index is applied here; -1 = refused, leadership was not confirmed. */
    public long readIndex(int i) {
        return readIndexes[i];
    }

    void hardState(Standing standing, boolean isHealing) {
        hard.sequence = standing.hardSequence();
        hard.term = standing.term();
        hard.votedFor = standing.votedFor();
        hard.quarantine = standing.quarantine();
        hard.isHealing = isHealing;
    }

    void cutFrom(long index) {
        log.cutFromIndex = index;
    }

    void append(AppendSource source, long firstIndex, long lastIndex, long term, int skipCount) {
        log.source = source;
        log.firstIndex = firstIndex;
        log.lastIndex = lastIndex;
        log.term = term;
        log.skipCount = skipCount;
    }

    void appendMembership(long index, long term, Membership membership) {
        append(AppendSource.MEMBERSHIP, index, index, term, 0);
        log.membership = membership;
    }

    void storeChunk() {
        log.storesChunk = true;
    }

    void install(long index, long term, boolean keepsSuffix) {
        log.installIndex = index;
        log.installTerm = term;
        log.installKeepsSuffix = keepsSuffix;
    }

    AppendAsk appendAsk(int toMember, long afterVault) {
        Outgoing slot = nextSlot(toMember, afterVault, 0);
        slot.message = slot.ask;
        return slot.ask;
    }

    AppendReply appendReply(int toMember, long afterVault, long afterForced) {
        Outgoing slot = nextSlot(toMember, afterVault, afterForced);
        slot.message = slot.reply;
        return slot.reply;
    }

    void message(int toMember, long afterVault, RaftMessage message) {
        nextSlot(toMember, afterVault, 0).message = message;
    }

    void applyUpTo(long index) {
        applyUpTo = index;
    }

    void noteRoleChange() {
        roleChanged = true;
    }

    void noteMembershipChange() {
        membershipChanged = true;
    }

    void proposal(ProposalVerdict verdict) {
        verdicts.proposal = verdict;
    }

    void membership(MembershipVerdict verdict) {
        verdicts.membership = verdict;
    }

    void transfer(TransferVerdict verdict) {
        verdicts.transfer = verdict;
    }

    void transferEnded(boolean isHandedOver) {
        verdicts.transferEnd = isHandedOver ? TransferEnd.HANDED_OVER : TransferEnd.FAILED;
    }

    void read(long readId, long readIndex) {
        if (readCount == readIds.length) {
            readIds = Arrays.copyOf(readIds, 2 * readCount);
            readIndexes = Arrays.copyOf(readIndexes, 2 * readCount);
        }
        readIds[readCount] = readId;
        readIndexes[readCount++] = readIndex;
    }

    private Outgoing nextSlot(int toMember, long afterVault, long afterForced) {
        if (messageCount == messages.length) {
            Outgoing[] more = newSlots(2 * messageCount);
            System.arraycopy(messages, 0, more, 0, messageCount);
            messages = more;
        }
        Outgoing slot = messages[messageCount++];
        slot.toMember = toMember;
        slot.afterVault = afterVault;
        slot.afterForced = afterForced;
        return slot;
    }

    private static Outgoing[] newSlots(int count) {
        Outgoing[] slots = new Outgoing[count];
        for (int i = 0; i < count; i++) {
            slots[i] = new Outgoing();
        }
        return slots;
    }

    /** One message and its conditions. A cell of the output, overwritten by the next step. */
    public static final class Outgoing {
        private final AppendAsk ask = new AppendAsk();
        private final AppendReply reply = new AppendReply();
        private int toMember;
        private long afterVault;
        private long afterForced;
        private @Nullable RaftMessage message;

        /** Whom it is for. */
        public int toMember() {
            return toMember;
        }

        /** The vault must have forced this number of term and vote; 0 = no condition. */
        public long afterVault() {
            return afterVault;
        }

        /** The log must have forced this index; 0 = no condition. */
        public long afterForced() {
            return afterForced;
        }

        /** What to say. */
        public RaftMessage message() {
            return message == null ? ask : message;
        }
    }
}
