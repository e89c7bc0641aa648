package dev.steppe.raft.api.machine;

import dev.steppe.base.OperatingFault;
import org.agrona.MutableDirectBuffer;

/** The bytes of an image again, in the order in which they were written. Belongs to the apply agent. */
public interface SnapshotSource {
    /** What {@link #read} answers behind the last byte. */
    int END = -1;

    /**
     * Reads at least one byte and at most {@code lengthMax}, which is positive, to {@code offset} of {@code buffer}.
     * Where a read ends has nothing to do with where a write ended.
     *
     * @return how many, or {@link #END}
     * @throws OperatingFault when the file no longer holds what it held when it was checked
     */
    int read(MutableDirectBuffer buffer, int offset, int lengthMax) throws OperatingFault;
}
