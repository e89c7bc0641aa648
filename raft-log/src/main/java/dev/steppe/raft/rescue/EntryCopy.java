package dev.steppe.raft.rescue;

import dev.steppe.base.Invariant;
import dev.steppe.base.OperatingFault;
import dev.steppe.raft.log.AppendVerdict;
import dev.steppe.raft.log.LogInspection;
import dev.steppe.raft.log.RaftLog;
import dev.steppe.raft.log.layout.RecordLayout;
import dev.steppe.raft.node.mail.NodeMail;
import dev.steppe.raft.storage.PrepareVerdict;
import java.nio.ByteBuffer;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Appends the entries of one log to another, at the same indexes, with the same terms, times and payloads. What said
 * the membership of the old group becomes an empty entry: its servers are strangers to the new one. Owned by one
 * thread.
 */
final class EntryCopy implements LogInspection.EntryVisitor {
    private static final int BATCH_BYTES = 64 << 10;

    private final RaftLog log;
    private final UnsafeBuffer payload = new UnsafeBuffer(0, 0);
    private long term;
    private long logTimeMs;
    private boolean isFull;

    /** Appends to {@code log}, which ends where the first entry continues it. */
    EntryCopy(RaftLog log) {
        this.log = log;
        logTimeMs = log.base().logTimeMs();
    }

    /** True if the disk had no room; nothing more was taken from then on. */
    boolean isFull() {
        return isFull;
    }

    @Override
    public void entry(long index, ByteBuffer segment, int recordOffset) throws OperatingFault {
        int kind = RecordLayout.kind(segment, recordOffset);
        boolean isMembership = kind == NodeMail.KIND_MEMBERSHIP;
        int payloadBytes = isMembership ? 0 : RecordLayout.payloadBytes(segment, recordOffset);
        payload.wrap(segment, recordOffset + RecordLayout.HEADER_BYTES, payloadBytes);
        begin(RecordLayout.term(segment, recordOffset), RecordLayout.logTimeMs(segment, recordOffset));
        append(isMembership ? NodeMail.KIND_NO_OP : kind, payload, payloadBytes);
        if (!isFull && log.batchLastIndex() != index) {
            throw Invariant.broken("an entry would get another index: old, new", index, log.batchLastIndex());
        }
    }

    /** Appends the membership that the new group begins with, in its first term, and forces everything. */
    void end(long newTerm, DirectBuffer membership) throws OperatingFault {
        begin(newTerm, logTimeMs);
        append(NodeMail.KIND_MEMBERSHIP, membership, membership.capacity());
        log.writeBatch();
        log.force();
    }

    private void begin(long newTerm, long newLogTimeMs) throws OperatingFault {
        boolean isSame = newTerm == term && newLogTimeMs == logTimeMs;
        if (!isSame || log.batchBytes() >= BATCH_BYTES) {
            log.writeBatch();
            log.beginBatch(newTerm, newLogTimeMs);
            term = newTerm;
            logTimeMs = newLogTimeMs;
        }
    }

    private void append(int kind, DirectBuffer buffer, int payloadBytes) throws OperatingFault {
        AppendVerdict verdict = isFull ? AppendVerdict.APPENDED : log.appendEntry(kind, buffer, 0, payloadBytes);
        if (verdict == AppendVerdict.APPENDED) {
            return;
        }
        log.writeBatch();
        isFull = log.prepareNext() == PrepareVerdict.NO_SPACE;
        if (!isFull && log.appendEntry(kind, buffer, 0, payloadBytes) != AppendVerdict.APPENDED) {
            throw Invariant.broken("an entry finds no place in a new segment: bytes", payloadBytes);
        }
    }
}
