package dev.steppe.raft.log;

import dev.steppe.base.Entropy;
import dev.steppe.base.Invariant;
import dev.steppe.base.OperatingFault;
import dev.steppe.raft.log.RecoveryVerdict.Damaged;
import dev.steppe.raft.log.RecoveryVerdict.OpenLog;
import dev.steppe.raft.log.RecoveryVerdict.Reason;
import dev.steppe.raft.log.layout.LogIdentity;
import dev.steppe.raft.log.layout.RecordLayout;
import dev.steppe.raft.log.layout.SegmentLayout;
import dev.steppe.raft.log.vault.HardStateVault;
import dev.steppe.raft.log.vault.IdentityFile;
import dev.steppe.raft.log.vault.Quarantine;
import dev.steppe.raft.log.vault.WatermarkFile;
import dev.steppe.raft.storage.LatchedDirectory;
import dev.steppe.raft.storage.PrepareVerdict;
import dev.steppe.raft.storage.StorageDirectory;
import dev.steppe.raft.storage.StorageFile;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.agrona.DirectBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Opens the data directory of one server: formats a new one, or checks every byte that an answer will depend on. One
 * opening is one object, used by one thread.
 *
 * <p>The rule: where the walk over the frames ends, anything that had been forced must lie in front. Who says what had
 * been forced? Every header that survives behind that place, the watermark file, and any content in a later segment (a
 * segment is forced before the next is begun). If one of them speaks of more than is there, this is damage, and nothing
 * is changed. If none does, what lies behind is a torn tail: it is zeroed, so that it can never line up with later
 * frames. Then everything above the surviving watermark is written and forced once more: after a failed force the page
 * cache may show what the disk does not hold.
 *
 * <p>Sources: 1. Alagappan et al., Protocol-Aware Recovery for Consensus-Based Storage, FAST 2018. 2. Rebello et al.,
 * ATC 2020, on what stays in the page cache.
 */
public final class LogRecovery {
    private final LatchedDirectory directory;
    private final LogIdentity identity;
    private final LogConfig config;
    private final Entropy entropy;
    private final SegmentTable table = new SegmentTable();
    private final FrameScan scan;
    private final List<StorageFile> opened = new ArrayList<>();

    private LogRecovery(StorageDirectory directory, LogIdentity identity, LogConfig config, Entropy entropy) {
        this.directory = new LatchedDirectory(directory);
        this.identity = identity;
        this.config = config;
        this.entropy = entropy;
        scan = new FrameScan(table, identity);
    }

    /**
     * Opens {@code directory} for {@code identity}; formats it if it is new. Reads everything, so it takes as long as
     * the disk needs for that. Files that are not the log's are left alone.
     *
     * @param entropy draws the id of a directory that is formatted; asked for nothing else
     * @throws OperatingFault when the directory cannot be read or written; it must then be closed and opened anew
     */
    public static RecoveryVerdict open(
            StorageDirectory directory, LogIdentity identity, LogConfig config, Entropy entropy) throws OperatingFault {
        if (!DirectBuffer.SHOULD_BOUNDS_CHECK) {
            throw Invariant.broken("bounds checks of buffers must stay on", "agrona.disable.bounds.checks");
        }
        LogRecovery recovery = new LogRecovery(directory, identity, config, entropy);
        boolean isOpen = false;
        try {
            RecoveryVerdict verdict = recovery.run();
            isOpen = verdict instanceof RecoveryVerdict.Clean || verdict instanceof RecoveryVerdict.TornTail;
            return verdict;
        } finally {
            if (!isOpen) {
                recovery.opened.forEach(StorageFile::close);
            }
        }
    }

