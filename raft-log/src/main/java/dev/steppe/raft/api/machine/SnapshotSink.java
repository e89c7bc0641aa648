package dev.steppe.raft.api.machine;

import dev.steppe.base.OperatingFault;
import org.agrona.DirectBuffer;

/** Where an image goes, byte after byte. Belongs to the snapshot agent. */
public interface SnapshotSink {
    /**
     * Takes a copy of {@code length} bytes behind those of the call before. A full disk is no matter of the image: the
     * bytes are dropped and the image will not be asked for more.
     *
     * @throws OperatingFault when the disk fails; the image is then given up
     */
    void put(DirectBuffer buffer, int offset, int length) throws OperatingFault;
}
