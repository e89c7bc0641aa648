package dev.steppe.raft.log;

import dev.steppe.base.OperatingFault;
import dev.steppe.raft.log.layout.LogIdentity;
import dev.steppe.raft.log.layout.SegmentLayout;
import dev.steppe.raft.storage.PrepareVerdict;
import dev.steppe.raft.storage.StorageDirectory;

/**
 * The making of one segment, which may take as long as the disk needs to write it. Immutable; {@link #perform()} may
 * run on a thread of its own, then the owner of the log hands it to {@link RaftLog#adopt}.
 */
public final class SegmentPreparation {
    private final StorageDirectory directory;
    private final LogIdentity identity;
    private final long generation;
    private final int segmentBytes;

    SegmentPreparation(StorageDirectory directory, LogIdentity identity, long generation, int segmentBytes) {
        this.directory = directory;
        this.identity = identity;
        this.generation = generation;
        this.segmentBytes = segmentBytes;
    }

    /** Generation of the segment that is made. */
    public long generation() {
        return generation;
    }

    /** Fills, forces and names the file. Blocks on the disk; call once until it says PREPARED. */
    public PrepareVerdict perform() throws OperatingFault {
        return directory.prepare(
                SegmentLayout.nameOf(generation),
                segmentBytes,
                SegmentLayout.header(identity, generation, segmentBytes));
    }

    LogSegment open() throws OperatingFault {
        return new LogSegment(directory.open(SegmentLayout.nameOf(generation)), generation);
    }
}
