package dev.steppe.raft.node.apply;

import dev.steppe.raft.log.EntryCursor;
import dev.steppe.raft.log.layout.EntryChain;
import dev.steppe.raft.log.layout.RecordLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * The entries that are applied, one after another. What is forced here is read where it lies. What is not, because the
 * others of a majority were faster, can be taken back by the file system at any moment: a failed force may leave the
 * page that was there before. So it is copied, and applied only if the copy continues the chain. Owned by the apply
 * agent; allocates nothing after construction.
 */
public final class CheckedEntries implements AutoCloseable {
    private static final int SHORTEST_MAX_BYTES = 64 * 1024;

    private final EntryCursor cursor;
    private final EntryChain chain;
    private final ByteBuffer copy;
    private final UnsafeBuffer copied;
    private final int recordMaxBytes;
    private long forcedIndex;
    private boolean isCopied;

    /** How an entry was found. */
    enum Verdict {
        SOUND,
        /** The log has given it up. */
        GONE,
        /** It is not what was once written. */
        ROTTEN
    }

    /** What {@code cursor} reads: entries of the group {@code clusterId} of up to {@code entryMaxBytes} of payload. */
    public CheckedEntries(EntryCursor cursor, long clusterId, int entryMaxBytes) {
        this.cursor = cursor;
        chain = new EntryChain(clusterId);
        // A membership or a session's head may be longer than the shortest limit for commands.
        recordMaxBytes = RecordLayout.recordBytes(Math.max(entryMaxBytes, SHORTEST_MAX_BYTES));
        copy = ByteBuffer.allocateDirect(recordMaxBytes).order(ByteOrder.LITTLE_ENDIAN);
        copied = new UnsafeBuffer(copy);
    }

    /** Entries up to {@code index} are forced here. */
    void forced(long index) {
        forcedIndex = Math.max(forcedIndex, index);
    }

    /** Moves to entry {@code index}, which may be read, behind one with the chain checksum {@code previousCrc}. */
    Verdict moveTo(long index, long readableIndex, int previousCrc) {
        if (!cursor.moveTo(index, readableIndex)) {
            return Verdict.GONE;
        }
        isCopied = index > forcedIndex;
        return isCopied && !isCopySound(index, previousCrc) ? Verdict.ROTTEN : Verdict.SOUND;
    }

    int kind() {
        return isCopied ? RecordLayout.kind(copy, 0) : cursor.kind();
    }

    long term() {
        return isCopied ? RecordLayout.term(copy, 0) : cursor.term();
    }

    long logTimeMs() {
        return isCopied ? RecordLayout.logTimeMs(copy, 0) : cursor.logTimeMs();
    }

    int chainCrc() {
        return isCopied ? RecordLayout.chainCrc(copy, 0) : cursor.chainCrc();
    }

    /** Where the payload stands until the next move. */
    DirectBuffer buffer() {
        return isCopied ? copied : cursor.buffer();
    }

    int payloadOffset() {
        return isCopied ? RecordLayout.HEADER_BYTES : cursor.payloadOffset();
    }

    int payloadBytes() {
        return isCopied ? RecordLayout.payloadBytes(copy, 0) : cursor.payloadBytes();
    }

    int recordBytes() {
        return RecordLayout.recordBytes(payloadBytes());
    }

    @Override
    public void close() {
        cursor.close();
    }

    private boolean isCopySound(long index, int previousCrc) {
        int recordBytes = cursor.recordBytes();
        int offset = cursor.recordOffset();
        if (recordBytes > recordMaxBytes || recordBytes > cursor.buffer().capacity() - offset) {
            return false;
        }
        cursor.buffer().getBytes(offset, copied, 0, recordBytes);
        return RecordLayout.recordBytesWithin(copy, 0, recordBytes) == recordBytes
                && RecordLayout.chainCrc(copy, 0) == chain.crcOf(previousCrc, index, copy, 0);
    }
}
