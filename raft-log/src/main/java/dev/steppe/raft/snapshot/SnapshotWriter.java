package dev.steppe.raft.snapshot;

import dev.steppe.base.Invariant;
import dev.steppe.base.OperatingFault;
import dev.steppe.raft.api.machine.SnapshotImage;
import dev.steppe.raft.api.machine.SnapshotSink;
import dev.steppe.raft.storage.FileVerdict;
import dev.steppe.raft.storage.SequentialFile;
import dev.steppe.raft.storage.StorageDirectory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;
import org.agrona.DirectBuffer;

/**
 * Writes one snapshot, a piece a call: header, what the image puts into chunks, trailer, force, name. Until the last
 * call there is no file; after a crash at any point there is the whole file or none. Owned by the snapshot agent.
 *
 * <p>What was written is forced every few megabytes on the way, so that no single force of a large file holds up the
 * log's own.
 */
public final class SnapshotWriter implements AutoCloseable {
    private final SnapshotHeader header;
    private final SnapshotImage image;
    private final SequentialFile file;
    private final long forceEveryBytes;
    private final Chunks chunks = new Chunks();
    private Stage stage = Stage.HEADER;
    private long forcedBytes;

    private enum Stage {
        HEADER,
        CONTENT,
        TRAILER,
        FORCE,
        NAME,
        ENDED
    }

    /**
     * Writes nothing yet.
     *
     * @param forceEveryBytes how much may be written between two forces
     */
    public SnapshotWriter(StorageDirectory directory, SnapshotHeader header, SnapshotImage image, long forceEveryBytes)
            throws OperatingFault {
        this.header = header;
        this.image = image;
        this.forceEveryBytes = forceEveryBytes;
        SnapshotPosition position = header.position();
        file = directory.create(SnapshotLayout.nameOf(position.index(), position.term()));
    }

    /** What is being written. */
    public SnapshotHeader header() {
        return header;
    }

    /** Bytes that have gone into the file so far. */
    public long writtenBytes() {
        return file.lengthBytes();
    }

    /**
     * Does the next piece: at most what the image puts at once, or one force, or the naming. Not called again after an
     * answer other than GOES_ON; REFUSED is none of the answers.
     *
     * @throws OperatingFault when the disk fails; close the writer
     */
    public SnapshotProgress step() throws OperatingFault {
        if (file.lengthBytes() - forcedBytes >= forceEveryBytes) {
            force();
            return SnapshotProgress.GOES_ON;
        }
        FileVerdict verdict = stage();
        if (verdict == FileVerdict.NO_SPACE) {
            close();
            return SnapshotProgress.NO_SPACE;
        }
        return stage == Stage.ENDED ? SnapshotProgress.DONE : SnapshotProgress.GOES_ON;
    }

    private FileVerdict stage() throws OperatingFault {
        return switch (stage) {
            case HEADER -> {
                stage = Stage.CONTENT;
                yield chunks.begin();
            }
            case CONTENT -> {
                boolean isEnd = image.writeTo(chunks);
                stage = isEnd ? Stage.TRAILER : Stage.CONTENT;
                yield chunks.verdict;
            }
            case TRAILER -> {
                stage = Stage.FORCE;
                yield chunks.end();
            }
            case FORCE -> {
                force();
                stage = Stage.NAME;
                yield FileVerdict.DONE;
            }
            case NAME -> name();
            case ENDED -> throw Invariant.broken("a snapshot was written to its end before", file.name());
        };
    }

    private void force() throws OperatingFault {
        file.force();
        forcedBytes = file.lengthBytes();
    }

    private FileVerdict name() throws OperatingFault {
        FileVerdict verdict = file.publish();
        if (verdict == FileVerdict.DONE) {
            stage = Stage.ENDED;
            file.close();
        }
        return verdict;
    }

    /** Gives up what has no name yet; nothing is left of it. Idempotent. */
    @Override
    public void close() {
        stage = Stage.ENDED;
        file.close();
    }

    /** Collects what the image puts and appends it chunk by chunk; behind a full disk it drops everything. */
    private final class Chunks implements SnapshotSink {
        private static final int CAPACITY_BYTES =
                SnapshotLayout.CHUNK_HEAD_BYTES + SnapshotLayout.CHUNK_PAYLOAD_MAX_BYTES;

        private final ByteBuffer chunk =
                ByteBuffer.allocateDirect(CAPACITY_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        private final SnapshotLayout layout = new SnapshotLayout();
        private final CRC32C fileCrc = new CRC32C();
        private FileVerdict verdict = FileVerdict.DONE;
        private int headerCrc;
        private int chunkCount;
        private int payloadBytes;

        FileVerdict begin() throws OperatingFault {
            ByteBuffer bytes = header.encode();
            headerCrc = bytes.getInt(SnapshotLayout.HEADER_CRC);
            append(bytes);
            return verdict;
        }

        @Override
        public void put(DirectBuffer buffer, int offset, int length) throws OperatingFault {
            int takenBytes = 0;
            while (takenBytes < length && verdict == FileVerdict.DONE) {
                int pieceBytes = Math.min(length - takenBytes, SnapshotLayout.CHUNK_PAYLOAD_MAX_BYTES - payloadBytes);
                buffer.getBytes(offset + takenBytes, chunk, SnapshotLayout.CHUNK_HEAD_BYTES + payloadBytes, pieceBytes);
                takenBytes += pieceBytes;
                payloadBytes += pieceBytes;
                if (payloadBytes == SnapshotLayout.CHUNK_PAYLOAD_MAX_BYTES) {
                    appendChunk();
                }
            }
        }

        FileVerdict end() throws OperatingFault {
            if (payloadBytes > 0) {
                appendChunk();
            }
            if (verdict == FileVerdict.DONE) {
                appendTrailer();
            }
            return verdict;
        }

        private void appendChunk() throws OperatingFault {
            int chunkBytes = SnapshotLayout.CHUNK_HEAD_BYTES + SnapshotLayout.padded(payloadBytes);
            for (int offset = SnapshotLayout.CHUNK_HEAD_BYTES + payloadBytes; offset < chunkBytes; offset++) {
                chunk.put(offset, (byte) 0);
            }
            chunk.putInt(SnapshotLayout.PAYLOAD_BYTES, payloadBytes);
            chunk.putInt(SnapshotLayout.CHUNK_CRC, layout.crcOf(headerCrc, chunkCount, chunk, chunkBytes));
            append(chunk.limit(chunkBytes));
            chunk.clear();
            payloadBytes = 0;
            chunkCount++;
        }

        private void appendTrailer() throws OperatingFault {
            chunk.putInt(SnapshotLayout.PAYLOAD_BYTES, 0);
            chunk.putLong(SnapshotLayout.TOTAL_BYTES, file.lengthBytes() + SnapshotLayout.TRAILER_BYTES);
            chunk.putInt(SnapshotLayout.FILE_CRC, (int) fileCrc.getValue());
            chunk.putInt(SnapshotLayout.CHUNK_COUNT, chunkCount);
            int crc = layout.crcOf(headerCrc, chunkCount, chunk, SnapshotLayout.TRAILER_BYTES);
            chunk.putInt(SnapshotLayout.CHUNK_CRC, crc);
            append(chunk.limit(SnapshotLayout.TRAILER_BYTES));
        }

        /** Appends {@code bytes} from 0 to the limit. */
        private void append(ByteBuffer bytes) throws OperatingFault {
            fileCrc.update(bytes);
            bytes.position(0);
            verdict = file.append(bytes);
        }
    }
}
