package dev.steppe.raft.log;

import dev.steppe.base.Invariant;
import dev.steppe.base.OperatingFault;
import dev.steppe.raft.log.RecoveryVerdict.Damaged;
import dev.steppe.raft.log.RecoveryVerdict.Reason;
import dev.steppe.raft.log.layout.LogIdentity;
import dev.steppe.raft.log.layout.LogPosition;
import dev.steppe.raft.log.layout.SegmentLayout;
import dev.steppe.raft.log.segment.FrameScan;
import dev.steppe.raft.log.segment.LogSegment;
import dev.steppe.raft.log.segment.SegmentTable;
import dev.steppe.raft.log.vault.BaseFile;
import dev.steppe.raft.log.vault.HardStateVault;
import dev.steppe.raft.log.vault.IdentityFile;
import dev.steppe.raft.log.vault.WatermarkFile;
import dev.steppe.raft.storage.StorageDirectory;
import dev.steppe.raft.storage.StorageFile;
import dev.steppe.raft.storage.WriteStrategy;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What lies in a data directory, read whole and changed nowhere: the one judgement that recovery acts upon and
 * inspection reports. One reading is one object, used by one thread.
 *
 * <p>The rule: where the walk over the frames ends, anything that had been forced must lie in front, or in the
 * snapshot. Who says what had been forced? Every header that survives behind that place, the watermark file, and
 * anything in a later segment (a segment is forced before the next is begun). If one of them speaks of more than is
 * there, this is damage. If none does, what lies behind is a torn tail.
 *
 * <p>Source: Alagappan et al., Protocol-Aware Recovery for Consensus-Based Storage, FAST 2018.
 */
final class LogReading {
    private final StorageDirectory directory;
    private final LogPosition snapshot;
    private final WriteStrategy strategy;
    private final List<StorageFile> opened = new ArrayList<>();
    private final List<String> obsoleteNames = new ArrayList<>();
    private final SegmentTable table = new SegmentTable();
    private @Nullable IdentityFile identityFile;
    private @Nullable HardStateVault vault;
    private @Nullable BaseFile base;
    private @Nullable WatermarkFile watermark;
    private @Nullable FrameScan scan;

    /**
     * @param snapshot newest snapshot that can be believed
     * @param strategy how segments will be written, if they will
     */
    LogReading(StorageDirectory directory, LogPosition snapshot, WriteStrategy strategy) {
        this.directory = directory;
        this.snapshot = snapshot;
        this.strategy = strategy;
    }

    /** What a directory holds that is not refused, beside the watermark. */
    record Parts(IdentityFile identityFile, HardStateVault vault, BaseFile base, SegmentTable table, FrameScan scan) {}

    /**
     * Reads everything.
     *
     * @param expected whose directory it must be; null for anybody's
     * @return why the directory cannot be used, Damaged or Foreign; null if it can
     */
    @Nullable
    RecoveryVerdict read(List<String> names, @Nullable LogIdentity expected) throws OperatingFault {
        StorageFile file = names.contains(IdentityFile.FILE_NAME) ? open(IdentityFile.FILE_NAME) : null;
        IdentityFile foundIdentity = file == null ? null : IdentityFile.read(file);
        identityFile = foundIdentity;
        if (foundIdentity == null) {
            boolean isOther = file != null && IdentityFile.isOfAnotherVersion(file);
            return damaged(IdentityFile.FILE_NAME, isOther ? Reason.OTHER_FORMAT : Reason.DAMAGED_IDENTITY);
        }
        LogIdentity identity = foundIdentity.identity();
        if (expected != null && !expected.equals(identity)) {
            return new RecoveryVerdict.Foreign(identity);
        }
        if (names.contains(WatermarkFile.FILE_NAME)) {
            watermark = WatermarkFile.open(open(WatermarkFile.FILE_NAME), identity);
        }
        if (names.contains(HardStateVault.FILE_NAME)) {
            vault = HardStateVault.read(open(HardStateVault.FILE_NAME), identity);
        }
        RecoveryVerdict refusal = readLog(names, identity);
        return vault == null ? damaged(HardStateVault.FILE_NAME, Reason.DAMAGED_VAULT) : refusal;
    }

    /** Also where term and vote are lost: the entries still tell who belongs to the group. */
    private @Nullable RecoveryVerdict readLog(List<String> names, LogIdentity identity) throws OperatingFault {
        BaseFile foundBase =
                names.contains(BaseFile.FILE_NAME) ? BaseFile.read(open(BaseFile.FILE_NAME), identity) : null;
        base = foundBase;
        if (foundBase == null) {
            return damaged(BaseFile.FILE_NAME, Reason.DAMAGED_BASE);
        }
        RecoveryVerdict refusal = openSegments(names, identity, foundBase);
        if (refusal != null) {
            return refusal;
        }
        FrameScan newScan = new FrameScan(table, identity, snapshot.index());
        scan = newScan;
        return judge(newScan);
    }

