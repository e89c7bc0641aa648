package dev.steppe.raft.message;

import dev.steppe.base.Invariant;
import dev.steppe.raft.message.RaftMessage.AppendAsk;
import dev.steppe.raft.message.RaftMessage.AppendReply;
import dev.steppe.raft.message.RaftMessage.VoteAsk;
import dev.steppe.raft.message.RaftMessage.VoteReply;
import dev.steppe.raft.message.sbe.AppendAskDecoder;
import dev.steppe.raft.message.sbe.AppendReplyDecoder;
import dev.steppe.raft.message.sbe.MessageHeaderDecoder;
import dev.steppe.raft.message.sbe.SenderDecoder;
import dev.steppe.raft.message.sbe.VoteAskDecoder;
import dev.steppe.raft.message.sbe.VoteReplyDecoder;
import dev.steppe.raft.message.sbe.YesNo;
import org.agrona.DirectBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Reads messages of one group from frames and checks everything that can be checked without knowing the log. Appends
 * and their replies are read into cells that the next frame overwrites. Belongs to one owner; those two allocate
 * nothing.
 */
public final class RaftMessageDecoder {
    /** Whether a frame is a message of this group. */
    public enum Verdict {
        /** {@link #message()} holds it. */
        DECODED,
        /** Unknown template, schema, version or block length, a wrong total length, or an impossible value. */
        MALFORMED,
        /** Well formed, but of another group. */
        OTHER_CLUSTER
    }

    private final long clusterId;
    private final int entryHeaderBytes;
    private final MessageHeaderDecoder header = new MessageHeaderDecoder();
    private final VoteAskDecoder voteAsk = new VoteAskDecoder();
    private final VoteReplyDecoder voteReply = new VoteReplyDecoder();
    private final AppendAskDecoder appendAsk = new AppendAskDecoder();
    private final AppendReplyDecoder appendReply = new AppendReplyDecoder();
    private final AppendAsk askCell = new AppendAsk();
    private final AppendReply replyCell = new AppendReply();
    private int entriesOffset;
    private @Nullable RaftMessage message;

    /** For the group {@code clusterId}, whose entry records are at least {@code entryHeaderBytes} long. */
    public RaftMessageDecoder(long clusterId, int entryHeaderBytes) {
        this.clusterId = clusterId;
        this.entryHeaderBytes = entryHeaderBytes;
    }

    /** Reads the {@code length} bytes at {@code offset} as exactly one message. */
    public Verdict decode(DirectBuffer buffer, int offset, int length) {
        message = null;
        if (length < MessageHeaderDecoder.ENCODED_LENGTH) {
            return Verdict.MALFORMED;
        }
        header.wrap(buffer, offset);
        if (header.schemaId() != MessageHeaderDecoder.SCHEMA_ID
                || header.version() != MessageHeaderDecoder.SCHEMA_VERSION) {
            return Verdict.MALFORMED;
        }
        int bodyOffset = offset + MessageHeaderDecoder.ENCODED_LENGTH;
        int bodyBytes = length - MessageHeaderDecoder.ENCODED_LENGTH;
        return switch (header.templateId()) {
            case AppendAskDecoder.TEMPLATE_ID -> decodeAppendAsk(buffer, bodyOffset, bodyBytes);
            case AppendReplyDecoder.TEMPLATE_ID -> decodeAppendReply(buffer, bodyOffset, bodyBytes);
            case VoteAskDecoder.TEMPLATE_ID -> decodeVoteAsk(buffer, bodyOffset, bodyBytes);
            case VoteReplyDecoder.TEMPLATE_ID -> decodeVoteReply(buffer, bodyOffset, bodyBytes);
            default -> Verdict.MALFORMED;
        };
    }

    /** The message of the last frame; only after DECODED. Appends and replies are valid until the next frame. */
    public RaftMessage message() {
        if (message == null) {
            throw Invariant.broken("no message was decoded: template", header.templateId());
        }
        return message;
    }

    /** Where in the buffer the entry records of the last append begin. */
    public int entriesOffset() {
        return entriesOffset;
    }

    private boolean hasExactly(int blockLength, int bodyBytes) {
        return header.blockLength() == blockLength && bodyBytes == blockLength;
    }

    private Verdict decodeAppendAsk(DirectBuffer buffer, int bodyOffset, int bodyBytes) {
        int fixedBytes = AppendAskDecoder.BLOCK_LENGTH + AppendAskDecoder.entriesHeaderLength();
        if (header.blockLength() != AppendAskDecoder.BLOCK_LENGTH || bodyBytes < fixedBytes) {
            return Verdict.MALFORMED;
        }
        appendAsk.wrap(buffer, bodyOffset, AppendAskDecoder.BLOCK_LENGTH, AppendAskDecoder.SCHEMA_VERSION);
        int entryBytes = buffer.getInt(appendAsk.limit(), AppendAskDecoder.BYTE_ORDER);
        if (entryBytes != bodyBytes - fixedBytes) {
            return Verdict.MALFORMED;
        }
        entriesOffset = bodyOffset + fixedBytes;
        SenderDecoder sender = appendAsk.sender();
        askCell.from(sender.memberId(), sender.incarnation(), sender.term())
                .after(appendAsk.prevIndex(), appendAsk.prevTerm(), appendAsk.commitIndex())
                .entries(appendAsk.entryTerm(), appendAsk.entryCount(), entryBytes)
                .round(appendAsk.roundId());
        return checked(sender, askCell, isPossible(askCell));
    }