    private RecoveryVerdict run() throws OperatingFault {
        List<String> names = directory.names();
        if (!names.contains(IdentityFile.FILE_NAME)) {
            RecoveryVerdict refusal = format(names);
            if (refusal != null) {
                return refusal;
            }
            names = directory.names();
        }
        IdentityFile identityFile = IdentityFile.open(openFile(IdentityFile.FILE_NAME));
        if (identityFile == null) {
            return new Damaged(IdentityFile.FILE_NAME, Reason.DAMAGED_IDENTITY);
        }
        if (!identityFile.identity().equals(identity)) {
            return new RecoveryVerdict.Foreign(identityFile.identity());
        }
        HardStateVault vault = names.contains(HardStateVault.FILE_NAME)
                ? HardStateVault.open(openFile(HardStateVault.FILE_NAME), identity)
                : null;
        if (vault == null) {
            return new Damaged(HardStateVault.FILE_NAME, Reason.DAMAGED_VAULT);
        }
        RecoveryVerdict refusal = openSegments(names);
        if (refusal == null && !names.contains(WatermarkFile.FILE_NAME)) {
            refusal = make(WatermarkFile.FILE_NAME, WatermarkFile.FILE_BYTES, WatermarkFile.head(identity));
        }
        return refusal != null ? refusal : recover(identityFile, vault);
    }

    /** Makes what a new directory lacks, the identity last; null when it is complete. */
    private @Nullable RecoveryVerdict format(List<String> names) throws OperatingFault {
        if (hasContent(names)) {
            return new Damaged(IdentityFile.FILE_NAME, Reason.DAMAGED_IDENTITY);
        }
        RecoveryVerdict refusal = null;
        if (!names.contains(HardStateVault.FILE_NAME)) {
            refusal = make(HardStateVault.FILE_NAME, HardStateVault.FILE_BYTES, HardStateVault.head(identity));
        }
        if (refusal == null && !names.contains(SegmentLayout.nameOf(1))) {
            refusal = make(
                    SegmentLayout.nameOf(1),
                    config.segmentBytes(),
                    SegmentLayout.header(identity, 1, config.segmentBytes()));
        }
        if (refusal == null) {
            refusal = make(
                    IdentityFile.FILE_NAME, IdentityFile.FILE_BYTES, IdentityFile.head(identity, newDirectoryId()));
        }
        return refusal;
    }

    private long newDirectoryId() {
        long directoryId = entropy.nextLong();
        return directoryId == 0 ? 1 : directoryId;
    }

    /** True unless the files are what an interrupted formatting leaves behind: then the identity was lost. */
    private boolean hasContent(List<String> names) throws OperatingFault {
        boolean hasContent = false;
        for (String name : names) {
            if (name.equals(HardStateVault.FILE_NAME)) {
                HardStateVault vault = HardStateVault.open(openFile(name), identity);
                hasContent |= vault == null || !vault.isFresh();
            } else if (SegmentLayout.isName(name)) {
                LogSegment segment = new LogSegment(openFile(name), 1);
                hasContent |= !name.equals(SegmentLayout.nameOf(1))
                        || !SegmentLayout.matches(segment.bytes(), identity, 1)
                        || contentEnd(segment) > segment.tailOffset();
            }
        }
        opened.forEach(StorageFile::close);
        opened.clear();
        return hasContent;
    }

    private @Nullable RecoveryVerdict make(String name, int lengthBytes, ByteBuffer head) throws OperatingFault {
        return directory.prepare(name, lengthBytes, head) == PrepareVerdict.PREPARED
                ? null
                : new RecoveryVerdict.NoSpace(name, lengthBytes);
    }

    private @Nullable RecoveryVerdict openSegments(List<String> names) throws OperatingFault {
        for (String name : names) {
            if (!SegmentLayout.isName(name)) {
                continue;
            }
            long generation = table.nextGeneration();
            if (!name.equals(SegmentLayout.nameOf(generation))) {
                return new Damaged(SegmentLayout.nameOf(generation), Reason.MISSING_SEGMENT);
            }
            LogSegment segment = new LogSegment(openFile(name), generation);
            if (!SegmentLayout.matches(segment.bytes(), identity, generation)) {
                return new Damaged(name, Reason.DAMAGED_SEGMENT_HEADER);
            }
            table.addSegment(segment);
        }
        return table.nextGeneration() == 1 ? new Damaged(SegmentLayout.nameOf(1), Reason.MISSING_SEGMENT) : null;
    }

