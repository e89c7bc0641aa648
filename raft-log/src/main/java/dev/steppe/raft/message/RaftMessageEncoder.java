package dev.steppe.raft.message;

import dev.steppe.raft.message.RaftMessage.AppendAsk;
import dev.steppe.raft.message.RaftMessage.AppendReply;
import dev.steppe.raft.message.RaftMessage.FoundingAsk;
import dev.steppe.raft.message.RaftMessage.FoundingReply;
import dev.steppe.raft.message.RaftMessage.HashReport;
import dev.steppe.raft.message.RaftMessage.HashVerdict;
import dev.steppe.raft.message.RaftMessage.SnapshotAsk;
import dev.steppe.raft.message.RaftMessage.SnapshotReply;
import dev.steppe.raft.message.RaftMessage.TimingWord;
import dev.steppe.raft.message.RaftMessage.VoteAsk;
import dev.steppe.raft.message.RaftMessage.VoteReply;
import dev.steppe.raft.message.sbe.AppendAskEncoder;
import dev.steppe.raft.message.sbe.AppendReplyEncoder;
import dev.steppe.raft.message.sbe.FoundingAskEncoder;
import dev.steppe.raft.message.sbe.FoundingReplyEncoder;
import dev.steppe.raft.message.sbe.HashReportEncoder;
import dev.steppe.raft.message.sbe.HashVerdictEncoder;
import dev.steppe.raft.message.sbe.MessageHeaderEncoder;
import dev.steppe.raft.message.sbe.SenderEncoder;
import dev.steppe.raft.message.sbe.SnapshotAskEncoder;
import dev.steppe.raft.message.sbe.SnapshotReplyEncoder;
import dev.steppe.raft.message.sbe.TimeoutNowEncoder;
import dev.steppe.raft.message.sbe.TimingWordEncoder;
import dev.steppe.raft.message.sbe.VoteAskEncoder;
import dev.steppe.raft.message.sbe.VoteReplyEncoder;
import dev.steppe.raft.message.sbe.YesNo;
import org.agrona.MutableDirectBuffer;

/** Writes messages of one group into a buffer. Keeps flyweights, so it belongs to one owner; allocates nothing. */
public final class RaftMessageEncoder {
    /** Bytes that any message takes at most, the entries of an append and the piece of a snapshot not counted. */
    public static final int HEAD_MAX_BYTES =
            MessageHeaderEncoder.ENCODED_LENGTH + AppendReplyEncoder.BLOCK_LENGTH + AppendAskEncoder.BLOCK_LENGTH;

    private final long clusterId;
    private final MessageHeaderEncoder header = new MessageHeaderEncoder();
    private final VoteAskEncoder voteAsk = new VoteAskEncoder();
    private final VoteReplyEncoder voteReply = new VoteReplyEncoder();
    private final AppendAskEncoder appendAsk = new AppendAskEncoder();
    private final AppendReplyEncoder appendReply = new AppendReplyEncoder();
    private final TimeoutNowEncoder timeoutNow = new TimeoutNowEncoder();
    private final SnapshotAskEncoder snapshotAsk = new SnapshotAskEncoder();
    private final SnapshotReplyEncoder snapshotReply = new SnapshotReplyEncoder();
    private final HashReportEncoder hashReport = new HashReportEncoder();
    private final HashVerdictEncoder hashVerdict = new HashVerdictEncoder();
    private final TimingWordEncoder timingWord = new TimingWordEncoder();
    private final FoundingAskEncoder foundingAsk = new FoundingAskEncoder();
    private final FoundingReplyEncoder foundingReply = new FoundingReplyEncoder();

    /** For the group {@code clusterId}. */
    public RaftMessageEncoder(long clusterId) {
        this.clusterId = clusterId;
    }

