package dev.steppe.raft.snapshot;

import dev.steppe.base.OperatingFault;
import dev.steppe.raft.storage.SequentialFile;
import org.jspecify.annotations.Nullable;

/** Reads a whole file, a chunk a call, to see whether it can be believed. Owned by the snapshot agent. */
final class SnapshotProof implements AutoCloseable {
    private final SequentialFile file;
    private final ChunkCursor cursor;
    private boolean isEnded;
    private @Nullable String readFault;

    /** Of {@code file}, which it closes if {@link #close} is called. */
    SnapshotProof(SequentialFile file, long clusterId) {
        this.file = file;
        cursor = new ChunkCursor(file, clusterId);
    }

    /** Reads the next piece; false when there is no next one: then there is a refusal, or the file is proven. */
    boolean step() {
        if (isEnded) {
            return false;
        }
        try {
            isEnded =
                    cursor.header() == null ? !cursor.readHeader() : !cursor.readChunk() || cursor.payloadBytes() == 0;
        } catch (OperatingFault fault) {
            // What cannot be read is worth as much as what reads wrong: another snapshot, or a peer, has to stand in.
            readFault = fault.getMessage();
            isEnded = true;
        }
        return !isEnded;
    }

    /** Why the file cannot be believed; null if nothing speaks against it so far. */
    @Nullable
    String refusal() {
        return readFault != null ? readFault : cursor.refusal();
    }

    /** The header; null before it was read. */
    @Nullable
    SnapshotHeader header() {
        return cursor.header();
    }

    @Override
    public void close() {
        file.close();
    }
}
