package dev.steppe.raft.snapshot;

import dev.steppe.base.Invariant;
import dev.steppe.base.OperatingFault;
import dev.steppe.raft.storage.FileVerdict;
import dev.steppe.raft.storage.SequentialFile;
import dev.steppe.raft.storage.StorageDirectory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.agrona.DirectBuffer;
import org.jspecify.annotations.Nullable;

/**
 * A snapshot on its way from another server: takes its bytes in their order, whoever sends them and however often, and
 * gives the file its name only after it was forced and read back. Owned by the snapshot agent.
 *
 * <p>One comes at a time. A newer one of the same leader takes its place, and so does any one of a newer leader: that
 * one may have no other. A connection or a sender that ends costs nothing: the next chunk that fits goes on. Two
 * senders have the same bytes for the same entry; where they have not, the checksums refuse what was mixed and it
 * begins anew. After a restart of this server it begins anew too.
 */
public final class SnapshotReceiver implements AutoCloseable {
    private final StorageDirectory directory;
    private final long clusterId;
    private final long forceEveryBytes;
    private final ByteBuffer piece =
            ByteBuffer.allocateDirect(SnapshotLayout.CHUNK_PAYLOAD_MAX_BYTES).order(ByteOrder.LITTLE_ENDIAN);

    private @Nullable SequentialFile file;
    private @Nullable SnapshotProof proof;
    private @Nullable SnapshotHeader received;
    private @Nullable String refusal;
    private @Nullable Chunk begun;
    private long leaderTerm;
    private long forcedBytes;

    /**
     * Nothing is on its way.
     *
     * @param forceEveryBytes how much may be written between two forces
     */
    public SnapshotReceiver(StorageDirectory directory, long clusterId, long forceEveryBytes) {
        this.directory = directory;
        this.clusterId = clusterId;
        this.forceEveryBytes = forceEveryBytes;
    }

    /** The offset that is wanted next of the snapshot that {@code chunk} belongs to; 0 unless that one is coming. */
    public long nextOffsetBytes(Chunk chunk) {
        return file != null && chunk.isOfSameFileAs(begun) ? file.lengthBytes() : 0;
    }

    /** Why the last chunk or the whole file was refused, in one sentence; null if it was not. */
    public @Nullable String refusal() {
        return refusal;
    }

    /** What came last and has its name; null before the first. */
    public @Nullable SnapshotHeader received() {
        return received;
    }

    /**
     * Takes one chunk; a copy. At most one write and one force.
     *
     * @param chunk as a peer says; nothing of it is believed
     * @param length at most 256 KiB
     * @throws OperatingFault when the disk fails
     */
    public ChunkVerdict take(Chunk chunk, DirectBuffer buffer, int offset, int length) throws OperatingFault {
        refusal = refusalOf(chunk, length);
        if (refusal != null) {
            return ChunkVerdict.REFUSED;
        }
        if (received != null && chunk.index <= received.position().index()) {
            return ChunkVerdict.RECEIVED;
        }
        if (!chunk.isOfSameFileAs(begun) && isOlder(chunk)) {
            return ChunkVerdict.OLDER;
        }
        if (chunk.offsetBytes != nextOffsetBytes(chunk)) {
            return ChunkVerdict.NOT_NEXT;
        }
        piece.clear();
        buffer.getBytes(offset, piece, 0, length);
        if (chunk.offsetBytes == 0) {
            refusal = refusalOfFirst(chunk, length);
            if (refusal != null) {
                return ChunkVerdict.REFUSED;
            }
            begin(chunk);
        }
        leaderTerm = Math.max(leaderTerm, chunk.leaderTerm);
        return append(chunk, length);
    }

    /** Last entry of the snapshot that {@link #isWhole()} speaks of; 0 if nothing is on its way. */
    public long wholeIndex() {
        return begun == null ? 0 : begun.index;
    }

    /** True from the last chunk until {@link #step()} ends, or a chunk of another snapshot begins that one. */
    public boolean isWhole() {
        return file != null && begun != null && file.lengthBytes() == begun.totalBytes;
    }

