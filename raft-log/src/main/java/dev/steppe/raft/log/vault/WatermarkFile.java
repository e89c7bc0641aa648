package dev.steppe.raft.log.vault;

import dev.steppe.base.OperatingFault;
import dev.steppe.raft.log.layout.LogIdentity;
import dev.steppe.raft.log.layout.Slot;
import dev.steppe.raft.storage.StorageFile;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * The highest index known to be forced, stored after each force and not forced itself: it costs no barrier, and where
 * it survives it tells recovery that the last batch, which no later frame vouches for, had been acknowledged. Owned by
 * the thread that writes the log. Losing it loses no entry.
 */
public final class WatermarkFile implements AutoCloseable {
    /** Name of the file. */
    public static final String FILE_NAME = "watermark";

    /** Length of the file in bytes. */
    public static final int FILE_BYTES = Slot.PAGE_BYTES;

    private final StorageFile file;
    private final Slot slot;
    private final boolean wasReadable;

    private WatermarkFile(StorageFile file, Slot slot) {
        this.file = file;
        this.slot = slot;
        wasReadable = slot.decode(file.mapping(), 0);
    }

    /** The first bytes of a new file: nothing is known to be forced. */
    public static ByteBuffer head(LogIdentity identity) {
        return slotOf(identity).encodeNext();
    }

    /** Opens {@code file}, readable or not; null if it has another length and must be made anew. */
    public static @Nullable WatermarkFile open(StorageFile file, LogIdentity identity) {
        return file.lengthBytes() == FILE_BYTES ? new WatermarkFile(file, slotOf(identity)) : null;
    }

    /** True if what the file held when it was opened can be believed; if not, the values are 0. */
    public boolean wasReadable() {
        return wasReadable;
    }

    /** Cut marks that had been written when {@link #index()} was known to be forced. */
    public long cutCount() {
        return slot.value(0);
    }

    /** The index known to be forced. */
    public long index() {
        return slot.value(1);
    }

    /** Term of the entry at {@link #index()}. */
    public long term() {
        return slot.value(2);
    }

    /** Stores without forcing. Allocates nothing. */
    public void store(long cutCount, long index, long term) throws OperatingFault {
        slot.value(0, cutCount).value(1, index).value(2, term);
        file.write(0, slot.encodeNext());
    }

    /** Forces what was stored; for a clean end. */
    public void force() throws OperatingFault {
        file.force();
    }

    /** Closes the file. Idempotent. */
    @Override
    public void close() {
        file.close();
    }

    private static Slot slotOf(LogIdentity identity) {
        return new Slot(Slot.WATERMARK, identity.clusterId(), identity.memberId());
    }
}
