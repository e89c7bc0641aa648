package dev.steppe.raft.log;

import dev.steppe.base.Entropy;
import dev.steppe.base.Invariant;
import dev.steppe.base.OperatingFault;
import dev.steppe.raft.log.LogReading.Parts;
import dev.steppe.raft.log.RecoveryVerdict.Damaged;
import dev.steppe.raft.log.RecoveryVerdict.OpenLog;
import dev.steppe.raft.log.RecoveryVerdict.Reason;
import dev.steppe.raft.log.layout.FrameHeader;
import dev.steppe.raft.log.layout.LogIdentity;
import dev.steppe.raft.log.layout.LogPosition;
import dev.steppe.raft.log.layout.RecordLayout;
import dev.steppe.raft.log.layout.SegmentLayout;
import dev.steppe.raft.log.layout.TailMark;
import dev.steppe.raft.log.segment.FrameScan;
import dev.steppe.raft.log.segment.LogSegment;
import dev.steppe.raft.log.segment.SegmentPool;
import dev.steppe.raft.log.segment.SegmentTable;
import dev.steppe.raft.log.vault.BaseFile;
import dev.steppe.raft.log.vault.HardStateVault;
import dev.steppe.raft.log.vault.IdentityFile;
import dev.steppe.raft.log.vault.Quarantine;
import dev.steppe.raft.log.vault.WatermarkFile;
import dev.steppe.raft.storage.LatchedDirectory;
import dev.steppe.raft.storage.PrepareVerdict;
import dev.steppe.raft.storage.StorageDirectory;
import dev.steppe.raft.storage.StorageFile;
import java.nio.ByteBuffer;
import java.util.List;
import org.agrona.DirectBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Opens the data directory of one server: formats a new one, or checks every byte that an answer will depend on. One
 * opening is one object, used by one thread.
 *
 * <p>{@link LogReading} judges; nothing is changed unless the log can be used. Then a torn tail is zeroed, so that it
 * can never line up with later frames, and everything above the surviving watermark is written and forced once more:
 * after a failed force the page cache may show what the disk does not hold. A log that a newer snapshot has overtaken
 * begins anew behind it.
 *
 * <p>Source: Rebello et al., Can Applications Recover from fsync Failures, ATC 2020, on what stays in the page cache.
 */
public final class LogRecovery {
    private final LatchedDirectory directory;
    private final LogIdentity identity;
    private final LogConfig config;
    private final Entropy entropy;
    private final LogPosition snapshot;
    private final LogReading reading;

    private LogRecovery(
            LatchedDirectory directory, LogIdentity identity, LogConfig config, Entropy entropy, LogPosition snapshot) {
        this.directory = directory;
        this.identity = identity;
        this.config = config;
        this.entropy = entropy;
        this.snapshot = snapshot;
        reading = new LogReading(directory, snapshot, config.strategy());
    }

    /**
     * Opens {@code directory} for {@code identity}; formats it if it is new. Reads everything, so it takes as long as
     * the disk needs for that. Files that are not the log's are left alone.
     *
     * @param entropy draws the id of a directory that is formatted; asked for nothing else
     * @param snapshot what the newest snapshot that can be believed stands for; {@link LogPosition#ORIGIN} if there is
     *     none. Entries up to it are not missed. Of a snapshot that was published and does not continue this log, it is
     *     the log that goes
     * @throws OperatingFault when the directory cannot be read or written; it must then be closed and opened anew
     */
    public static RecoveryVerdict open(
            StorageDirectory directory, LogIdentity identity, LogConfig config, Entropy entropy, LogPosition snapshot)
            throws OperatingFault {
        if (!DirectBuffer.SHOULD_BOUNDS_CHECK) {
            throw Invariant.broken("bounds checks of buffers must stay on", "agrona.disable.bounds.checks");
        }
        LogRecovery recovery = new LogRecovery(new LatchedDirectory(directory), identity, config, entropy, snapshot);
        boolean isOpen = false;
        try {
            RecoveryVerdict verdict = recovery.run();
            isOpen = verdict instanceof RecoveryVerdict.Clean || verdict instanceof RecoveryVerdict.TornTail;
            return verdict;
        } finally {
            if (!isOpen) {
                recovery.reading.close();
            }
        }
    }