    /**
     * After WHOLE: forces, reads back and names the file, a piece a call.
     *
     * @return DONE: {@link #received()} tells what there is now; REFUSED: {@link #refusal()} tells why, and it may come
     *     anew from offset 0; NO_SPACE: it must come anew; not called again after any of them
     * @throws OperatingFault when the disk fails
     */
    public SnapshotProgress step() throws OperatingFault {
        SequentialFile whole = file;
        if (whole == null || !isWhole()) {
            throw Invariant.broken("step of a snapshot that is not whole", String.valueOf(begun));
        }
        if (forcedBytes < whole.lengthBytes()) {
            force(whole);
            return SnapshotProgress.GOES_ON;
        }
        if (proof == null) {
            proof = new SnapshotProof(whole, clusterId);
        }
        if (proof.step()) {
            return SnapshotProgress.GOES_ON;
        }
        refusal = proof.refusal();
        SnapshotHeader header = proof.header();
        if (refusal != null) {
            drop();
            return SnapshotProgress.REFUSED;
        }
        FileVerdict verdict = whole.publish();
        drop();
        if (verdict == FileVerdict.NO_SPACE) {
            return SnapshotProgress.NO_SPACE;
        }
        received = header;
        return SnapshotProgress.DONE;
    }

    /** What came last turned out to be damaged where it lies: it may come again. */
    public void disbelieve() {
        received = null;
    }

    /** Gives up what is on its way. Idempotent. */
    @Override
    public void close() {
        drop();
    }

    private boolean isOlder(Chunk chunk) {
        boolean isOlderIndex = chunk.leaderTerm == leaderTerm && begun != null && chunk.index < begun.index;
        return chunk.leaderTerm < leaderTerm || isOlderIndex;
    }

    private void begin(Chunk chunk) throws OperatingFault {
        drop();
        begun = chunk;
        file = directory.create(SnapshotLayout.nameOf(chunk.index, chunk.term));
    }

    private ChunkVerdict append(Chunk chunk, int length) throws OperatingFault {
        SequentialFile target = file;
        if (target == null) {
            throw Invariant.broken("no file for a chunk of snapshot", chunk.index);
        }
        if (target.append(piece.position(0).limit(length)) == FileVerdict.NO_SPACE) {
            return ChunkVerdict.NO_SPACE;
        }
        if (target.lengthBytes() == chunk.totalBytes) {
            return ChunkVerdict.WHOLE;
        }
        if (target.lengthBytes() - forcedBytes >= forceEveryBytes) {
            force(target);
        }
        return ChunkVerdict.STORED;
    }

    private void force(SequentialFile target) throws OperatingFault {
        target.force();
        forcedBytes = target.lengthBytes();
    }

    private void drop() {
        if (file != null) {
            file.close();
        }
        file = null;
        proof = null;
        begun = null;
        forcedBytes = 0;
    }

    private static @Nullable String refusalOf(Chunk chunk, int length) {
        boolean isPossible = chunk.index > 0
                && chunk.term > 0
                && chunk.leaderTerm >= chunk.term
                && length > 0
                && length <= SnapshotLayout.CHUNK_PAYLOAD_MAX_BYTES
                && chunk.offsetBytes >= 0
                && chunk.totalBytes >= SnapshotLayout.HEADER_FIXED_BYTES + SnapshotLayout.TRAILER_BYTES
                && chunk.offsetBytes <= chunk.totalBytes - length;
        return isPossible ? null : "no snapshot has such a chunk: " + chunk + " of " + length + " bytes";
    }

    /** What is no snapshot, or none of this group or format, is refused before its gigabytes come. */
    private @Nullable String refusalOfFirst(Chunk chunk, int length) {
        String name = SnapshotLayout.nameOf(chunk.index, chunk.term);
        return length < SnapshotLayout.HEADER_FIXED_BYTES
                ? "the first chunk of " + name + " is too short: " + length + " bytes"
                : SnapshotLayout.refusalOf(name, piece, clusterId);
    }

    /**
     * What a peer says about a chunk.
     *
     * @param leaderTerm term in which the sender leads
     * @param index last entry of the snapshot
     * @param term term of that entry
     * @param totalBytes length of the whole file
     * @param offsetBytes where the chunk lies in it
     */
    public record Chunk(long leaderTerm, long index, long term, long totalBytes, long offsetBytes) {
        private boolean isOfSameFileAs(@Nullable Chunk other) {
            return other != null && index == other.index && term == other.term && totalBytes == other.totalBytes;
        }
    }
}