    /** The parts of a directory that was not refused. */
    Parts parts() {
        if (identityFile == null || vault == null || base == null || scan == null) {
            throw Invariant.broken("a directory that was refused has no parts: files", opened.size());
        }
        return new Parts(identityFile, vault, base, table, scan);
    }

    /** Term, vote and quarantine, as far as the directory was read; they may be on the disk only once. */
    @Nullable
    HardStateVault vault() {
        return vault;
    }

    /** The watermark file; null if there is none of the right length. */
    @Nullable
    WatermarkFile watermark() {
        return watermark;
    }

    /** The segments with what was believed; empty if the reading did not come so far. */
    SegmentTable table() {
        return table;
    }

    /** Highest watermark in the frames that were believed; 0 if the reading did not come so far. */
    long vouchedIndex() {
        return scan == null ? 0 : scan.vouchedIndex();
    }

    /** True if the log must begin anew behind the snapshot: it is shorter, or has another history. */
    boolean isBehindSnapshot() {
        long index = snapshot.index();
        return index > table.lastIndex() || table.termAt(index) != snapshot.term();
    }

    /** Segments that the log does not need. */
    List<String> obsoleteNames() {
        return obsoleteNames;
    }

    /** The first entry that is not there, and where it would be. */
    Place tailPlace() {
        LogSegment tail = table.active();
        return new Place(tail.name(), tail.tailOffset(), table.lastIndex() + 1);
    }

    /** Closes every file. */
    void close() {
        opened.forEach(StorageFile::close);
    }

    private @Nullable RecoveryVerdict openSegments(List<String> names, LogIdentity identity, BaseFile foundBase)
            throws OperatingFault {
        long generation = foundBase.firstGeneration();
        for (String name : names) {
            if (!SegmentLayout.isName(name)) {
                continue;
            }
            if (SegmentLayout.generationOf(name) < foundBase.firstGeneration()) {
                obsoleteNames.add(name);
                continue;
            }
            if (!name.equals(SegmentLayout.nameOf(generation))) {
                break;
            }
            LogSegment segment = new LogSegment(open(name, strategy), generation);
            if (!SegmentLayout.matches(segment.bytes(), identity, generation)) {
                return damaged(name, Reason.DAMAGED_SEGMENT_HEADER);
            }
            if (generation == foundBase.firstGeneration()) {
                table.beginWith(segment, foundBase.position(), foundBase.cutCount());
            } else {
                table.addSegment(segment);
            }
            generation++;
        }
        boolean isLast = generation > foundBase.firstGeneration() && !isAnyFrom(names, generation);
        return isLast ? null : damaged(SegmentLayout.nameOf(generation), Reason.MISSING_SEGMENT);
    }

    private static boolean isAnyFrom(List<String> names, long generation) {
        return names.stream()
                .anyMatch(name -> SegmentLayout.isName(name) && SegmentLayout.generationOf(name) >= generation);
    }

    private @Nullable RecoveryVerdict judge(FrameScan newScan) {
        boolean isWhole = walk(newScan);
        if (!isWhole || isWatermarkBeyond(newScan) || newScan.isMoreVouchedFor()) {
            return new Damaged(tailPlace(), Reason.DAMAGED_ENTRIES);
        }
        if (table.base().index() > snapshot.index()) {
            return damaged(BaseFile.FILE_NAME, Reason.MISSING_SNAPSHOT);
        }
        boolean isSameTerm = !isBehindSnapshot();
        return isSameTerm && table.chainCrcAt(snapshot.index()) != snapshot.chainCrc()
                ? new Damaged(tailPlace(), Reason.OTHER_PAST)
                : null;
    }

    private boolean isWatermarkBeyond(FrameScan newScan) {
        return watermark != null
                && watermark.wasReadable()
                && newScan.isBeyond(watermark.cutCount(), watermark.index(), watermark.term());
    }

    /** Fills the table, segment by segment. False if a segment ends before its frames do and a later one was begun. */
    private boolean walk(FrameScan newScan) {
        LogSegment[] segments = table.segments();
        int lastOrdinal = segments.length - 1;
        while (lastOrdinal > 0 && !newScan.isBegun(segments[lastOrdinal])) {
            lastOrdinal--;
        }
        newScan.scanActive();
        for (int ordinal = 1; ordinal <= lastOrdinal; ordinal++) {
            boolean isEnded = newScan.endBehindTail() == table.active().tailOffset();
            if (!isEnded && !newScan.isContinuedIn(segments[ordinal])) {
                return false;
            }
            table.roll();
            newScan.scanActive();
        }
        return true;
    }

    private static Damaged damaged(String fileName, Reason reason) {
        return new Damaged(Place.file(fileName), reason);
    }

    private StorageFile open(String name) throws OperatingFault {
        return open(name, WriteStrategy.POSITIONAL);
    }

    private StorageFile open(String name, WriteStrategy fileStrategy) throws OperatingFault {
        StorageFile file = directory.open(name, fileStrategy);
        opened.add(file);
        return file;
    }
}