    /**
     * Begins an empty log behind {@code snapshot} in a directory that was found damaged, under the same identity and in
     * quarantine, and opens it. The files of the old log are not deleted: they move to a folder {@code damaged-1/}, or
     * the next that is free. Interrupted at any point, the directory is damaged as before or ready.
     *
     * @return as {@link #open}; Damaged if nobody can say whose directory it is: it is then of no use to anybody
     */
    public static RecoveryVerdict setAside(
            StorageDirectory directory, LogIdentity identity, LogConfig config, Entropy entropy, LogPosition snapshot)
            throws OperatingFault {
        LogIdentity found = LogInspection.identityOf(directory);
        if (found == null) {
            return new Damaged(Place.file(IdentityFile.FILE_NAME), Reason.DAMAGED_IDENTITY);
        }
        if (!found.equals(identity)) {
            return new RecoveryVerdict.Foreign(found);
        }
        LogRecovery recovery = new LogRecovery(new LatchedDirectory(directory), identity, config, entropy, snapshot);
        RecoveryVerdict refusal = recovery.beginAgain(directory.names());
        return refusal != null ? refusal : open(directory, identity, config, entropy, snapshot);
    }

    /** The base is moved first and made last: without it the directory is damaged. */
    private @Nullable RecoveryVerdict beginAgain(List<String> names) throws OperatingFault {
        String folder = freeFolder(names);
        RecoveryVerdict refusal = quarantine(names, folder);
        long generation = 1;
        for (String name : names) {
            String segmentName = name.replaceFirst("^damaged-[0-9]+/", SegmentLayout.FOLDER);
            boolean isSegment = SegmentLayout.isName(segmentName);
            generation = isSegment ? Math.max(generation, SegmentLayout.generationOf(segmentName) + 1) : generation;
            boolean isOfLog = SegmentLayout.isName(name)
                    || name.equals(BaseFile.FILE_NAME)
                    || name.equals(WatermarkFile.FILE_NAME);
            if (isOfLog) {
                directory.rename(name, folder + name.substring(name.lastIndexOf('/') + 1));
            }
        }
        if (refusal == null) {
            refusal = makeSegment(generation);
        }
        return refusal != null
                ? refusal
                : make(BaseFile.FILE_NAME, BaseFile.FILE_BYTES, BaseFile.head(identity, generation, snapshot));
    }

    private static String freeFolder(List<String> names) {
        int ordinal = 1;
        while (hasFolder(names, "damaged-" + ordinal + "/")) {
            ordinal++;
        }
        return "damaged-" + ordinal + "/";
    }

    private static boolean hasFolder(List<String> names, String folder) {
        return names.stream().anyMatch(name -> name.startsWith(folder));
    }

    /** Notes the damage in the vault; in a new one if the vault is what is damaged. */
    private @Nullable RecoveryVerdict quarantine(List<String> names, String folder) throws OperatingFault {
        if (names.contains(HardStateVault.FILE_NAME)) {
            try (StorageFile file = directory.open(HardStateVault.FILE_NAME)) {
                HardStateVault vault = HardStateVault.read(file, identity);
                if (vault != null) {
                    vault.repair();
                    vault.store(vault.term(), vault.votedFor(), Quarantine.DAMAGED);
                    return null;
                }
            }
            directory.rename(HardStateVault.FILE_NAME, folder + HardStateVault.FILE_NAME);
        }
        return make(
                HardStateVault.FILE_NAME, HardStateVault.FILE_BYTES, HardStateVault.head(identity, Quarantine.DAMAGED));
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
        RecoveryVerdict refusal = reading.read(names, identity);
        if (refusal != null) {
            return refusal;
        }
        WatermarkFile watermark = reading.watermark();
        if (watermark == null) {
            directory.delete(WatermarkFile.FILE_NAME);
            refusal = make(WatermarkFile.FILE_NAME, WatermarkFile.FILE_BYTES, WatermarkFile.head(identity));
            if (refusal != null) {
                return refusal;
            }
            watermark = WatermarkFile.open(directory.open(WatermarkFile.FILE_NAME), identity);
            if (watermark == null) {
                throw Invariant.broken("a file has not the length that it was made with", WatermarkFile.FILE_NAME);
            }
        }
        return recover(reading.parts(), watermark);
    }

