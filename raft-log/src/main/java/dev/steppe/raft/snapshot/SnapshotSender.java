package dev.steppe.raft.snapshot;

import dev.steppe.base.OperatingFault;
import dev.steppe.raft.storage.SequentialFile;
import java.nio.ByteBuffer;
import java.util.function.Consumer;

/**
 * One snapshot on its way to another server: any range of its bytes, as often as the other one asks. The shelf keeps
 * the file meanwhile. Owned by the snapshot agent.
 */
public final class SnapshotSender implements AutoCloseable {
    /** What {@link #read} answers to an offset that the file does not have. */
    public static final int NO_SUCH_OFFSET = -1;

    private final SequentialFile file;
    private final SnapshotPosition position;
    private final Consumer<String> unpin;
    private boolean isClosed;

    SnapshotSender(SequentialFile file, SnapshotPosition position, Consumer<String> unpin) {
        this.file = file;
        this.position = position;
        this.unpin = unpin;
    }

    /** The last entry of the snapshot. */
    public SnapshotPosition position() {
        return position;
    }

    /** Bytes of the whole file. */
    public long totalBytes() {
        return file.lengthBytes();
    }

    /**
     * Fills {@code target}, a direct buffer, from its position towards its limit with the bytes at {@code offsetBytes};
     * its position ends behind the last one. Allocates nothing.
     *
     * @param offsetBytes anything that a peer may say
     * @return how many bytes; fewer than there was room only at the end of the file, 0 behind its last byte;
     *     {@link #NO_SUCH_OFFSET} for an offset below 0 or beyond the end
     * @throws OperatingFault when the disk cannot read them
     */
    public int read(long offsetBytes, ByteBuffer target) throws OperatingFault {
        if (offsetBytes < 0 || offsetBytes > file.lengthBytes()) {
            return NO_SUCH_OFFSET;
        }
        int readBytes = (int) Math.min(target.remaining(), file.lengthBytes() - offsetBytes);
        int limit = target.limit();
        file.read(offsetBytes, target.limit(target.position() + readBytes));
        target.limit(limit);
        return readBytes;
    }

    /** Lets the shelf remove the file when it is old. Idempotent. */
    @Override
    public void close() {
        if (!isClosed) {
            isClosed = true;
            file.close();
            unpin.accept(file.name());
        }
    }
}
