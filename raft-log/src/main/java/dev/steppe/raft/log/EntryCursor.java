package dev.steppe.raft.log;

import dev.steppe.base.Invariant;
import dev.steppe.raft.log.layout.RecordLayout;
import java.nio.ByteOrder;
import org.agrona.DirectBuffer;

/**
 * Reads entries where they lie, without a copy; for replication, apply, recovery and inspection. Reused while reading,
 * owned by one thread, which may be another than the log's: it then reads no further than an index that reached it
 * through a mail. While a cursor is open nothing is unmapped. Allocates nothing after construction.
 *
 * <p>What the accessors give is valid until the cursor moves; a cursor must not stand on an entry that is being cut.
 */
public final class EntryCursor implements AutoCloseable {
    private final RaftLog log;
    private DirectBuffer buffer;
    private long index;
    private int recordOffset;
    private int lengthAndKind;
    private boolean isClosed;

    EntryCursor(RaftLog log, DirectBuffer anySegment) {
        this.log = log;
        buffer = anySegment;
    }

    /**
     * Moves to entry {@code newIndex}, of which the caller knows that entries up to {@code readableIndex} may be read.
     *
     * @return false, and nothing moves, if {@code newIndex} is beyond {@code readableIndex}
     */
    public boolean moveTo(long newIndex, long readableIndex) {
        if (isClosed) {
            throw Invariant.broken("closed cursor moved: index", newIndex);
        }
        if (newIndex < log.firstIndex()) {
            throw Invariant.broken("entry before the log: index, first", newIndex, log.firstIndex());
        }
        if (newIndex > readableIndex) {
            return false;
        }
        LogSegment segment = log.segmentOf(newIndex);
        index = newIndex;
        recordOffset = segment.offsetOf(newIndex);
        buffer = segment.mapped();
        lengthAndKind = buffer.getInt(recordOffset, ByteOrder.LITTLE_ENDIAN);
        return true;
    }

    /** Moves to the next entry, like {@link #moveTo}. */
    public boolean next(long readableIndex) {
        return moveTo(index + 1, readableIndex);
    }

    /** Index of the entry, from 1. */
    public long index() {
        return index;
    }

    /** Kind of the entry, 0..255. */
    public int kind() {
        return lengthAndKind >>> 24;
    }

    /** Term of the entry. */
    public long term() {
        return buffer.getLong(recordOffset + 8, ByteOrder.LITTLE_ENDIAN);
    }

    /** Log time of the entry, in milliseconds. */
    public long logTimeMs() {
        return buffer.getLong(recordOffset + 16, ByteOrder.LITTLE_ENDIAN);
    }

    /** Chain checksum of the entry: equal on two replicas exactly if all entries up to it are (up to collisions). */
    public int chainCrc() {
        return buffer.getInt(recordOffset + 4, ByteOrder.LITTLE_ENDIAN);
    }

    /** The mapped segment that holds the entry; read only. */
    public DirectBuffer buffer() {
        return buffer;
    }

    /** Offset of the payload in {@link #buffer()}. */
    public int payloadOffset() {
        return recordOffset + RecordLayout.HEADER_BYTES;
    }

    /** Length of the payload in bytes. */
    public int payloadBytes() {
        return lengthAndKind & RecordLayout.PAYLOAD_MAX_BYTES;
    }

    /** Offset of the whole record in {@link #buffer()}; copied as it is, it is what a follower stores. */
    public int recordOffset() {
        return recordOffset;
    }

    /** Length of the whole record in bytes. */
    public int recordBytes() {
        return RecordLayout.recordBytes(payloadBytes());
    }

    /** Lets the log unmap once it is closed and no other cursor is open. Idempotent. */
    @Override
    public void close() {
        if (!isClosed) {
            isClosed = true;
            log.cursorClosed();
        }
    }
}
