package dev.steppe.raft.core;

import dev.steppe.raft.message.RaftMessage;
import dev.steppe.raft.message.RaftMessage.AppendAsk;
import dev.steppe.raft.message.RaftMessage.AppendReply;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What one step wishes, in five parts whose order is law: 1 term and vote for the vault, 2 cut and append for the log,
 * 3 messages, 4 what may be applied, 5 answers. Part 3 may run beside 1 and 2 as far as each message's conditions allow
 * and never otherwise: a message leaves once the vault has forced {@link Outgoing#afterVault()}, the log has forced
 * {@link Outgoing#afterForced()}, and the entries that it carries can be read. One object, reused for every step by its
 * owner.
 */
public final class RaftOutput {
    /** Where the entries of an append come from. */
    public enum AppendSource {
        NONE,
        /** One empty entry of the leader's own. */
        NO_OP,
        /** The commands that were just proposed. */
        PROPOSED,
        /** The records of the message that just arrived, less the first {@link #skipCount()} of them. */
        ARRIVED
    }

    /** What became of the proposal of this step. */
    public enum ProposalVerdict {
        NONE,
        ACCEPTED,
        NOT_LEADER
    }

    private final HardPart hard = new HardPart();
    private final LogPart log = new LogPart();
    private Outgoing[] messages = newSlots(32);
    private int messageCount;
    private long applyUpTo;
    private boolean roleChanged;
    private ProposalVerdict proposalVerdict = ProposalVerdict.NONE;
    private long[] readIds = new long[64];
    private long[] readIndexes = new long[64];
    private int readCount;

    /** Part 1. */
    private static final class HardPart {
        private long sequence;
        private long term;
        private int votedFor;
    }

    /** Part 2. */
    private static final class LogPart {
        private long cutFromIndex;
        private AppendSource source = AppendSource.NONE;
        private long firstIndex;
        private long lastIndex;
        private long term;
        private int skipCount;
    }

    /** Empties all parts. */
    public void clear() {
        hard.sequence = 0;
        log.cutFromIndex = 0;
        log.source = AppendSource.NONE;
        messageCount = 0;
        applyUpTo = 0;
        roleChanged = false;
        proposalVerdict = ProposalVerdict.NONE;
        readCount = 0;
    }

    /** Part 1: number of the term and vote to force, 0 if they have not changed. */
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

    /** Part 5: what became of the proposal; if ACCEPTED, its indexes and term are those of the append. */
    public ProposalVerdict proposalVerdict() {
        return proposalVerdict;
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

    void hardState(long sequence, long term, int votedFor) {
        hard.sequence = sequence;
        hard.term = term;
        hard.votedFor = votedFor;
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

    void proposal(ProposalVerdict verdict) {
        proposalVerdict = verdict;
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
