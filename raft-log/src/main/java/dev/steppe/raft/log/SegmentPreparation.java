package dev.steppe.raft.log;

import dev.steppe.base.Invariant;
import dev.steppe.base.OperatingFault;
import dev.steppe.raft.log.layout.LogIdentity;
import dev.steppe.raft.log.layout.SegmentLayout;
import dev.steppe.raft.log.segment.LogSegment;
import dev.steppe.raft.log.segment.SegmentPool;
import dev.steppe.raft.storage.PrepareVerdict;
import dev.steppe.raft.storage.StorageDirectory;
import dev.steppe.raft.storage.StorageFile;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The making of one segment, which may take as long as the disk needs to write it: of one that the log does not need
 * any more, or of new blocks. On the way it unmaps and removes what nobody needs. {@link #perform()} may run on a
 * thread of its own, then the owner of the log hands it to {@link RaftLog#adopt}.
 *
 * <p>A segment is recycled in this order: it is obsolete by the base file, which is forced; its head is written over
 * with that of the new generation and forced; it gets its new name; the folder is synced. Before the last step it is an
 * obsolete segment, whatever its head says; after it, a prepared one.
 */
public final class SegmentPreparation {
    private final StorageDirectory directory;
    private final LogIdentity identity;
    private final LogConfig config;
    private final long generation;
    private final List<LogSegment> unused;
    private final List<String> surplusNames;
    private final int[] usedOffsets;
    private @Nullable String recycledName;
    private @Nullable LogSegment segment;

    SegmentPreparation(
            StorageDirectory directory, LogIdentity identity, LogConfig config, long generation, SegmentPool pool) {
        this.directory = directory;
        this.identity = identity;
        this.config = config;
        this.generation = generation;
        unused = pool.takeFree();
        recycledName = pool.takeOne();
        surplusNames = pool.takeSurplus();
        usedOffsets = pool.takeOffsets();
    }

    /** Generation of the segment that is made. */
    public long generation() {
        return generation;
    }

    /** True if it is to be made of the blocks of another. */
    public boolean isRecycling() {
        return recycledName != null;
    }

    /** Makes, names and maps the file. Blocks on the disk; call once until it says PREPARED. */
    public PrepareVerdict perform() throws OperatingFault {
        unused.forEach(LogSegment::close);
        for (String name : surplusNames) {
            directory.delete(name);
        }
        String source = recycledName;
        recycledName = null;
        if (source == null || !isRecycled(source)) {
            PrepareVerdict verdict = directory.prepare(
                    SegmentLayout.nameOf(generation),
                    config.segmentBytes(),
                    SegmentLayout.head(identity, generation, 0, config.segmentBytes()));
            if (verdict != PrepareVerdict.PREPARED) {
                return verdict;
            }
        }
        StorageFile file = directory.open(SegmentLayout.nameOf(generation), config.strategy());
        file.warm();
        segment = new LogSegment(file, generation, usedOffsets);
        return PrepareVerdict.PREPARED;
    }

    /** The segment, once {@link #perform()} has said PREPARED. */
    LogSegment segment() {
        LogSegment made = segment;
        if (made == null) {
            throw Invariant.broken("segment adopted before it was prepared: generation", generation);
        }
        return made;
    }

    /** False if {@code source} has another length than segments now have; then it is gone. */
    private boolean isRecycled(String source) throws OperatingFault {
        try (StorageFile file = directory.open(source)) {
            if (file.lengthBytes() == config.segmentBytes()) {
                long previous = SegmentLayout.generationOf(source);
                file.write(0, SegmentLayout.head(identity, generation, previous, config.segmentBytes()));
                file.force();
            } else {
                directory.delete(source);
                return false;
            }
        }
        directory.rename(source, SegmentLayout.nameOf(generation));
        return true;
    }
}
