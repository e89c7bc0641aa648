package dev.steppe.raft.message;

import dev.steppe.base.Invariant;
import dev.steppe.raft.message.RaftMessage.AppendAsk;
import dev.steppe.raft.message.RaftMessage.AppendReply;
import dev.steppe.raft.message.RaftMessage.FoundingAsk;
import dev.steppe.raft.message.RaftMessage.FoundingReply;
import dev.steppe.raft.message.RaftMessage.HashReport;
import dev.steppe.raft.message.RaftMessage.HashVerdict;
import dev.steppe.raft.message.RaftMessage.Sender;
import dev.steppe.raft.message.RaftMessage.SnapshotAsk;
import dev.steppe.raft.message.RaftMessage.SnapshotReply;
import dev.steppe.raft.message.RaftMessage.TimeoutNow;
import dev.steppe.raft.message.RaftMessage.TimingWord;
import dev.steppe.raft.message.RaftMessage.VoteAsk;
import dev.steppe.raft.message.RaftMessage.VoteReply;
import dev.steppe.raft.message.sbe.AppendAskDecoder;
import dev.steppe.raft.message.sbe.AppendReplyDecoder;
import dev.steppe.raft.message.sbe.FoundingAskDecoder;
import dev.steppe.raft.message.sbe.FoundingReplyDecoder;
import dev.steppe.raft.message.sbe.HashReportDecoder;
import dev.steppe.raft.message.sbe.HashVerdictDecoder;
import dev.steppe.raft.message.sbe.MessageHeaderDecoder;
import dev.steppe.raft.message.sbe.SenderDecoder;
import dev.steppe.raft.message.sbe.SnapshotAskDecoder;
import dev.steppe.raft.message.sbe.SnapshotReplyDecoder;
import dev.steppe.raft.message.sbe.TimeoutNowDecoder;
import dev.steppe.raft.message.sbe.TimingWordDecoder;
import dev.steppe.raft.message.sbe.VoteAskDecoder;
import dev.steppe.raft.message.sbe.VoteReplyDecoder;
import dev.steppe.raft.message.sbe.YesNo;
import dev.steppe.raft.quorum.Membership;
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

    /** Greatest term that is believed. Nobody ever gets there one by one, and from there nobody could go on. */
    public static final long TERM_MAX = 1L << 62;

    private final long clusterId;
    private final int entryHeaderBytes;
    private final MessageHeaderDecoder header = new MessageHeaderDecoder();
    private final VoteAskDecoder voteAsk = new VoteAskDecoder();
    private final VoteReplyDecoder voteReply = new VoteReplyDecoder();
    private final AppendAskDecoder appendAsk = new AppendAskDecoder();
    private final AppendReplyDecoder appendReply = new AppendReplyDecoder();
    private final TimeoutNowDecoder timeoutNow = new TimeoutNowDecoder();
    private final SnapshotAskDecoder snapshotAsk = new SnapshotAskDecoder();
    private final SnapshotReplyDecoder snapshotReply = new SnapshotReplyDecoder();
    private final HashReportDecoder hashReport = new HashReportDecoder();
    private final HashVerdictDecoder hashVerdict = new HashVerdictDecoder();
    private final TimingWordDecoder timingWord = new TimingWordDecoder();
    private final FoundingAskDecoder foundingAsk = new FoundingAskDecoder();
    private final FoundingReplyDecoder foundingReply = new FoundingReplyDecoder();
    private final AppendAsk askCell = new AppendAsk();
    private final AppendReply replyCell = new AppendReply();
    private int bytesOffset;
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
            case TimeoutNowDecoder.TEMPLATE_ID -> decodeTimeoutNow(buffer, bodyOffset, bodyBytes);
            case SnapshotAskDecoder.TEMPLATE_ID -> decodeSnapshotAsk(buffer, bodyOffset, bodyBytes);
            case SnapshotReplyDecoder.TEMPLATE_ID -> decodeSnapshotReply(buffer, bodyOffset, bodyBytes);
            case HashReportDecoder.TEMPLATE_ID -> decodeHashReport(buffer, bodyOffset, bodyBytes);
            case HashVerdictDecoder.TEMPLATE_ID -> decodeHashVerdict(buffer, bodyOffset, bodyBytes);
            case TimingWordDecoder.TEMPLATE_ID -> decodeTimingWord(buffer, bodyOffset, bodyBytes);
            case FoundingAskDecoder.TEMPLATE_ID -> decodeFoundingAsk(buffer, bodyOffset, bodyBytes);
            case FoundingReplyDecoder.TEMPLATE_ID -> decodeFoundingReply(buffer, bodyOffset, bodyBytes);
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

    /** Where in the buffer the entry records of the last append, or the piece of the last snapshot ask, begin. */
    public int bytesOffset() {
        return bytesOffset;
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
        bytesOffset = bodyOffset + fixedBytes;
        SenderDecoder sender = appendAsk.sender();
        askCell.from(sender.memberId(), sender.directoryId(), sender.incarnation(), sender.term())
                .after(appendAsk.prevIndex(), appendAsk.prevTerm(), appendAsk.commitIndex())
                .entries(appendAsk.entryTerm(), appendAsk.entryCount(), entryBytes)
                .to(appendAsk.toIncarnation(), appendAsk.settledRaw() == YesNo.YES.value())
                .round(appendAsk.roundId());
        return checked(sender, askCell, isYesNo(appendAsk.settledRaw()) && isPossible(askCell));
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
        boolean numbersPossible = ask.commitIndex() >= 0 && ask.roundId() >= 0 && ask.toIncarnation() >= 0;
        return prevPossible && (noEntries || someEntries) && numbersPossible;
    }

    private Verdict decodeAppendReply(DirectBuffer buffer, int bodyOffset, int bodyBytes) {
        if (!hasExactly(AppendReplyDecoder.BLOCK_LENGTH, bodyBytes)) {
            return Verdict.MALFORMED;
        }
        appendReply.wrap(buffer, bodyOffset, AppendReplyDecoder.BLOCK_LENGTH, AppendReplyDecoder.SCHEMA_VERSION);
        SenderDecoder sender = appendReply.sender();
        replyCell
                .from(
                        sender.memberId(),
                        sender.directoryId(),
                        sender.incarnation(),
                        sender.term(),
                        appendReply.askIncarnation())
                .counting(appendReply.countsRaw() == YesNo.YES.value())
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
        if (appendReply.roundId() < 0 || !isYesNo(appendReply.countsRaw())) {
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
        boolean preVote = voteAsk.preVoteRaw() == YesNo.YES.value();
        boolean transfer = voteAsk.transferRaw() == YesNo.YES.value();
        boolean possible = isYesNo(voteAsk.preVoteRaw())
                && isYesNo(voteAsk.transferRaw())
                && !(preVote && transfer)
                && voteAsk.ballotId() > 0
                && lastIndex >= 0
                && lastTerm >= 0
                && (lastIndex == 0) == (lastTerm == 0);
        SenderDecoder sender = voteAsk.sender();
        RaftMessage ask = new VoteAsk(senderOf(sender), preVote, transfer, voteAsk.ballotId(), lastIndex, lastTerm);
        return checked(sender, ask, possible && lastTerm <= sender.term());
    }

    private Verdict decodeVoteReply(DirectBuffer buffer, int bodyOffset, int bodyBytes) {
        if (!hasExactly(VoteReplyDecoder.BLOCK_LENGTH, bodyBytes)) {
            return Verdict.MALFORMED;
        }
        voteReply.wrap(buffer, bodyOffset, VoteReplyDecoder.BLOCK_LENGTH, VoteReplyDecoder.SCHEMA_VERSION);
        SenderDecoder sender = voteReply.sender();
        RaftMessage reply = new VoteReply(
                senderOf(sender),
                voteReply.askIncarnation(),
                voteReply.ballotId(),
                voteReply.grantedRaw() == YesNo.YES.value(),
                voteReply.quarantinedRaw() == YesNo.YES.value());
        boolean possible = isYesNo(voteReply.grantedRaw())
                && isYesNo(voteReply.quarantinedRaw())
                && !(voteReply.grantedRaw() == YesNo.YES.value() && voteReply.quarantinedRaw() == YesNo.YES.value());
        return checked(sender, reply, possible && voteReply.ballotId() > 0);
    }

    private Verdict decodeTimeoutNow(DirectBuffer buffer, int bodyOffset, int bodyBytes) {
        if (!hasExactly(TimeoutNowDecoder.BLOCK_LENGTH, bodyBytes)) {
            return Verdict.MALFORMED;
        }
        timeoutNow.wrap(buffer, bodyOffset, TimeoutNowDecoder.BLOCK_LENGTH, TimeoutNowDecoder.SCHEMA_VERSION);
        SenderDecoder sender = timeoutNow.sender();
        return checked(sender, new TimeoutNow(senderOf(sender)), true);
    }

    private Verdict decodeSnapshotAsk(DirectBuffer buffer, int bodyOffset, int bodyBytes) {
        int fixedBytes = SnapshotAskDecoder.BLOCK_LENGTH + SnapshotAskDecoder.pieceHeaderLength();
        if (header.blockLength() != SnapshotAskDecoder.BLOCK_LENGTH || bodyBytes < fixedBytes) {
            return Verdict.MALFORMED;
        }
        snapshotAsk.wrap(buffer, bodyOffset, SnapshotAskDecoder.BLOCK_LENGTH, SnapshotAskDecoder.SCHEMA_VERSION);
        int chunkBytes = buffer.getInt(snapshotAsk.limit(), SnapshotAskDecoder.BYTE_ORDER);
        if (chunkBytes != bodyBytes - fixedBytes) {
            return Verdict.MALFORMED;
        }
        bytesOffset = bodyOffset + fixedBytes;
        SenderDecoder sender = snapshotAsk.sender();
        SnapshotAsk ask = new SnapshotAsk(
                senderOf(sender),
                snapshotAsk.snapshotIndex(),
                snapshotAsk.snapshotTerm(),
                snapshotAsk.totalBytes(),
                snapshotAsk.offsetBytes(),
                chunkBytes);
        return checked(sender, ask, isPossible(ask));
    }

    private static boolean isPossible(SnapshotAsk ask) {
        boolean placePossible = ask.snapshotIndex() >= 1
                && ask.snapshotIndex() < Long.MAX_VALUE - Integer.MAX_VALUE
                && ask.snapshotTerm() >= 1
                && ask.snapshotTerm() <= ask.term();
        // Subtracted, because a sum of two long lies could pass.
        return placePossible
                && ask.chunkBytes() >= 1
                && ask.offsetBytes() >= 0
                && ask.offsetBytes() <= ask.totalBytes() - ask.chunkBytes();
    }

    private Verdict decodeSnapshotReply(DirectBuffer buffer, int bodyOffset, int bodyBytes) {
        if (!hasExactly(SnapshotReplyDecoder.BLOCK_LENGTH, bodyBytes)) {
            return Verdict.MALFORMED;
        }
        snapshotReply.wrap(buffer, bodyOffset, SnapshotReplyDecoder.BLOCK_LENGTH, SnapshotReplyDecoder.SCHEMA_VERSION);
        SenderDecoder sender = snapshotReply.sender();
        SnapshotReply reply = new SnapshotReply(
                senderOf(sender),
                snapshotReply.askIncarnation(),
                snapshotReply.snapshotIndex(),
                snapshotReply.nextOffsetBytes(),
                snapshotReply.doneRaw() == YesNo.YES.value());
        boolean possible =
                isYesNo(snapshotReply.doneRaw()) && reply.snapshotIndex() >= 1 && reply.nextOffsetBytes() >= 0;
        return checked(sender, reply, possible);
    }

    private Verdict decodeHashReport(DirectBuffer buffer, int bodyOffset, int bodyBytes) {
        if (!hasExactly(HashReportDecoder.BLOCK_LENGTH, bodyBytes)) {
            return Verdict.MALFORMED;
        }
        hashReport.wrap(buffer, bodyOffset, HashReportDecoder.BLOCK_LENGTH, HashReportDecoder.SCHEMA_VERSION);
        SenderDecoder sender = hashReport.sender();
        RaftMessage report = new HashReport(senderOf(sender), hashReport.index(), hashReport.stateHash());
        return checked(sender, report, hashReport.index() >= 1);
    }

    private Verdict decodeHashVerdict(DirectBuffer buffer, int bodyOffset, int bodyBytes) {
        if (!hasExactly(HashVerdictDecoder.BLOCK_LENGTH, bodyBytes)) {
            return Verdict.MALFORMED;
        }
        hashVerdict.wrap(buffer, bodyOffset, HashVerdictDecoder.BLOCK_LENGTH, HashVerdictDecoder.SCHEMA_VERSION);
        SenderDecoder sender = hashVerdict.sender();
        RaftMessage verdict = new HashVerdict(
                senderOf(sender),
                hashVerdict.askIncarnation(),
                hashVerdict.index(),
                hashVerdict.majorityHash(),
                hashVerdict.reportedHash());
        boolean possible = hashVerdict.index() >= 1 && hashVerdict.majorityHash() != hashVerdict.reportedHash();
        return checked(sender, verdict, possible);
    }

    private Verdict decodeTimingWord(DirectBuffer buffer, int bodyOffset, int bodyBytes) {
        if (!hasExactly(TimingWordDecoder.BLOCK_LENGTH, bodyBytes)) {
            return Verdict.MALFORMED;
        }
        timingWord.wrap(buffer, bodyOffset, TimingWordDecoder.BLOCK_LENGTH, TimingWordDecoder.SCHEMA_VERSION);
        SenderDecoder sender = timingWord.sender();
        RaftMessage word = new TimingWord(senderOf(sender), timingWord.electionMinNs());
        return checked(sender, word, timingWord.electionMinNs() >= 1);
    }

    private Verdict decodeFoundingAsk(DirectBuffer buffer, int bodyOffset, int bodyBytes) {
        if (!hasExactly(FoundingAskDecoder.BLOCK_LENGTH, bodyBytes)) {
            return Verdict.MALFORMED;
        }
        foundingAsk.wrap(buffer, bodyOffset, FoundingAskDecoder.BLOCK_LENGTH, FoundingAskDecoder.SCHEMA_VERSION);
        SenderDecoder sender = foundingAsk.sender();
        RaftMessage ask = new FoundingAsk(senderOf(sender), foundingAsk.lookId());
        return checked(sender, ask, foundingAsk.lookId() >= 1);
    }

    private Verdict decodeFoundingReply(DirectBuffer buffer, int bodyOffset, int bodyBytes) {
        if (!hasExactly(FoundingReplyDecoder.BLOCK_LENGTH, bodyBytes)) {
            return Verdict.MALFORMED;
        }
        foundingReply.wrap(buffer, bodyOffset, FoundingReplyDecoder.BLOCK_LENGTH, FoundingReplyDecoder.SCHEMA_VERSION);
        SenderDecoder sender = foundingReply.sender();
        RaftMessage reply = new FoundingReply(
                senderOf(sender),
                foundingReply.askDirectoryId(),
                foundingReply.askIncarnation(),
                foundingReply.lookId(),
                foundingReply.emptyRaw() == YesNo.YES.value());
        return checked(sender, reply, isYesNo(foundingReply.emptyRaw()) && foundingReply.lookId() >= 1);
    }

    private static Sender senderOf(SenderDecoder sender) {
        return new Sender(sender.memberId(), sender.directoryId(), sender.incarnation(), sender.term());
    }

    private static boolean isYesNo(short raw) {
        return raw == YesNo.YES.value() || raw == YesNo.NO.value();
    }

    private Verdict checked(SenderDecoder sender, RaftMessage decoded, boolean possible) {
        boolean senderPossible = sender.term() >= 0
                && sender.term() <= TERM_MAX
                && sender.memberId() >= 1
                && sender.memberId() <= Membership.MEMBER_ID_MAX
                && sender.incarnation() >= 0;
        if (!possible || !senderPossible) {
            return Verdict.MALFORMED;
        }
        if (sender.clusterId() != clusterId) {
            return Verdict.OTHER_CLUSTER;
        }
        message = decoded;
        return Verdict.DECODED;
    }
}
