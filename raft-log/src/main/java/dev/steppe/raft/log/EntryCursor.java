package dev.steppe.raft.log;

import dev.steppe.base.Invariant;
import dev.steppe.raft.log.layout.RecordLayout;
import dev.steppe.raft.log.segment.LogSegment;
import java.nio.ByteOrder;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Reads entries where they lie, without a copy; for replication, apply, recovery and inspection. Reused while reading,
 * owned by one thread, which may be another than the log's: it then reads no further than an index that reached it
 * through a mail. The segment that it stands on is neither unmapped nor used for anything else, although the log may
 * have given it up; so a cursor that is left standing keeps one segment on the disk. Allocates nothing after
 * construction.
 *
 * <p>What the accessors give is valid until the cursor moves; a cursor must not stand on an entry that is being cut.
 */
public final class EntryCursor implements AutoCloseable {
    private static final DirectBuffer NOWHERE = new UnsafeBuffer(new byte[0]);

    private final RaftLog log;
    private DirectBuffer buffer = NOWHERE;
    private @Nullable LogSegment pinned;
    private long index;
    private int recordOffset;
    private int lengthAndKind;
    private boolean isClosed;

    EntryCursor(RaftLog log) {
        this.log = log;
    }

    /**
     * Moves to entry {@code newIndex}, of which the caller knows that entries up to {@code readableIndex} may be read.
     *
     * @return false, and nothing moves, if {@code newIndex} is beyond {@code readableIndex}, or so old that the log has
     *     given it up ({@link RaftLog#firstIndex()})
     */
    public boolean moveTo(long newIndex, long readableIndex) {
        if (isClosed) {
            throw Invariant.broken("closed cursor moved: index", newIndex);
        }
        if (newIndex < 1) {
            throw Invariant.broken("entries begin with 1: index", newIndex);
        }
        if (newIndex > readableIndex) {
            return false;
        }
        LogSegment segment = log.segmentOf(newIndex);
        if (segment == null || (segment != pinned && !hasPinned(segment))) {
            return false;
        }
        index = newIndex;
        recordOffset = segment.offsetOf(newIndex);
        buffer = segment.mapped();
        lengthAndKind = buffer.getInt(recordOffset, ByteOrder.LITTLE_ENDIAN);
        return true;
    }

    /** Holds {@code segment} instead of the one held; false if it is gone. */
    private boolean hasPinned(LogSegment segment) {
        if (!segment.pins().tryPin()) {
            return false;
        }
        unpin();
        pinned = segment;
        return true;
    }

    private void unpin() {
        if (pinned != null) {
            pinned.pins().unpin();
            pinned = null;
        }
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
            buffer = NOWHERE;
            unpin();
            log.cursorClosed();
        }
    }
}
