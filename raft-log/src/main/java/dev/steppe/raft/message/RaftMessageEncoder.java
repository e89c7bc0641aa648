package dev.steppe.raft.message;

import dev.steppe.raft.message.RaftMessage.AppendAsk;
import dev.steppe.raft.message.RaftMessage.AppendReply;
import dev.steppe.raft.message.RaftMessage.VoteAsk;
import dev.steppe.raft.message.RaftMessage.VoteReply;
import dev.steppe.raft.message.sbe.AppendAskEncoder;
import dev.steppe.raft.message.sbe.AppendReplyEncoder;
import dev.steppe.raft.message.sbe.MessageHeaderEncoder;
import dev.steppe.raft.message.sbe.SenderEncoder;
import dev.steppe.raft.message.sbe.VoteAskEncoder;
import dev.steppe.raft.message.sbe.VoteReplyEncoder;
import dev.steppe.raft.message.sbe.YesNo;
import org.agrona.MutableDirectBuffer;

/** Writes messages of one group into a buffer. Keeps flyweights, so it belongs to one owner; allocates nothing. */
public final class RaftMessageEncoder {
    /** Bytes that any message takes at most, the entries of an append not counted. */
    public static final int HEAD_MAX_BYTES =
            MessageHeaderEncoder.ENCODED_LENGTH + AppendReplyEncoder.BLOCK_LENGTH + AppendAskEncoder.BLOCK_LENGTH;

    private final long clusterId;
    private final MessageHeaderEncoder header = new MessageHeaderEncoder();
    private final VoteAskEncoder voteAsk = new VoteAskEncoder();
    private final VoteReplyEncoder voteReply = new VoteReplyEncoder();
    private final AppendAskEncoder appendAsk = new AppendAskEncoder();
    private final AppendReplyEncoder appendReply = new AppendReplyEncoder();

    /** For the group {@code clusterId}. */
    public RaftMessageEncoder(long clusterId) {
        this.clusterId = clusterId;
    }

    /**
     * Writes {@code message} at {@code offset} and returns the bytes written. Of an append only the head is written,
     * the length word included: the caller puts exactly {@link AppendAsk#entryBytes()} bytes of entry records behind
     * it.
     */
    public int encode(RaftMessage message, MutableDirectBuffer buffer, int offset) {
        if (message instanceof AppendAsk ask) {
            return encodeAppendAsk(ask, buffer, offset);
        }
        if (message instanceof AppendReply reply) {
            return encodeAppendReply(reply, buffer, offset);
        }
        if (message instanceof VoteAsk ask) {
            return encodeVoteAsk(ask, buffer, offset);
        }
        return encodeVoteReply((VoteReply) message, buffer, offset);
    }

    private int encodeAppendAsk(AppendAsk ask, MutableDirectBuffer buffer, int offset) {
        appendAsk
                .wrapAndApplyHeader(buffer, offset, header)
                .prevIndex(ask.prevIndex())
                .prevTerm(ask.prevTerm())
                .entryTerm(ask.entryTerm())
                .commitIndex(ask.commitIndex())
                .roundId(ask.roundId())
                .entryCount(ask.entryCount());
        stamp(appendAsk.sender(), ask);
        int lengthOffset = appendAsk.limit();
        buffer.putInt(lengthOffset, ask.entryBytes(), AppendAskEncoder.BYTE_ORDER);
        return lengthOffset + AppendAskEncoder.entriesHeaderLength() - offset;
    }

    private int encodeAppendReply(AppendReply reply, MutableDirectBuffer buffer, int offset) {
        appendReply
                .wrapAndApplyHeader(buffer, offset, header)
                .askIncarnation(reply.askIncarnation())
                .roundId(reply.roundId())
                .matchIndex(reply.matchIndex())
                .storedIndex(reply.storedIndex())
                .refusedPrevIndex(reply.refusedPrevIndex())
                .conflictIndex(reply.conflictIndex())
                .conflictTerm(reply.conflictTerm())
                .accepted(reply.accepted() ? YesNo.YES : YesNo.NO);
        stamp(appendReply.sender(), reply);
        return appendReply.limit() - offset;
    }

    private int encodeVoteAsk(VoteAsk ask, MutableDirectBuffer buffer, int offset) {
        voteAsk.wrapAndApplyHeader(buffer, offset, header)
                .preVote(ask.preVote() ? YesNo.YES : YesNo.NO)
                .ballotId(ask.ballotId())
                .lastIndex(ask.lastIndex())
                .lastTerm(ask.lastTerm());
        stamp(voteAsk.sender(), ask);
        return voteAsk.limit() - offset;
    }

    private int encodeVoteReply(VoteReply reply, MutableDirectBuffer buffer, int offset) {
        voteReply
                .wrapAndApplyHeader(buffer, offset, header)
                .askIncarnation(reply.askIncarnation())
                .ballotId(reply.ballotId())
                .granted(reply.granted() ? YesNo.YES : YesNo.NO);
        stamp(voteReply.sender(), reply);
        return voteReply.limit() - offset;
    }

    private void stamp(SenderEncoder sender, RaftMessage message) {
        sender.clusterId(clusterId)
                .incarnation(message.incarnation())
                .term(message.term())
                .memberId(message.fromMember());
    }
}
