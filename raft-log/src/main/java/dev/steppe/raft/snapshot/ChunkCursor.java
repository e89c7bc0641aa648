package dev.steppe.raft.snapshot;

import dev.steppe.base.OperatingFault;
import dev.steppe.raft.storage.SequentialFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * Walks a snapshot file from its header to its trailer and believes nothing: each length is held against the file
 * before it is followed, each checksum before its bytes are handed on. Owned by one thread. It holds one chunk,
 * whatever the file says.
 */
final class ChunkCursor {
    private final SequentialFile file;
    private final long clusterId;
    private final SnapshotLayout layout = new SnapshotLayout();
    private final CRC32C fileCrc = new CRC32C();
    private final ByteBuffer chunk = ByteBuffer.allocateDirect(
                    SnapshotLayout.CHUNK_HEAD_BYTES + SnapshotLayout.CHUNK_PAYLOAD_MAX_BYTES)
            .order(ByteOrder.LITTLE_ENDIAN);

    private @Nullable SnapshotHeader header;
    private @Nullable String refusal;
    private int headerCrc;
    private int chunkCount;
    private int payloadBytes;
    private long nextOffset;

    ChunkCursor(SequentialFile file, long clusterId) {
        this.file = file;
        this.clusterId = clusterId;
    }

    /** Why the file cannot be believed, in one sentence; null as far as it was read. */
    @Nullable
    String refusal() {
        return refusal;
    }

    /** The header once it was read; null before, and if it was refused. */
    @Nullable
    SnapshotHeader header() {
        return header;
    }

    /** The payload of the chunk that was read last lies in here from {@link SnapshotLayout#CHUNK_HEAD_BYTES} on. */
    ByteBuffer chunk() {
        return chunk;
    }

    /** Length of the payload of the chunk that was read last. */
    int payloadBytes() {
        return payloadBytes;
    }

    /** Reads the header; false if it was refused. */
    boolean readHeader() throws OperatingFault {
        if (file.lengthBytes() < SnapshotLayout.HEADER_FIXED_BYTES) {
            return refuse("ends within its header");
        }
        read(chunk, SnapshotLayout.HEADER_FIXED_BYTES);
        refusal = SnapshotLayout.refusalOf(file.name(), chunk, clusterId);
        if (refusal != null) {
            return false;
        }
        int headerBytes = SnapshotHeader.headerBytesOf(chunk);
        if (headerBytes == 0 || headerBytes > file.lengthBytes()) {
            return refuse("has a damaged header");
        }
        ByteBuffer bytes = ByteBuffer.allocateDirect(headerBytes).order(ByteOrder.LITTLE_ENDIAN);
        read(bytes, headerBytes);
        header = SnapshotHeader.decode(bytes);
        if (header == null) {
            return refuse("has a damaged header");
        }
        SnapshotPosition position = header.position();
        if (!file.name().equals(SnapshotLayout.nameOf(position.index(), position.term()))) {
            header = null;
            return refuse("holds entry " + position.index() + " of term " + position.term() + ", against its name");
        }
        headerCrc = bytes.getInt(SnapshotLayout.HEADER_CRC);
        fileCrc.update(bytes.clear());
        nextOffset = headerBytes;
        return true;
    }

    /**
     * Reads the next chunk, or the trailer: then {@link #payloadBytes()} is 0 and everything in front of it is proven.
     * Not called again after that, nor after a refusal.
     *
     * @return false if it was refused
     */
    boolean readChunk() throws OperatingFault {
        long leftBytes = file.lengthBytes() - nextOffset;
        if (leftBytes < SnapshotLayout.TRAILER_BYTES) {
            return refuse("ends within a chunk");
        }
        read(chunk, SnapshotLayout.CHUNK_HEAD_BYTES);
        payloadBytes = chunk.getInt(SnapshotLayout.PAYLOAD_BYTES);
        if (payloadBytes < 0 || payloadBytes > SnapshotLayout.CHUNK_PAYLOAD_MAX_BYTES) {
            return refuse("has a damaged chunk " + chunkCount);
        }
        boolean isTrailer = payloadBytes == 0;
        int lengthBytes = isTrailer
                ? SnapshotLayout.TRAILER_BYTES
                : SnapshotLayout.CHUNK_HEAD_BYTES + SnapshotLayout.padded(payloadBytes);
        if (lengthBytes > leftBytes || (isTrailer && lengthBytes != leftBytes)) {
            return refuse("has a damaged chunk " + chunkCount);
        }
        read(chunk, lengthBytes);
        if (chunk.getInt(SnapshotLayout.CHUNK_CRC) != layout.crcOf(headerCrc, chunkCount, chunk, lengthBytes)) {
            return refuse("has a damaged chunk " + chunkCount);
        }
        return isTrailer ? isTrailerRight() : take(lengthBytes);
    }

    private boolean take(int lengthBytes) {
        fileCrc.update(chunk.limit(lengthBytes).position(0));
        chunk.clear();
        nextOffset += lengthBytes;
        chunkCount++;
        return true;
    }

    private boolean isTrailerRight() {
        boolean isRight = chunk.getLong(SnapshotLayout.TOTAL_BYTES) == file.lengthBytes()
                && chunk.getInt(SnapshotLayout.FILE_CRC) == (int) fileCrc.getValue()
                && chunk.getInt(SnapshotLayout.CHUNK_COUNT) == chunkCount;
        return isRight || refuse("does not hold what its trailer says");
    }

    /** Reads {@code lengthBytes} at the current place to the start of {@code target}. */
    private void read(ByteBuffer target, int lengthBytes) throws OperatingFault {
        file.read(nextOffset, target.clear().limit(lengthBytes));
        target.clear();
    }

    private boolean refuse(String what) {
        refusal = file.name() + " " + what;
        return false;
    }
}