    /**
     * Writes {@code message} at {@code offset} and returns the bytes written. Of an append and of a piece of a snapshot
     * only the head is written, the length word included: the caller puts exactly {@link AppendAsk#entryBytes()} bytes
     * of entry records, or {@link SnapshotAsk#chunkBytes()} bytes of the file, behind it.
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
        if (message instanceof VoteReply reply) {
            return encodeVoteReply(reply, buffer, offset);
        }
        if (message instanceof SnapshotAsk ask) {
            return encodeSnapshotAsk(ask, buffer, offset);
        }
        if (message instanceof SnapshotReply reply) {
            return encodeSnapshotReply(reply, buffer, offset);
        }
        if (message instanceof HashReport report) {
            return encodeHashReport(report, buffer, offset);
        }
        if (message instanceof HashVerdict verdict) {
            return encodeHashVerdict(verdict, buffer, offset);
        }
        if (message instanceof TimingWord word) {
            return encodeTimingWord(word, buffer, offset);
        }
        if (message instanceof FoundingAsk ask) {
            return encodeFoundingAsk(ask, buffer, offset);
        }
        if (message instanceof FoundingReply reply) {
            return encodeFoundingReply(reply, buffer, offset);
        }
        // Only TimeoutNow is left, which says nothing but who speaks.
        stamp(timeoutNow.wrapAndApplyHeader(buffer, offset, header).sender(), message);
        return timeoutNow.limit() - offset;
    }

    private int encodeAppendAsk(AppendAsk ask, MutableDirectBuffer buffer, int offset) {
        appendAsk
                .wrapAndApplyHeader(buffer, offset, header)
                .prevIndex(ask.prevIndex())
                .prevTerm(ask.prevTerm())
                .entryTerm(ask.entryTerm())
                .commitIndex(ask.commitIndex())
                .roundId(ask.roundId())
                .toIncarnation(ask.toIncarnation())
                .entryCount(ask.entryCount())
                .settled(yesNo(ask.isSettled()));
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
                .accepted(yesNo(reply.accepted()))
                .counts(yesNo(reply.counts()));
        stamp(appendReply.sender(), reply);
        return appendReply.limit() - offset;
    }

    private int encodeVoteAsk(VoteAsk ask, MutableDirectBuffer buffer, int offset) {
        voteAsk.wrapAndApplyHeader(buffer, offset, header)
                .preVote(yesNo(ask.preVote()))
                .transfer(yesNo(ask.transfer()))
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
                .granted(yesNo(reply.granted()))
                .quarantined(yesNo(reply.quarantined()));
        stamp(voteReply.sender(), reply);
        return voteReply.limit() - offset;
    }

    private int encodeSnapshotAsk(SnapshotAsk ask, MutableDirectBuffer buffer, int offset) {
        snapshotAsk
                .wrapAndApplyHeader(buffer, offset, header)
                .snapshotIndex(ask.snapshotIndex())
                .snapshotTerm(ask.snapshotTerm())
                .totalBytes(ask.totalBytes())
                .offsetBytes(ask.offsetBytes());
        stamp(snapshotAsk.sender(), ask);
        int lengthOffset = snapshotAsk.limit();
        buffer.putInt(lengthOffset, ask.chunkBytes(), SnapshotAskEncoder.BYTE_ORDER);
        return lengthOffset + SnapshotAskEncoder.pieceHeaderLength() - offset;
    }

    private int encodeSnapshotReply(SnapshotReply reply, MutableDirectBuffer buffer, int offset) {
        snapshotReply
                .wrapAndApplyHeader(buffer, offset, header)
                .askIncarnation(reply.askIncarnation())
                .snapshotIndex(reply.snapshotIndex())
                .nextOffsetBytes(reply.nextOffsetBytes())
                .done(yesNo(reply.done()));
        stamp(snapshotReply.sender(), reply);
        return snapshotReply.limit() - offset;
    }

    private int encodeHashReport(HashReport report, MutableDirectBuffer buffer, int offset) {
        hashReport
                .wrapAndApplyHeader(buffer, offset, header)
                .index(report.index())
                .stateHash(report.stateHash());
        stamp(hashReport.sender(), report);
        return hashReport.limit() - offset;
    }

    private int encodeHashVerdict(HashVerdict verdict, MutableDirectBuffer buffer, int offset) {
        hashVerdict
                .wrapAndApplyHeader(buffer, offset, header)
                .askIncarnation(verdict.askIncarnation())
                .index(verdict.index())
                .majorityHash(verdict.majorityHash())
                .reportedHash(verdict.reportedHash());
        stamp(hashVerdict.sender(), verdict);
        return hashVerdict.limit() - offset;
    }

    private int encodeTimingWord(TimingWord word, MutableDirectBuffer buffer, int offset) {
        timingWord.wrapAndApplyHeader(buffer, offset, header).electionMinNs(word.electionMinNs());
        stamp(timingWord.sender(), word);
        return timingWord.limit() - offset;
    }

    private int encodeFoundingAsk(FoundingAsk ask, MutableDirectBuffer buffer, int offset) {
        foundingAsk.wrapAndApplyHeader(buffer, offset, header).lookId(ask.lookId());
        stamp(foundingAsk.sender(), ask);
        return foundingAsk.limit() - offset;
    }

    private int encodeFoundingReply(FoundingReply reply, MutableDirectBuffer buffer, int offset) {
        foundingReply
                .wrapAndApplyHeader(buffer, offset, header)
                .askDirectoryId(reply.askDirectoryId())
                .askIncarnation(reply.askIncarnation())
                .lookId(reply.lookId())
                .empty(yesNo(reply.isEmpty()));
        stamp(foundingReply.sender(), reply);
        return foundingReply.limit() - offset;
    }

    private static YesNo yesNo(boolean yes) {
        return yes ? YesNo.YES : YesNo.NO;
    }

    private void stamp(SenderEncoder sender, RaftMessage message) {
        sender.clusterId(clusterId)
                .directoryId(message.directoryId())
                .incarnation(message.incarnation())
                .term(message.term())
                .memberId(message.fromMember());
    }
}
