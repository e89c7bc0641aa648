package dev.steppe.raft.log;

import dev.steppe.base.Invariant;
import dev.steppe.base.OperatingFault;
import dev.steppe.raft.log.LogReading.Parts;
import dev.steppe.raft.log.RecoveryVerdict.Damaged;
import dev.steppe.raft.log.RecoveryVerdict.Reason;
import dev.steppe.raft.log.layout.LogIdentity;
import dev.steppe.raft.log.layout.LogPosition;
import dev.steppe.raft.log.layout.RecordLayout;
import dev.steppe.raft.log.layout.SegmentLayout;
import dev.steppe.raft.log.segment.LogSegment;
import dev.steppe.raft.log.segment.SegmentTable;
import dev.steppe.raft.log.vault.HardStateVault;
import dev.steppe.raft.log.vault.IdentityFile;
import dev.steppe.raft.log.vault.WatermarkFile;
import dev.steppe.raft.storage.StorageDirectory;
import dev.steppe.raft.storage.StorageFile;
import dev.steppe.raft.storage.WriteStrategy;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What opening a data directory would come to, and what lies in it; nothing is changed by looking. Immutable.
 *
 * @param verdict what a server that starts on it would say
 * @param place where the log is damaged, or its torn tail begins; null if clean
 * @param reason why it is damaged; null if it is not
 * @param firstIndex first entry that is there, or would be first; 0 if the log could not be read so far
 * @param lastIndex last entry that can be believed; that before {@code firstIndex} if there is none
 * @param watermark highest entry that is known to have been forced
 * @param vault term, vote and quarantine; null if they cannot be read
 * @param segments the segments of the log, in order; obsolete ones are not among them
 */