    private RecoveryVerdict recover(IdentityFile identityFile, HardStateVault vault) throws OperatingFault {
        WatermarkFile watermark = WatermarkFile.open(openFile(WatermarkFile.FILE_NAME), identity);
        boolean isWhole = walk();
        LogSegment tail = table.active();
        boolean isWatermarkBeyond =
                watermark.wasReadable() && scan.isBeyond(watermark.cutCount(), watermark.index(), watermark.term());
        if (!isWhole || isWatermarkBeyond || scan.isMoreVouchedFor()) {
            return new Damaged(tail.name() + " at offset " + tail.tailOffset(), Reason.DAMAGED_ENTRIES);
        }
        long vouchedIndex = scan.vouchedIndex();
        if (watermark.wasReadable() && watermark.cutCount() == table.cutCount()) {
            vouchedIndex = Math.max(vouchedIndex, watermark.index());
        }
        BatchFrame batch = new BatchFrame(identity, config.batchMaxBytes());
        if (contentEnd(tail) > tail.tailOffset()) {
            doubt(vault);
        }
        int discardedBytes = settleTail(tail, vouchedIndex, batch.scratch());
        watermark.store(table.cutCount(), table.lastIndex(), table.lastTerm());
        identityFile.begin();
        identityFile.close();
        RaftLog log = new RaftLog(directory, identity, config, new RaftLog.Recovered(table, watermark, batch));
        OpenLog open = new OpenLog(directory, log, vault, identityFile.directoryId(), identityFile.incarnation());
        return discardedBytes == 0
                ? new RecoveryVerdict.Clean(open)
                : new RecoveryVerdict.TornTail(open, table.lastIndex() + 1, discardedBytes);
    }

    /**
     * Fills the table, segment by segment. False if a segment ends before its frames do and a later one has content.
     */
    private boolean walk() {
        LogSegment[] segments = table.segments();
        int lastOrdinal = segments.length - 1;
        while (lastOrdinal > 0 && contentEnd(segments[lastOrdinal]) == SegmentLayout.FRAMES_OFFSET) {
            lastOrdinal--;
        }
        scan.scanActive();
        for (int ordinal = 1; ordinal <= lastOrdinal; ordinal++) {
            boolean isEnded = contentEnd(table.active()) == table.active().tailOffset();
            if (!isEnded && !scan.isContinuedIn(segments[ordinal])) {
                return false;
            }
            table.roll();
            scan.scanActive();
        }
        return true;
    }

    /** Notes durably, before the tail is gone that gives reason to it, that this server doubts what it acknowledged. */
    private static void doubt(HardStateVault vault) throws OperatingFault {
        if (vault.quarantine() == Quarantine.NONE) {
            vault.store(vault.term(), vault.votedFor(), Quarantine.DOUBTFUL);
        }
    }

    /** Writes once more what nothing vouches for, zeros what lies behind the tail, and forces both. */
    private static int settleTail(LogSegment tail, long vouchedIndex, ByteBuffer scratch) throws OperatingFault {
        int startOffset = SegmentLayout.FRAMES_OFFSET;
        if (vouchedIndex >= tail.firstIndex()) {
            int recordOffset = tail.offsetOf(vouchedIndex);
            startOffset =
                    recordOffset + RecordLayout.recordBytes(RecordLayout.payloadBytes(tail.bytes(), recordOffset));
        }
        int tailOffset = tail.tailOffset();
        int endOffset = contentEnd(tail);
        int offset = startOffset;
        while (offset < endOffset) {
            boolean isKept = offset < tailOffset;
            int chunkBytes = Math.min(scratch.capacity(), (isKept ? tailOffset : endOffset) - offset);
            scratch.clear();
            for (int i = 0; i < chunkBytes; i += Long.BYTES) {
                scratch.putLong(isKept ? tail.bytes().getLong(offset + i) : 0);
            }
            scratch.flip();
            tail.write(offset, scratch);
            offset += chunkBytes;
        }
        if (startOffset < endOffset) {
            tail.force();
        }
        return endOffset - tailOffset;
    }

    private static int contentEnd(LogSegment segment) {
        return FrameScan.endOfContent(segment, segment.tailOffset());
    }

    private StorageFile openFile(String name) throws OperatingFault {
        StorageFile file = directory.open(name);
        opened.add(file);
        return file;
    }
}
