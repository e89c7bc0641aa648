package dev.steppe.raft.rescue;

import dev.steppe.raft.log.LogInspection;
import dev.steppe.raft.log.layout.LogPosition;
import dev.steppe.raft.log.layout.RecordLayout;
import dev.steppe.raft.node.mail.NodeMail;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * What the entries of a log come to, whatever group they are of: two logs with the same digest hold the same commands
 * at the same places. A membership counts as the empty entry that takes its place in a new group. Owned by one thread.
 */
final class EntryDigest implements LogInspection.EntryVisitor {
    private final CRC32C crc = new CRC32C();
    private final ByteBuffer head = ByteBuffer.allocate(4 * Long.BYTES);
    private long count;
    private long lastTerm;
    private long lastLogTimeMs;

    /** The digest of no entry behind {@code position}. */
    EntryDigest(LogPosition position) {
        lastTerm = position.term();
        lastLogTimeMs = position.logTimeMs();
    }

    @Override
    public void entry(long index, ByteBuffer segment, int recordOffset) {
        int kind = RecordLayout.kind(segment, recordOffset);
        long term = RecordLayout.term(segment, recordOffset);
        long logTimeMs = RecordLayout.logTimeMs(segment, recordOffset);
        if (kind == NodeMail.KIND_MEMBERSHIP) {
            empty(index, term, logTimeMs);
            return;
        }
        int payloadBytes = RecordLayout.payloadBytes(segment, recordOffset);
        int payloadOffset = recordOffset + RecordLayout.HEADER_BYTES;
        head(index, term, logTimeMs, RecordLayout.lengthAndKind(payloadBytes, kind));
        crc.update(segment.duplicate().limit(payloadOffset + payloadBytes).position(payloadOffset));
    }

    /** Counts an empty entry. */
    void empty(long index, long term, long logTimeMs) {
        head(index, term, logTimeMs, RecordLayout.lengthAndKind(0, NodeMail.KIND_NO_OP));
    }

    private void head(long index, long term, long logTimeMs, int lengthAndKind) {
        crc.update(head.clear()
                .putLong(index)
                .putLong(term)
                .putLong(logTimeMs)
                .putInt(lengthAndKind)
                .flip());
        lastTerm = term;
        lastLogTimeMs = logTimeMs;
        count++;
    }

    /** Term of the last entry. */
    long lastTerm() {
        return lastTerm;
    }

    /** Log time of the last entry, in milliseconds. */
    long lastLogTimeMs() {
        return lastLogTimeMs;
    }

    /** Entries that it counted. */
    long count() {
        return count;
    }

    /** The checksum of all of them. */
    long value() {
        return crc.getValue();
    }
}