public record LogInspection(
        Verdict verdict,
        @Nullable Place place,
        @Nullable Reason reason,
        long firstIndex,
        long lastIndex,
        Watermark watermark,
        @Nullable HardState vault,
        List<Segment> segments) {

    /** What a server would find. */
    public enum Verdict {
        /** Everything that was ever written. */
        CLEAN,
        /** Bytes behind the last whole frame that nothing explains and nothing vouches for. */
        TORN_TAIL,
        /** Something that had been forced is not there. */
        DAMAGED
    }

    /** An entry known to have been forced; 0 and 0 if none is. */
    public record Watermark(long term, long index) {}

    /** What the vault says. {@code votedFor} is {@link HardStateVault#NOBODY} without a vote. */
    public record HardState(long term, int votedFor, String quarantine) {}

    /** One segment; the indexes are 0 if it holds no entry. */
    public record Segment(String fileName, long generation, long firstIndex, long lastIndex, int lengthBytes) {}

    /** Whose directory it is; null if that cannot be read. */
    public static @Nullable LogIdentity identityOf(StorageDirectory directory) throws OperatingFault {
        if (!directory.names().contains(IdentityFile.FILE_NAME)) {
            return null;
        }
        try (StorageFile file = directory.open(IdentityFile.FILE_NAME)) {
            IdentityFile identityFile = IdentityFile.read(file);
            return identityFile == null ? null : identityFile.identity();
        }
    }

    /** Is told entries, in their order. */
    @FunctionalInterface
    public interface EntryVisitor {
        /** The record of entry {@code index} lies in {@code segment} at {@code recordOffset}, see RecordLayout. */
        void entry(long index, ByteBuffer segment, int recordOffset) throws OperatingFault;
    }

    /** As {@link #of(StorageDirectory, LogPosition, EntryVisitor)}, without telling anybody. */
    public static LogInspection of(StorageDirectory directory, LogPosition snapshot) throws OperatingFault {
        return of(directory, snapshot, (index, segment, recordOffset) -> {});
    }

    /**
     * Looks at {@code directory} as recovery would.
     *
     * @param snapshot what the newest snapshot that can be believed stands for; {@link LogPosition#ORIGIN} if none
     * @param visitor is told each entry behind the snapshot, unless the log is damaged or does not continue it
     * @throws OperatingFault when it cannot be read, or what the visitor threw
     */
    public static LogInspection of(StorageDirectory directory, LogPosition snapshot, EntryVisitor visitor)
            throws OperatingFault {
        LogReading reading = new LogReading(directory, snapshot, WriteStrategy.POSITIONAL);
        try {
            RecoveryVerdict refusal = reading.read(directory.names(), null);
            if (refusal instanceof Damaged damaged) {
                return report(reading, Verdict.DAMAGED, damaged.place(), damaged.reason());
            }
            if (!reading.isBehindSnapshot()) {
                visit(reading.table(), snapshot.index() + 1, visitor);
            }
            Parts parts = reading.parts();
            boolean isTorn =
                    parts.scan().endBehindTail() > parts.table().active().tailOffset();
            return isTorn
                    ? report(reading, Verdict.TORN_TAIL, reading.tailPlace(), null)
                    : report(reading, Verdict.CLEAN, null, null);
        } finally {
            reading.close();
        }
    }

    /**
     * Payload of the last entry of {@code kind} behind {@code snapshot} among those that can still be believed, in a
     * damaged directory too; a later one may be among what is lost.
     *
     * @param snapshot as for {@link #of}
     * @param kind 0..255
     * @return null if there is none, or if nothing of the log can be read
     * @throws OperatingFault when the directory cannot be read
     */
    public static byte @Nullable [] lastOf(StorageDirectory directory, LogPosition snapshot, int kind)
            throws OperatingFault {
        LogReading reading = new LogReading(directory, snapshot, WriteStrategy.POSITIONAL);
        try {
            reading.read(directory.names(), null);
            SegmentTable table = reading.table();
            long afterIndex = Math.max(snapshot.index(), table.base().index());
            for (long index = table.lastIndex(); index > afterIndex; index--) {
                LogSegment segment = table.segmentOf(index);
                if (segment == null) {
                    throw Invariant.broken("no such entry: index, last", index, table.lastIndex());
                }
                int recordOffset = segment.offsetOf(index);
                if (RecordLayout.kind(segment.bytes(), recordOffset) == kind) {
                    byte[] payload = new byte[RecordLayout.payloadBytes(segment.bytes(), recordOffset)];
                    segment.bytes().get(recordOffset + RecordLayout.HEADER_BYTES, payload);
                    return payload;
                }
            }
            return null;
        } finally {
            reading.close();
        }
    }

    private static void visit(SegmentTable table, long firstIndex, EntryVisitor visitor) throws OperatingFault {
        for (long index = firstIndex; index <= table.lastIndex(); index++) {
            LogSegment segment = table.segmentOf(index);
            if (segment == null) {
                throw Invariant.broken("no segment holds an entry of the log: index", index);
            }
            visitor.entry(index, segment.bytes(), segment.offsetOf(index));
        }
    }

    private static LogInspection report(
            LogReading reading, Verdict verdict, @Nullable Place place, @Nullable Reason reason) {
        HardStateVault vault = reading.vault();
        SegmentTable table = reading.table();
        boolean isRead = table.segments().length > 0;
        return new LogInspection(
                verdict,
                place,
                reason,
                isRead ? table.firstIndex() : 0,
                isRead ? table.lastIndex() : 0,
                watermark(reading),
                vault == null
                        ? null
                        : new HardState(
                                vault.term(),
                                vault.votedFor(),
                                vault.quarantine().name()),
                segments(table));
    }

    /** The higher one of what the file and the last frame tell; a file before the last cut tells nothing. */
    private static Watermark watermark(LogReading reading) {
        SegmentTable table = reading.table();
        WatermarkFile file = reading.watermark();
        long index = Math.max(reading.vouchedIndex(), table.base().index());
        if (file != null && file.wasReadable() && isBeyond(file, table.cutCount(), index)) {
            return new Watermark(file.term(), file.index());
        }
        return index > table.lastIndex() ? new Watermark(0, 0) : new Watermark(table.termAt(index), index);
    }

    private static boolean isBeyond(WatermarkFile file, int cutCount, long index) {
        return file.cutCount() > cutCount || (file.cutCount() == cutCount && file.index() > index);
    }

    private static List<Segment> segments(SegmentTable table) {
        List<Segment> segments = new ArrayList<>();
        for (LogSegment segment : table.segments()) {
            int entryCount = segment.entryCount();
            segments.add(new Segment(
                    segment.name(),
                    segment.generation(),
                    entryCount == 0 ? 0 : segment.firstIndex(),
                    entryCount == 0 ? 0 : segment.firstIndex() + entryCount - 1,
                    segment.lengthBytes()));
        }
        return List.copyOf(segments);
    }

    /** Version of the format that is read. */
    public static int formatVersion() {
        return SegmentLayout.FORMAT_VERSION;
    }
}
