package dev.steppe.raft.log.vault;

import dev.steppe.base.OperatingFault;
import dev.steppe.raft.log.layout.LogIdentity;
import dev.steppe.raft.log.layout.LogPosition;
import dev.steppe.raft.log.layout.Slot;
import dev.steppe.raft.storage.StorageFile;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Where the log begins: the first segment that is kept, and the entry before it. Stored and forced before a segment
 * below it is given up, so segments below it are obsolete whether they are there or not. Owned by the thread that
 * writes the log.
 */
public final class BaseFile implements AutoCloseable {
    /** Name of the file. */
    public static final String FILE_NAME = "base";

    /** Length of the file in bytes. */
    public static final int FILE_BYTES = SlotPair.FILE_BYTES;

    private final SlotPair pair;
    private final Slot slot;

    private BaseFile(SlotPair pair, Slot slot) {
        this.pair = pair;
        this.slot = slot;
    }

    /**
     * The first bytes of a new file: a log that begins behind {@code position} in the segment {@code firstGeneration}.
     */
    public static ByteBuffer head(LogIdentity identity, long firstGeneration, LogPosition position) {
        return SlotPair.head(filled(slotOf(identity), firstGeneration, position, 0));
    }

    /** Reads {@code file}; null if both slots are damaged. Not to be relied on before {@link #repair()}. */
    public static @Nullable BaseFile read(StorageFile file, LogIdentity identity) {
        Slot slot = slotOf(identity);
        SlotPair pair = new SlotPair(file, slot);
        return pair.read() ? new BaseFile(pair, slot) : null;
    }

    /** Returns when what was read is on the disk, twice. */
    public void repair() throws OperatingFault {
        pair.repair();
    }

    /** Generation of the first segment that is kept. */
    public long firstGeneration() {
        return slot.value(0);
    }

    /** The entry before the first frame of that segment. */
    public LogPosition position() {
        return new LogPosition(slot.value(1), slot.value(2), (int) slot.value(3), slot.value(4));
    }

    /** Cut marks that had been written before that segment. */
    public int cutCount() {
        return (int) slot.value(5);
    }

    /** True if nothing was ever stored. */
    public boolean isFresh() {
        return slot.sequence() == 1;
    }

    /** Stores all; returns when it is forced. Two writes and two forces. */
    public void store(long firstGeneration, LogPosition position, int cutCount) throws OperatingFault {
        filled(slot, firstGeneration, position, cutCount);
        pair.store();
    }

    private static Slot filled(Slot slot, long firstGeneration, LogPosition position, int cutCount) {
        return slot.value(0, firstGeneration)
                .value(1, position.index())
                .value(2, position.term())
                .value(3, position.chainCrc())
                .value(4, position.logTimeMs())
                .value(5, cutCount);
    }

    /** Closes the file. Idempotent. */
    @Override
    public void close() {
        pair.close();
    }

    private static Slot slotOf(LogIdentity identity) {
        return new Slot(Slot.BASE, identity.clusterId(), identity.memberId());
    }
}
