package dev.steppe.raft.log.vault;

import dev.steppe.base.OperatingFault;
import dev.steppe.raft.log.layout.Slot;
import dev.steppe.raft.storage.StorageFile;
import java.nio.ByteBuffer;

/**
 * Two slots that hold the same record. Owned by one thread.
 *
 * <p>A store writes and forces the first, then the second. So at most one of them is ever in flux: a torn one leaves
 * the other with the state before (not yet acknowledged) or the same, and one that rots later leaves its twin. A single
 * bad slot therefore never brings an older state back that had been replaced. Taking turns between the slots with one
 * force would: there, rot of the newest looks like a torn write.
 */
final class SlotPair {
    static final int FILE_BYTES = 2 * Slot.PAGE_BYTES;

    private final StorageFile file;
    private final Slot slot;
    private boolean isFirstBest;
    private boolean needsRepair;

    SlotPair(StorageFile file, Slot slot) {
        this.file = file;
        this.slot = slot;
    }

    /** The first bytes of a new file with both slots filled from {@code slot}, which counts as its first store. */
    static ByteBuffer head(Slot slot) {
        ByteBuffer head = ByteBuffer.allocateDirect(FILE_BYTES);
        ByteBuffer bytes = slot.encodeNext();
        head.put(bytes.duplicate());
        head.position(Slot.PAGE_BYTES);
        head.put(bytes);
        head.clear();
        return head;
    }

    /** Loads the newest valid slot and writes nothing; false if neither is valid, or the file was cut short. */
    boolean read() {
        if (file.lengthBytes() != FILE_BYTES) {
            return false;
        }
        ByteBuffer mapping = file.mapping();
        boolean isSecondValid = slot.decode(mapping, Slot.PAGE_BYTES);
        long secondSequence = isSecondValid ? slot.sequence() : 0;
        boolean isFirstValid = slot.decode(mapping, 0);
        if (!isFirstValid && !isSecondValid) {
            return false;
        }
        boolean areEqual = isFirstValid && slot.sequence() == secondSequence;
        isFirstBest = isFirstValid && slot.sequence() >= secondSequence;
        if (!isFirstBest) {
            slot.decode(mapping, Slot.PAGE_BYTES);
        }
        needsRepair = !areEqual;
        return true;
    }

    /** True if both slots are whole and of another version of the format. */
    boolean isOfAnotherVersion() {
        return file.lengthBytes() == FILE_BYTES
                && slot.isOfAnotherVersion(file.mapping(), 0)
                && slot.isOfAnotherVersion(file.mapping(), Slot.PAGE_BYTES);
    }

    /**
     * Unless both slots hold what was read, writes both again, the good one first: what a crashed process left in the
     * page cache need not be on the disk.
     */
    void repair() throws OperatingFault {
        if (needsRepair) {
            write(isFirstBest ? 0 : Slot.PAGE_BYTES, slot.encode());
            write(isFirstBest ? Slot.PAGE_BYTES : 0, slot.encode());
            needsRepair = false;
        }
    }

    /** Stores the values of the slot; returns when both copies are on the disk. */
    void store() throws OperatingFault {
        write(0, slot.encodeNext());
        write(Slot.PAGE_BYTES, slot.encode());
    }

    void close() {
        file.close();
    }

    private void write(int offset, ByteBuffer bytes) throws OperatingFault {
        file.write(offset, bytes);
        file.force();
    }
}
