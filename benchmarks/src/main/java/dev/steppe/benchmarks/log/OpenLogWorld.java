package dev.steppe.benchmarks.log;

import dev.steppe.base.OperatingFault;
import dev.steppe.benchmarks.baseline.AppendShape;
import dev.steppe.raft.log.AppendVerdict;
import dev.steppe.raft.log.LogConfig;
import dev.steppe.raft.log.LogRecovery;
import dev.steppe.raft.log.RaftLog;
import dev.steppe.raft.log.RecoveryVerdict;
import dev.steppe.raft.log.layout.LogIdentity;
import dev.steppe.raft.log.layout.LogPosition;
import dev.steppe.raft.storage.PrepareVerdict;
import dev.steppe.raft.storage.WriteStrategy;
import dev.steppe.raft.storage.file.DirectoryVerdict;
import dev.steppe.raft.storage.file.FileDirectory;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * A log on real files, in a directory for temporary files that is gone when this is closed. One owner. Appending
 * allocates nothing of its own.
 */
final class OpenLogWorld implements AutoCloseable {
    private static final LogIdentity IDENTITY = new LogIdentity(1, 1);
    private static final int BATCH_MAX_BYTES = 1 << 17;
    private static final int KIND = 1;

    /** More than an entry takes in a batch of 64. */
    private static final int ENTRY_MAX_BYTES = AppendShape.PAYLOAD_BYTES + 32;

    private final Path parent;
    private final LogConfig config;
    private RecoveryVerdict.OpenLog open;
    private final UnsafeBuffer payload = new UnsafeBuffer(AppendShape.payload());
    private long roomBytes;
    private long logTimeMs;

    private OpenLogWorld(Path parent, LogConfig config) throws OperatingFault {
        this.parent = parent;
        this.config = config;
        open = recover(parent, config);
        roomBytes = config.segmentBytes();
    }

    /** Opens an empty log with segments of {@code segmentMib} MiB that are written by {@code strategy}. */
    static OpenLogWorld open(int segmentMib, WriteStrategy strategy) throws OperatingFault, IOException {
        Path parent = Files.createTempDirectory("steppe-benchmark-");
        return new OpenLogWorld(parent, new LogConfig(segmentMib << 20, BATCH_MAX_BYTES, strategy));
    }

    private static RecoveryVerdict.OpenLog recover(Path parent, LogConfig config) throws OperatingFault {
        if (!(FileDirectory.hold(parent.resolve("data")) instanceof DirectoryVerdict.Held held)) {
            throw new IllegalStateException("the directory is in use: " + parent);
        }
        if (!(LogRecovery.open(held.directory(), IDENTITY, config, () -> 1, LogPosition.ORIGIN)
                instanceof RecoveryVerdict.Clean clean)) {
            throw new IllegalStateException("the log is not clean: " + parent);
        }
        return clean.open();
    }

    /** False where the file system cannot force: then no figure of a force means anything. */
    boolean isDurable() {
        return open.directory().isDurable();
    }

    /**
     * Makes the next segment, of an old one if there is one, unless the current one surely takes {@code entryCount}
     * entries.
     */
    void prepareFor(int entryCount) throws OperatingFault {
        if (roomBytes >= (long) entryCount * ENTRY_MAX_BYTES) {
            return;
        }
        open.log().truncatePrefix(open.log().lastIndex());
        if (open.log().prepareNext() != PrepareVerdict.PREPARED) {
            throw new IllegalStateException("the disk is full; clear " + parent.getParent());
        }
        roomBytes += config.segmentBytes();
    }

    /** Appends one batch of {@code entryCount} entries; not forced. */
    long append(int entryCount) throws OperatingFault {
        RaftLog log = open.log();
        log.beginBatch(1, logTimeMs++);
        for (int i = 0; i < entryCount; i++) {
            AppendVerdict verdict = log.appendEntry(KIND, payload, 0, AppendShape.PAYLOAD_BYTES);
            if (verdict != AppendVerdict.APPENDED) {
                throw new IllegalStateException("an entry was not taken: " + verdict);
            }
        }
        roomBytes -= log.batchBytes();
        return log.writeBatch();
    }

    /** Makes the next segment, whatever the current one still takes: nothing of the log is given up. */
    void prepareMore() throws OperatingFault {
        if (open.log().prepareNext() != PrepareVerdict.PREPARED) {
            throw new IllegalStateException("the disk is full; clear " + parent.getParent());
        }
        roomBytes += config.segmentBytes();
    }

    /** Cuts the last {@code entryCount} entries. */
    void cut(int entryCount) throws OperatingFault {
        RaftLog log = open.log();
        if (log.truncateFrom(log.lastIndex() - entryCount + 1) != AppendVerdict.APPENDED) {
            throw new IllegalStateException("there is no room for a cut mark");
        }
        roomBytes -= ENTRY_MAX_BYTES;
    }

    /** Closes the log and recovers it; the last index. */
    long reopen() throws OperatingFault {
        open.close();
        open = recover(parent, config);
        return open.log().lastIndex();
    }

    /** Forces what was appended. */
    long force() throws OperatingFault {
        return open.log().force();
    }

    @Override
    public void close() throws OperatingFault, IOException {
        open.close();
        delete(parent.toFile());
    }

    /** Without streams: what the end of a trial allocates counts as if the last round had. */
    private static void delete(File file) throws IOException {
        File[] children = file.listFiles();
        if (children != null) {
            for (File child : children) {
                delete(child);
            }
        }
        Files.delete(file.toPath());
    }
}