    private boolean isPossible(AppendAsk ask) {
        long prevIndex = ask.prevIndex();
        boolean prevPossible = prevIndex >= 0
                && prevIndex < Long.MAX_VALUE - Integer.MAX_VALUE
                && ask.prevTerm() >= 0
                && (prevIndex == 0) == (ask.prevTerm() == 0)
                && ask.prevTerm() <= ask.term();
        boolean noEntries = ask.entryCount() == 0 && ask.entryTerm() == 0 && ask.entryBytes() == 0;
        boolean someEntries = ask.entryCount() > 0
                && ask.entryTerm() > 0
                && ask.entryTerm() >= ask.prevTerm()
                && ask.entryTerm() <= ask.term()
                && ask.entryBytes() >= (long) ask.entryCount() * entryHeaderBytes;
        return prevPossible && (noEntries || someEntries) && ask.commitIndex() >= 0 && ask.roundId() >= 0;
    }

    private Verdict decodeAppendReply(DirectBuffer buffer, int bodyOffset, int bodyBytes) {
        if (!hasExactly(AppendReplyDecoder.BLOCK_LENGTH, bodyBytes)) {
            return Verdict.MALFORMED;
        }
        appendReply.wrap(buffer, bodyOffset, AppendReplyDecoder.BLOCK_LENGTH, AppendReplyDecoder.SCHEMA_VERSION);
        SenderDecoder sender = appendReply.sender();
        replyCell
                .from(sender.memberId(), sender.incarnation(), sender.term(), appendReply.askIncarnation())
                .round(appendReply.roundId());
        if (appendReply.acceptedRaw() == YesNo.YES.value()) {
            replyCell.accepting(appendReply.matchIndex(), appendReply.storedIndex());
        } else {
            replyCell.refusing(appendReply.refusedPrevIndex(), appendReply.conflictIndex(), appendReply.conflictTerm());
        }
        return checked(sender, replyCell, isPossibleReply());
    }

    private boolean isPossibleReply() {
        long matchIndex = appendReply.matchIndex();
        long storedIndex = appendReply.storedIndex();
        long refusedPrevIndex = appendReply.refusedPrevIndex();
        long conflictIndex = appendReply.conflictIndex();
        long conflictTerm = appendReply.conflictTerm();
        if (appendReply.roundId() < 0) {
            return false;
        }
        if (appendReply.acceptedRaw() == YesNo.YES.value()) {
            boolean hintAbsent = refusedPrevIndex == 0 && conflictIndex == 0 && conflictTerm == 0;
            return hintAbsent && matchIndex >= 0 && storedIndex >= matchIndex;
        }
        return appendReply.acceptedRaw() == YesNo.NO.value()
                && matchIndex == 0
                && storedIndex == 0
                && conflictTerm >= 0
                && conflictIndex >= 1
                && refusedPrevIndex >= conflictIndex;
    }

    private Verdict decodeVoteAsk(DirectBuffer buffer, int bodyOffset, int bodyBytes) {
        if (!hasExactly(VoteAskDecoder.BLOCK_LENGTH, bodyBytes)) {
            return Verdict.MALFORMED;
        }
        voteAsk.wrap(buffer, bodyOffset, VoteAskDecoder.BLOCK_LENGTH, VoteAskDecoder.SCHEMA_VERSION);
        long lastIndex = voteAsk.lastIndex();
        long lastTerm = voteAsk.lastTerm();
        boolean possible = isYesNo(voteAsk.preVoteRaw())
                && voteAsk.ballotId() > 0
                && lastIndex >= 0
                && lastTerm >= 0
                && (lastIndex == 0) == (lastTerm == 0);
        SenderDecoder sender = voteAsk.sender();
        boolean preVote = voteAsk.preVoteRaw() == YesNo.YES.value();
        RaftMessage ask = new VoteAsk(
                sender.memberId(),
                sender.incarnation(),
                sender.term(),
                preVote,
                voteAsk.ballotId(),
                lastIndex,
                lastTerm);
        return checked(sender, ask, possible && lastTerm <= sender.term());
    }

    private Verdict decodeVoteReply(DirectBuffer buffer, int bodyOffset, int bodyBytes) {
        if (!hasExactly(VoteReplyDecoder.BLOCK_LENGTH, bodyBytes)) {
            return Verdict.MALFORMED;
        }
        voteReply.wrap(buffer, bodyOffset, VoteReplyDecoder.BLOCK_LENGTH, VoteReplyDecoder.SCHEMA_VERSION);
        SenderDecoder sender = voteReply.sender();
        RaftMessage reply = new VoteReply(
                sender.memberId(),
                sender.incarnation(),
                sender.term(),
                voteReply.askIncarnation(),
                voteReply.ballotId(),
                voteReply.grantedRaw() == YesNo.YES.value());
        return checked(sender, reply, isYesNo(voteReply.grantedRaw()) && voteReply.ballotId() > 0);
    }

    private static boolean isYesNo(short raw) {
        return raw == YesNo.YES.value() || raw == YesNo.NO.value();
    }

    private Verdict checked(SenderDecoder sender, RaftMessage decoded, boolean possible) {
        if (!possible || sender.term() < 0 || sender.term() == Long.MAX_VALUE || sender.memberId() < 1) {
            return Verdict.MALFORMED;
        }
        if (sender.clusterId() != clusterId) {
            return Verdict.OTHER_CLUSTER;
        }
        message = decoded;
        return Verdict.DECODED;
    }
}
