package dev.steppe.raft.node.apply;

import dev.steppe.raft.log.EntryCursor;
import dev.steppe.raft.log.layout.EntryChain;
import dev.steppe.raft.log.layout.RecordLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * The entries that are applied, one after another: each is copied, and applied only if the copy continues the chain.
 * What lies in the log may change under its reader. Before it is forced here, because the others of a majority were
 * faster, the file system can take it back: a failed force may leave the page that was there before. Afterwards it can
 * rot. Owned by the apply agent; allocates nothing after construction but for an entry that is longer than the
 * configuration allows today.
 */
public final class CheckedEntries implements AutoCloseable {
    private static final int SHORTEST_MAX_BYTES = 64 * 1024;

    private final EntryCursor cursor;
    private final EntryChain chain;
    private final UnsafeBuffer copied = new UnsafeBuffer();
    private ByteBuffer copy;

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
        copy = bufferOf(RecordLayout.recordBytes(Math.max(entryMaxBytes, SHORTEST_MAX_BYTES)));
        copied.wrap(copy);
    }

    private static ByteBuffer bufferOf(int bytes) {
        return ByteBuffer.allocateDirect(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    /** Moves to entry {@code index}, which may be read, behind one with the chain checksum {@code previousCrc}. */
    Verdict moveTo(long index, long readableIndex, int previousCrc) {
        if (!cursor.moveTo(index, readableIndex)) {
            return Verdict.GONE;
        }
        return isCopySound(index, previousCrc) ? Verdict.SOUND : Verdict.ROTTEN;
    }

    int kind() {
        return RecordLayout.kind(copy, 0);
    }

    long term() {
        return RecordLayout.term(copy, 0);
    }

    long logTimeMs() {
        return RecordLayout.logTimeMs(copy, 0);
    }

    int chainCrc() {
        return RecordLayout.chainCrc(copy, 0);
    }

    /** Where the payload stands until the next move. */
    DirectBuffer buffer() {
        return copied;
    }

    int payloadOffset() {
        return RecordLayout.HEADER_BYTES;
    }

    int payloadBytes() {
        return RecordLayout.payloadBytes(copy, 0);
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
        if (recordBytes > cursor.buffer().capacity() - offset) {
            return false;
        }
        if (recordBytes > copy.capacity()) {
            copy = bufferOf(recordBytes);
            copied.wrap(copy);
        }
        cursor.buffer().getBytes(offset, copied, 0, recordBytes);
        return RecordLayout.recordBytesWithin(copy, 0, recordBytes) == recordBytes
                && RecordLayout.chainCrc(copy, 0) == chain.crcOf(previousCrc, index, copy, 0);
    }
}