    /** Makes what a new directory lacks, the identity last; null when it is complete. */
    private @Nullable RecoveryVerdict format(List<String> names) throws OperatingFault {
        if (snapshot.index() > 0 || hasContent(names)) {
            return new Damaged(Place.file(IdentityFile.FILE_NAME), Reason.DAMAGED_IDENTITY);
        }
        RecoveryVerdict refusal = null;
        if (!names.contains(HardStateVault.FILE_NAME)) {
            refusal = make(
                    HardStateVault.FILE_NAME,
                    HardStateVault.FILE_BYTES,
                    HardStateVault.head(identity, Quarantine.BLANK));
        }
        if (refusal == null && !names.contains(BaseFile.FILE_NAME)) {
            refusal = make(BaseFile.FILE_NAME, BaseFile.FILE_BYTES, BaseFile.head(identity, 1, LogPosition.ORIGIN));
        }
        if (refusal == null && !names.contains(SegmentLayout.nameOf(1))) {
            refusal = makeSegment(1);
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
        boolean hasContent = names.contains(IdentityFile.UNFINISHED_NAME);
        for (String name : names) {
            if (name.equals(HardStateVault.FILE_NAME)) {
                try (StorageFile file = directory.open(name)) {
                    HardStateVault vault = HardStateVault.read(file, identity);
                    hasContent |= vault == null || !vault.isFresh();
                }
            } else if (name.equals(BaseFile.FILE_NAME)) {
                try (StorageFile file = directory.open(name)) {
                    BaseFile base = BaseFile.read(file, identity);
                    hasContent |= base == null || !base.isFresh();
                }
            } else if (SegmentLayout.isName(name)) {
                hasContent |= !name.equals(SegmentLayout.nameOf(1)) || hasContent(name);
            }
        }
        return hasContent;
    }

    private boolean hasContent(String segmentName) throws OperatingFault {
        try (StorageFile file = directory.open(segmentName)) {
            LogSegment segment = new LogSegment(file, 1);
            return !SegmentLayout.matches(segment.bytes(), identity, 1)
                    || new FrameScan(new SegmentTable(), identity, 0).isBegun(segment);
        }
    }

    private @Nullable RecoveryVerdict make(String name, int lengthBytes, ByteBuffer head) throws OperatingFault {
        return directory.prepare(name, lengthBytes, head) == PrepareVerdict.PREPARED
                ? null
                : new RecoveryVerdict.NoSpace(name, lengthBytes);
    }

    private @Nullable RecoveryVerdict makeSegment(long generation) throws OperatingFault {
        int segmentBytes = config.segmentBytes();
        return make(
                SegmentLayout.nameOf(generation),
                segmentBytes,
                SegmentLayout.head(identity, generation, 0, segmentBytes));
    }

    private RecoveryVerdict recover(Parts parts, WatermarkFile watermark) throws OperatingFault {
        parts.vault().repair();
        parts.base().repair();
        SegmentTable table = parts.table();
        SegmentPool pool = new SegmentPool();
        reading.obsoleteNames().forEach(pool::addUnmapped);
        BatchFrame batch = new BatchFrame(identity, config.batchMaxBytes());
        Place place = reading.tailPlace();
        int discardedBytes = parts.scan().endBehindTail() - place.offset();
        if (discardedBytes > 0) {
            doubt(parts.vault());
        }
        if (reading.isBehindSnapshot()) {
            RecoveryVerdict refusal = beginBehindSnapshot(table, parts.base(), pool);
            if (refusal != null) {
                return refusal;
            }
        } else {
            long vouchedIndex = vouchedIndex(parts, watermark);
            settleBeforeTail(table, vouchedIndex, batch);
            settleTail(parts, vouchedIndex, batch);
        }
        watermark.store(table.cutCount(), table.lastIndex(), table.lastTerm());
        IdentityFile identityFile = parts.identityFile();
        identityFile.begin();
        identityFile.close();
        table.active().warm();
        if (table.isNextPrepared()) {
            table.nextPrepared().warm();
        }
        RaftLog log = new RaftLog(
                directory, identity, config, new RaftLog.Recovered(table, pool, parts.base(), watermark, batch));
        OpenLog open =
                new OpenLog(directory, log, parts.vault(), identityFile.directoryId(), identityFile.incarnation());
        return discardedBytes == 0
                ? new RecoveryVerdict.Clean(open)
                : new RecoveryVerdict.TornTail(open, place, discardedBytes);
    }

    /** Notes durably, before the tail is gone that gives reason to it, that this server doubts what it acknowledged. */
    private static void doubt(HardStateVault vault) throws OperatingFault {
        if (vault.quarantine() == Quarantine.NONE) {
            vault.store(vault.term(), vault.votedFor(), Quarantine.DOUBTFUL);
        }
    }

    /** An empty log behind the snapshot, in a segment of its own; until the base is stored, the old one stands. */
    private @Nullable RecoveryVerdict beginBehindSnapshot(SegmentTable table, BaseFile base, SegmentPool pool)
            throws OperatingFault {
        long generation = table.nextGeneration();
        RecoveryVerdict refusal = makeSegment(generation);
        if (refusal != null) {
            return refusal;
        }
        int cutCount = table.cutCount() + 1;
        LogSegment segment =
                new LogSegment(directory.open(SegmentLayout.nameOf(generation), config.strategy()), generation);
        base.store(generation, snapshot, cutCount);
        table.addSegment(segment);
        pool.retire(table.beginWith(segment, snapshot, cutCount));
        return null;
    }

    /**
     * What stands in front of a segment with frames was forced before the first of them was written. Rot can make one
     * look begun that never was: then nothing vouches for what stands in front, and it is written and forced here.
     */
    private static void settleBeforeTail(SegmentTable table, long vouchedIndex, BatchFrame batch)
            throws OperatingFault {
        LogSegment tail = table.active();
        if (tail.tailOffset() > SegmentLayout.FRAMES_OFFSET) {
            return;
        }
        for (LogSegment segment : table.segments()) {
            if (segment == tail) {
                return;
            }
            long lastIndex = segment.firstIndex() + segment.entryCount() - 1;
            int startOffset = startOfUnvouched(segment, vouchedIndex, lastIndex);
            if (startOffset < segment.tailOffset()) {
                rewrite(segment, startOffset, segment.tailOffset(), batch.scratch());
                segment.force();
            }
        }
    }

    /**
     * Writes once more what nothing vouches for, zeros what was written behind the tail, marks the tail, and forces
     * all.
     */
    private static void settleTail(Parts parts, long vouchedIndex, BatchFrame batch) throws OperatingFault {
        LogSegment tail = parts.table().active();
        long lastIndex = parts.table().lastIndex();
        int tailOffset = tail.tailOffset();
        int startOffset = parts.scan().isCutLast()
                ? tailOffset - FrameHeader.BYTES
                : startOfUnvouched(tail, vouchedIndex, lastIndex);
        int endOffset = parts.scan().endBehindTail();
        boolean isMarked = parts.scan().isTailMarked();
        rewrite(tail, startOffset, tailOffset, batch.scratch());
        zero(tail, tailOffset, endOffset, batch.scratch());
        if (!isMarked || endOffset > tailOffset) {
            boolean isBegun = tailOffset > SegmentLayout.FRAMES_OFFSET;
            tail.write(tailOffset, batch.tailMark(tail, isBegun ? lastIndex + 1 : TailMark.NOT_BEGUN));
        }
        if (startOffset < tailOffset || !tail.isForced()) {
            tail.force();
        }
    }

    private static long vouchedIndex(Parts parts, WatermarkFile watermark) {
        long vouchedIndex = parts.scan().vouchedIndex();
        return watermark.wasReadable() && watermark.cutCount() == parts.table().cutCount()
                ? Math.max(vouchedIndex, watermark.index())
                : vouchedIndex;
    }

    private static int startOfUnvouched(LogSegment tail, long vouchedIndex, long lastIndex) {
        if (vouchedIndex >= lastIndex) {
            return tail.tailOffset();
        }
        if (vouchedIndex < tail.firstIndex()) {
            return SegmentLayout.FRAMES_OFFSET;
        }
        int recordOffset = tail.offsetOf(vouchedIndex);
        return recordOffset + RecordLayout.recordBytes(RecordLayout.payloadBytes(tail.bytes(), recordOffset));
    }

    private static void rewrite(LogSegment tail, int startOffset, int endOffset, ByteBuffer scratch)
            throws OperatingFault {
        int offset = startOffset;
        while (offset < endOffset) {
            int chunkBytes = Math.min(scratch.capacity(), endOffset - offset);
            scratch.clear().put(0, tail.bytes(), offset, chunkBytes).limit(chunkBytes);
            tail.write(offset, scratch);
            offset += chunkBytes;
        }
    }

    private static void zero(LogSegment tail, int startOffset, int endOffset, ByteBuffer scratch)
            throws OperatingFault {
        int offset = startOffset;
        scratch.clear();
        for (int i = 0; i < scratch.capacity() && startOffset < endOffset; i++) {
            scratch.put(i, (byte) 0);
        }
        while (offset < endOffset) {
            int chunkBytes = Math.min(scratch.capacity(), endOffset - offset);
            scratch.clear().limit(chunkBytes);
            tail.write(offset, scratch);
            offset += chunkBytes;
        }
    }
}
