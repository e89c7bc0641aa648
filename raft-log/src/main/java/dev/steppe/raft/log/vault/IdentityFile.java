package dev.steppe.raft.log.vault;

import dev.steppe.base.Invariant;
import dev.steppe.base.OperatingFault;
import dev.steppe.raft.log.layout.LogIdentity;
import dev.steppe.raft.log.layout.Slot;
import dev.steppe.raft.storage.StorageFile;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Whose directory this is, and how often it was opened. The last file that is made when a directory is formatted: where
 * it is, the others are. Owned by the thread that opens the log.
 */
public final class IdentityFile implements AutoCloseable {
    /** Name of the file. */
    public static final String FILE_NAME = "identity";

    /**
     * Its name in a directory that an operator's act has begun and not finished: no server starts there, for what the
     * directory holds is not whole.
     */
    public static final String UNFINISHED_NAME = "identity-unfinished";

    /** Length of the file in bytes. */
    public static final int FILE_BYTES = SlotPair.FILE_BYTES;

    private final SlotPair pair;
    private final Slot slot;

    private IdentityFile(SlotPair pair, Slot slot) {
        this.pair = pair;
        this.slot = slot;
    }

    /**
     * The first bytes of a new identity file, with incarnation 0.
     *
     * @param directoryId drawn for this directory; 0 is a broken invariant
     */
    public static ByteBuffer head(LogIdentity identity, long directoryId) {
        if (directoryId == 0) {
            throw Invariant.broken("a directory's id must not be 0: member", identity.memberId());
        }
        Slot slot = new Slot(Slot.IDENTITY, 0, 0);
        slot.value(0, identity.clusterId()).value(1, identity.memberId()).value(3, directoryId);
        return SlotPair.head(slot);
    }

    /** Reads {@code file}; null if both slots are damaged. */
    public static @Nullable IdentityFile read(StorageFile file) {
        Slot slot = new Slot(Slot.IDENTITY, 0, 0);
        SlotPair pair = new SlotPair(file, slot);
        return pair.read() ? new IdentityFile(pair, slot) : null;
    }

    /** True if {@code file} is whole and of a version of the format that is not known here: then all else may be. */
    public static boolean isOfAnotherVersion(StorageFile file) {
        return new SlotPair(file, new Slot(Slot.IDENTITY, 0, 0)).isOfAnotherVersion();
    }

    /** Whose directory it is. */
    public LogIdentity identity() {
        return new LogIdentity(slot.value(0), (int) slot.value(1));
    }

    /** How often the directory was opened, this time included once {@link #begin()} has returned. */
    public long incarnation() {
        return slot.value(2);
    }

    /** Random and not 0: tells this directory from every other that the same member ever had. */
    public long directoryId() {
        return slot.value(3);
    }

    /** Counts one more opening; returns when that is on the disk. */
    public void begin() throws OperatingFault {
        pair.repair();
        slot.value(2, incarnation() + 1);
        pair.store();
    }

    /** Closes the file. Idempotent. */
    @Override
    public void close() {
        pair.close();
    }
}
