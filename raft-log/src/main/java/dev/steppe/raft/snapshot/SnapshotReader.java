package dev.steppe.raft.snapshot;

import dev.steppe.base.Invariant;
import dev.steppe.base.OperatingFault;
import dev.steppe.raft.api.machine.SnapshotSource;
import dev.steppe.raft.storage.SequentialFile;
import org.agrona.MutableDirectBuffer;

/**
 * The content of a snapshot that was proven before, for one restore. It checks everything once more on the way, so that
 * what rots between proof and restore is a fault and never another state. Owned by the apply agent.
 */
public final class SnapshotReader implements SnapshotSource, AutoCloseable {
    private final SequentialFile file;
    private final ChunkCursor cursor;
    private int takenBytes;
    private boolean isAtEnd;

    private SnapshotReader(SequentialFile file, ChunkCursor cursor) {
        this.file = file;
        this.cursor = cursor;
    }

    /** Opens {@code file}, which it owns from now on. */
    static SnapshotReader open(SequentialFile file, long clusterId) throws OperatingFault {
        ChunkCursor cursor = new ChunkCursor(file, clusterId);
        if (!cursor.readHeader()) {
            file.close();
            throw new OperatingFault(cursor.refusal() + ", but was readable before; check the disk");
        }
        return new SnapshotReader(file, cursor);
    }

    /** What the file says about itself. */
    public SnapshotHeader header() {
        SnapshotHeader header = cursor.header();
        if (header == null) {
            throw Invariant.broken("a reader without a header", file.name());
        }
        return header;
    }

    @Override
    public int read(MutableDirectBuffer buffer, int offset, int lengthMax) throws OperatingFault {
        if (takenBytes == cursor.payloadBytes() && !isAtEnd) {
            if (!cursor.readChunk()) {
                throw new OperatingFault(cursor.refusal() + ", but was readable before; check the disk");
            }
            takenBytes = 0;
            isAtEnd = cursor.payloadBytes() == 0;
        }
        if (isAtEnd) {
            return END;
        }
        int readBytes = Math.min(lengthMax, cursor.payloadBytes() - takenBytes);
        buffer.putBytes(offset, cursor.chunk(), SnapshotLayout.CHUNK_HEAD_BYTES + takenBytes, readBytes);
        takenBytes += readBytes;
        return readBytes;
    }

    /** Closes the file. Idempotent. */
    @Override
    public void close() {
        file.close();
    }
}
