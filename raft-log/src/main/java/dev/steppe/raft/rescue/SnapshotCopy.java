package dev.steppe.raft.rescue;

import dev.steppe.base.OperatingFault;
import dev.steppe.raft.api.machine.SnapshotImage;
import dev.steppe.raft.api.machine.SnapshotSink;
import dev.steppe.raft.api.machine.SnapshotSource;
import org.agrona.concurrent.UnsafeBuffer;

/** The content of one snapshot, to be written as another's. Owned by one thread. */
final class SnapshotCopy implements SnapshotImage {
    private static final int PIECE_BYTES = 64 << 10;

    private final SnapshotSource source;
    private final UnsafeBuffer piece = new UnsafeBuffer(new byte[PIECE_BYTES]);

    SnapshotCopy(SnapshotSource source) {
        this.source = source;
    }

    @Override
    public boolean writeTo(SnapshotSink sink) throws OperatingFault {
        int readBytes = source.read(piece, 0, PIECE_BYTES);
        if (readBytes == SnapshotSource.END) {
            return true;
        }
        sink.put(piece, 0, readBytes);
        return false;
    }
}
