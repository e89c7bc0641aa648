package dev.steppe.raft.node.consensus;

import dev.steppe.base.Invariant;
import dev.steppe.raft.core.LogShape;
import dev.steppe.raft.log.EntryCursor;
import dev.steppe.raft.log.layout.EntryChain;
import dev.steppe.raft.log.layout.RecordLayout;
import dev.steppe.raft.message.RaftMessage.AppendAsk;
import dev.steppe.raft.node.mail.NodeMail;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.agrona.DirectBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Looks at runs of entries where they cross this member's border, before anything is built on them: whole records of
 * the term that was named, and a continuation of the chain. So rot on a leader's disk stops that leader instead of
 * every follower that it feeds, and bytes that a peer got wrong are lost like a frame. Owned by the consensus agent;
 * allocates nothing once it has seen its buffer.
 */
public final class RunCheck {
    private final EntryChain chain;
    private final EntryCursor cursor;
    private final int runMaxBytes;
    private @Nullable ByteBuffer seen;
    private ByteBuffer view = ByteBuffer.allocate(0);
    private int checkedCrc;
    private int foundCrc;
    private int membershipCount;
    private long baseIndex;
    private int baseCrc = EntryChain.ORIGIN;
    private long handedIndex = -1;
    private int handedCrc;

    /** For runs of up to {@code runMaxBytes} that continue the log under {@code cursor}. */
    public RunCheck(long clusterId, EntryCursor cursor, int runMaxBytes) {
        chain = new EntryChain(clusterId);
        this.cursor = cursor;
        this.runMaxBytes = runMaxBytes;
    }

    /**
     * Whether a run that arrived at {@code offset} may be shown to the core, whose log has {@code shape} and can be
     * read up to {@code readableIndex}. False also while the entry before it is not written yet: the leader says it
     * again.
     */
    boolean isTakeable(AppendAsk ask, DirectBuffer buffer, int offset, LogShape shape, long readableIndex) {
        if (ask.entryBytes() > runMaxBytes) {
            return false;
        }
        look(buffer);
        if (!isWhole(ask, offset)) {
            return false;
        }
        long prevIndex = ask.prevIndex();
        boolean isRefused = prevIndex > shape.lastIndex()
                || (prevIndex >= shape.baseIndex() && shape.termAt(prevIndex) != ask.prevTerm());
        if (isRefused) {
            return true;
        }
        if (prevIndex < baseIndex) {
            return isChainedFromBase(ask, offset);
        }
        if (prevIndex == handedIndex) {
            return isChained(ask, offset, handedCrc);
        }
        return prevIndex <= readableIndex && findsCrc(prevIndex, readableIndex) && isChained(ask, offset, foundCrc);
    }

    /** The log begins behind {@code index}, whose entry had that chain checksum. */
    public void base(long index, int chainCrc) {
        baseIndex = index;
        baseCrc = chainCrc;
    }

    /** How many entries of the run that was looked at last say a membership. */
    int membershipCount() {
        return membershipCount;
    }

    /** The run that was looked at last is on its way to the log: the next one may follow it before it is written. */
    public void handed(long lastIndex) {
        handedIndex = lastIndex;
        handedCrc = checkedCrc;
    }

    /**
     * Finds what a run that is copied next must continue; false if the log has given up the entry before it, of which
     * the core may hear later.
     */
    public boolean begins(AppendAsk ask, long readableIndex) {
        return findsCrc(ask.prevIndex(), readableIndex);
    }

    /** Whether a run that {@link #begins} and was copied to {@code offset} is what was once written there. */
    boolean isSound(AppendAsk ask, DirectBuffer buffer, int offset) {
        look(buffer);
        return isWhole(ask, offset) && isChained(ask, offset, foundCrc);
    }

    @SuppressWarnings("ReferenceEquality") // The same memory is meant, not equal bytes.
    private void look(DirectBuffer buffer) {
        ByteBuffer bytes = buffer.byteBuffer();
        if (bytes == null || buffer.wrapAdjustment() != 0) {
            throw Invariant.broken("frames lie in whole direct buffers: adjustment", buffer.wrapAdjustment());
        }
        if (bytes != seen) {
            seen = bytes;
            view = bytes.duplicate().order(ByteOrder.LITTLE_ENDIAN);
            view.clear();
        }
    }

    /** Finds the chain checksum of an entry; false if the log has given it up. */
    private boolean findsCrc(long index, long readableIndex) {
        if (index == baseIndex) {
            foundCrc = baseCrc;
            return true;
        }
        if (index < baseIndex || !cursor.moveTo(index, readableIndex)) {
            return false;
        }
        foundCrc = cursor.chainCrc();
        return true;
    }

    /** Exactly as many whole records of that term as the message says. */
    private boolean isWhole(AppendAsk ask, int startOffset) {
        int offset = startOffset;
        int endOffset = startOffset + ask.entryBytes();
        membershipCount = 0;
        for (int i = 0; i < ask.entryCount(); i++) {
            int recordBytes = RecordLayout.recordBytesWithin(view, offset, endOffset);
            if (recordBytes < 0 || RecordLayout.term(view, offset) != ask.entryTerm()) {
                return false;
            }
            if (RecordLayout.kind(view, offset) == NodeMail.KIND_MEMBERSHIP) {
                membershipCount++;
            }
            offset += recordBytes;
        }
        return offset == endOffset;
    }

    /** What lies in front of the base is in the snapshot; the base must be the one, and what follows must follow it. */
    private boolean isChainedFromBase(AppendAsk ask, int startOffset) {
        if (ask.lastIndex() <= baseIndex) {
            return true;
        }
        int offset = startOffset;
        int recordCrc = baseCrc;
        for (long index = ask.prevIndex() + 1; index <= ask.lastIndex(); index++) {
            int writtenCrc = RecordLayout.chainCrc(view, offset);
            boolean isRight = index < baseIndex
                    || writtenCrc == (index == baseIndex ? baseCrc : chain.crcOf(recordCrc, index, view, offset));
            if (!isRight) {
                return false;
            }
            recordCrc = index < baseIndex ? recordCrc : writtenCrc;
            offset += RecordLayout.recordBytes(RecordLayout.payloadBytes(view, offset));
        }
        checkedCrc = recordCrc;
        return true;
    }

    private boolean isChained(AppendAsk ask, int startOffset, int prevCrc) {
        int offset = startOffset;
        checkedCrc = prevCrc;
        for (int i = 1; i <= ask.entryCount(); i++) {
            int recordCrc = RecordLayout.chainCrc(view, offset);
            if (recordCrc != chain.crcOf(checkedCrc, ask.prevIndex() + i, view, offset)) {
                return false;
            }
            checkedCrc = recordCrc;
            offset += RecordLayout.recordBytes(RecordLayout.payloadBytes(view, offset));
        }
        return true;
    }
}
