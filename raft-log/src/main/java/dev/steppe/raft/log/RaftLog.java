package dev.steppe.raft.log;

import dev.steppe.base.Invariant;
import dev.steppe.base.OperatingFault;
import dev.steppe.raft.log.layout.FrameHeader;
import dev.steppe.raft.log.layout.LogIdentity;
import dev.steppe.raft.log.layout.LogPosition;
import dev.steppe.raft.log.layout.RecordLayout;
import dev.steppe.raft.log.segment.LogSegment;
import dev.steppe.raft.log.segment.SegmentPool;
import dev.steppe.raft.log.segment.SegmentTable;
import dev.steppe.raft.log.vault.BaseFile;
import dev.steppe.raft.log.vault.WatermarkFile;
import dev.steppe.raft.storage.LatchedDirectory;
import dev.steppe.raft.storage.PrepareVerdict;
import java.util.concurrent.atomic.AtomicInteger;
import org.agrona.DirectBuffer;
import org.jspecify.annotations.Nullable;

/**
 * The log of one server: a sequence of entries numbered from 1, of which a snapshot may have taken the beginning. Owned
 * by one thread; {@link EntryCursor}s read from others. Appending allocates nothing, except that the table of offsets
 * of a segment doubles when its records (24 bytes and the payload) are shorter than 128 bytes on average.
 *
 * <p>Always: {@code forcedIndex <= lastIndex}; entries up to {@code forcedIndex} survive power loss; terms never fall;
 * a frame lies in one segment; a segment is forced before the next one takes a frame. Files only grow at their tail: a
 * conflict is cut by a mark behind the entries it discards, nothing acknowledged is ever written over. Segments go from
 * the beginning only, after the base file has said so durably; their blocks are used again.
 *
 * <p>After the first failed write or force every later one is refused ({@link LatchedDirectory}). An
 * {@code InternalError} from the mapping is nobody's to catch.
 *
 * <p>Sources: 1. Ongaro, Raft thesis, 2014, §3. 2. Alagappan et al., Protocol-Aware Recovery, FAST 2018 (torn tail
 * against damage). 3. {@code raft-log/FORMAT.md}.
 */
public final class RaftLog implements AutoCloseable {
    private final LatchedDirectory directory;
    private final LogIdentity identity;
    private final LogConfig config;
    private final SegmentTable table;
    private final SegmentPool pool;
    private final BaseFile base;
    private final WatermarkFile watermark;
    private final BatchFrame batch;
    /** Open cursors, plus one while the log itself is open; at 0 the mappings go. */
    private final AtomicInteger userCount = new AtomicInteger(1);

    private final ForceAside aside = new ForceAside(this);
    private boolean isForcedAside;
    private long forcedIndex;
    private long forcedTerm;
    private long batchTerm;
    private long batchLogTimeMs;
    private boolean isClosed;

    /** A log over recovered, forced segments. */
    RaftLog(LatchedDirectory directory, LogIdentity identity, LogConfig config, Recovered recovered) {
        this.directory = directory;
        this.identity = identity;
        this.config = config;
        table = recovered.table();
        pool = recovered.pool();
        base = recovered.base();
        watermark = recovered.watermark();
        batch = recovered.batch();
        forcedIndex = table.lastIndex();
        forcedTerm = table.lastTerm();
        batch.begin(table);
    }

    /** What recovery hands over. */
    record Recovered(SegmentTable table, SegmentPool pool, BaseFile base, WatermarkFile watermark, BatchFrame batch) {}

    /**
     * Begins a leader's batch of entries of one term and log time; what an earlier batch held unwritten is forgotten.
     */
    public void beginBatch(long term, long logTimeMs) {
        checkOpen();
        if (term < Math.max(table.lastTerm(), 1)) {
            throw Invariant.broken("term would go back: last, new", table.lastTerm(), term);
        }
        batch.begin(table);
        batchTerm = term;
        batchLogTimeMs = logTimeMs;
    }

    /**
     * Adds one entry to a leader's batch; the bytes are copied. Its index is {@link #batchLastIndex()}.
     *
     * @param kind 0..255, without meaning for the log
     * @param lengthBytes of the payload, 0 or more
     * @return APPENDED, BATCH_FULL, TOO_LARGE or NO_SEGMENT
     */
    public AppendVerdict appendEntry(int kind, DirectBuffer buffer, int offset, int lengthBytes) {
        if (kind < 0 || kind > RecordLayout.KIND_MAX || lengthBytes < 0 || batchTerm < 1) {
            throw Invariant.broken("entry out of range: kind, length, batch term", kind, lengthBytes, batchTerm);
        }
        if (lengthBytes > config.payloadMaxBytes()) {
            return AppendVerdict.TOO_LARGE;
        }
        AppendVerdict verdict = room(RecordLayout.recordBytes(lengthBytes));
        if (verdict == AppendVerdict.APPENDED) {
            batch.add(RecordLayout.lengthAndKind(lengthBytes, kind), batchTerm, batchLogTimeMs, buffer, offset);
        }
        return verdict;
    }

    /** Begins a follower's batch; what an earlier batch held unwritten is forgotten. */
    public void beginRecords() {
        checkOpen();
        batch.begin(table);
        batchTerm = 0;
    }

    /**
     * Adds a run of whole records, as a leader's cursor gave them, behind the last entry of the batch: all of them
     * after each has been checked against the chain, or none. The caller has settled that the entry before is the same.
     *
     * @return any {@link AppendVerdict}
     */
    public AppendVerdict appendRecords(DirectBuffer buffer, int offset, int lengthBytes) {
        if (lengthBytes < 0 || batchTerm != 0) {
            throw Invariant.broken("records out of place: length, batch term", lengthBytes, batchTerm);
        }
        AppendVerdict verdict = room(lengthBytes);
        return verdict == AppendVerdict.APPENDED ? batch.addRecords(buffer, offset, lengthBytes) : verdict;
    }

    /** Index of the last entry of the batch, or of the log while the batch is empty. */
    public long batchLastIndex() {
        return batch.lastIndex();
    }

    /** Bytes that the batch would take in a segment, header included; 0 while it is empty. */
    public int batchBytes() {
        return batch.entryCount() == 0 ? 0 : batch.frameBytes();
    }

    /**
     * Writes the batch and begins an empty one of the same term; nothing if it is empty. The entries can be read and
     * sent at once; they are durable after {@link #force()}. Going on in the next segment forces the one before.
     *
     * @return the last index of the log
     */
    public long writeBatch() throws OperatingFault {
        checkOpen();
        if (batch.entryCount() > 0) {
            LogSegment segment = placeFor(batch.frameBytes());
            int offset = segment.tailOffset();
            segment.write(offset, batch.seal(segment, table.cutCount(), forcedIndex, forcedTerm));
            batch.enter(table, offset);
            batch.begin(table);
        }
        return table.lastIndex();
    }

    /**
     * Returns when every written entry is on the disk; at most one force, none if nothing was written since the last.
     *
     * @return the index up to which entries are durable: {@link #lastIndex()}
     */
    public long force() throws OperatingFault {
        checkOpen();
        LogSegment segment = table.active();
        if (!segment.isForced() || isForcedAside) {
            segment.force();
            noteForced();
        }
        return forcedIndex;
    }

    /**
     * Begins a force of everything written so far that another thread is to carry out; writing goes on meanwhile.
     *
     * @return what to carry out, to be brought back to {@link #endForce}; null if nothing is to be forced or one force
     *     is under way
     */
    public @Nullable ForceAside beginForce() {
        checkOpen();
        LogSegment segment = table.active();
        if (segment.isForced() || isForcedAside || !segment.pins().tryPin()) {
            return null;
        }
        isForcedAside = true;
        userCount.incrementAndGet();
        segment.forceBegun();
        return aside.of(segment, table.lastIndex(), table.lastTerm(), table.cutCount());
    }

    /**
     * Takes note of a force that was carried out. What was cut meanwhile does not count.
     *
     * @return the index up to which entries are durable
     */
    public long endForce(ForceAside done) throws OperatingFault {
        checkOpen();
        isForcedAside = false;
        if (done.cutCount() == table.cutCount() && done.lastIndex() > forcedIndex) {
            forcedIndex = done.lastIndex();
            forcedTerm = done.lastTerm();
            watermark.store(table.cutCount(), forcedIndex, forcedTerm);
        }
        return forcedIndex;
    }

    /**
     * Discards entries from {@code index} on, because they conflict with the leader's; whether they are not committed
     * is the caller's to know. Forces, writes a cut mark and forces that; an unwritten batch is forgotten.
     *
     * @return APPENDED, or NO_SEGMENT: then nothing was cut
     */
    public AppendVerdict truncateFrom(long index) throws OperatingFault {
        checkOpen();
        checkPresent(index, table.base().index() + 1);
        batch.begin(table);
        batchTerm = 0;
        int markBytes = batch.frameBytes();
        if (!hasPlaceFor(markBytes)) {
            return AppendVerdict.NO_SEGMENT;
        }
        force();
        LogSegment segment = placeFor(markBytes);
        int offset = segment.tailOffset();
        segment.write(offset, batch.sealCut(segment, table.cutCount() + 1, index, table));
        segment.force();
        table.addCut(offset, index);
        noteForced();
        batch.begin(table);
        return AppendVerdict.APPENDED;
    }

    /**
     * Gives up entries of the beginning that a snapshot stands for: as many whole segments as hold none beyond
     * {@code index}. Forces the base file first, if there is anything to give up. Readers that stand on them may stay.
     *
     * @param index up to which a durable snapshot stands for the entries; it may lie beyond the last
     * @return {@link #firstIndex()} from now on
     */
    public long truncatePrefix(long index) throws OperatingFault {
        checkOpen();
        int ordinal = table.beginnableOrdinal(index);
        if (ordinal > 0) {
            LogSegment first = table.segments()[ordinal];
            base.store(first.generation(), first.start(), first.startCutCount());
            pool.retire(table.dropBefore(ordinal));
        }
        return firstIndex();
    }

    /**
     * Discards every entry and goes on behind {@code position}, which a durable snapshot stands for; an unwritten batch
     * is forgotten. Durable when it returns. Until the base file is forced, the old log stands.
     *
     * @return APPENDED, or NO_SEGMENT: then nothing has changed
     */
    public AppendVerdict reset(LogPosition position) throws OperatingFault {
        checkOpen();
        if (!table.isNextPrepared()) {
            return AppendVerdict.NO_SEGMENT;
        }
        LogSegment first = table.nextPrepared();
        int cutCount = table.cutCount() + 1;
        base.store(first.generation(), position, cutCount);
        pool.retire(table.beginWith(first, position, cutCount));
        noteForced();
        batch.begin(table);
        batchTerm = 0;
        return AppendVerdict.APPENDED;
    }

    /** First index that the log holds, or would hold first. Any thread. */
    public long firstIndex() {
        return table.firstIndex();
    }

    /** What lies before {@link #firstIndex()}: {@link LogPosition#ORIGIN}, or what a snapshot stands for. */
    public LogPosition base() {
        return table.base();
    }

    /** Last index written; that of the base in an empty log. */
    public long lastIndex() {
        return table.lastIndex();
    }

    /** Term of the last entry; that of the base in an empty log. */
    public long lastTerm() {
        return table.lastTerm();
    }

    /** Last index that survives power loss; that of the base if none. */
    public long forcedIndex() {
        return forcedIndex;
    }

    /** Term of the entry at {@code index}, from the base to the last; 0 at index 0. One binary search. */
    public long termAt(long index) {
        checkPresent(index, table.base().index());
        return table.termAt(index);
    }

    /** Log time of the entry at {@code index}, from the base to the last, in milliseconds. One binary search. */
    public long logTimeAt(long index) {
        checkPresent(index, table.base().index());
        return table.logTimeAt(index);
    }

    /**
     * Chain checksum at {@code index}, from the base to the last: equal on two replicas exactly if they agree up to it.
     */
    public int chainCrcAt(long index) {
        checkPresent(index, table.base().index());
        return table.chainCrcAt(index);
    }

    /** A new cursor, not yet on an entry; for any one thread. Called by the owner. Allocates. */
    public EntryCursor openCursor() {
        checkOpen();
        userCount.incrementAndGet();
        return new EntryCursor(this);
    }

    /** True if the batch that is being built and one more of any length find a place without another segment. */
    public boolean hasRoomForBatch() {
        return table.isNextPrepared()
                || table.active().hasRoom(batch.frameBytes() + FrameHeader.BYTES + config.batchMaxBytes());
    }

    /** Bytes that are left in the current segment. */
    public int tailRoomBytes() {
        return table.active().lengthBytes() - table.active().tailOffset();
    }

    /** Length of a new segment in bytes. */
    public int segmentBytes() {
        return config.segmentBytes();
    }

    /** True if a segment stands ready for the time when the current one is full. */
    public boolean isNextPrepared() {
        return table.isNextPrepared();
    }

    /**
     * The making of the next segment, for a thread of its own; hand it to {@link #adopt} when it says PREPARED. One at
     * a time.
     */
    public SegmentPreparation nextPreparation() {
        checkOpen();
        return new SegmentPreparation(directory, identity, config, table.nextGeneration(), pool);
    }

    /** Takes over a prepared segment. One that was made twice is a broken invariant. */
    public void adopt(SegmentPreparation preparation) {
        checkOpen();
        if (preparation.generation() != table.nextGeneration()) {
            throw Invariant.broken(
                    "segment out of order: expected, got", table.nextGeneration(), preparation.generation());
        }
        table.addSegment(preparation.segment());
    }

    /** Makes the next segment, here and now, unless one stands ready. Blocks while the disk writes a whole segment. */
    public PrepareVerdict prepareNext() throws OperatingFault {
        if (table.isNextPrepared()) {
            return PrepareVerdict.PREPARED;
        }
        SegmentPreparation preparation = nextPreparation();
        PrepareVerdict verdict = preparation.perform();
        if (verdict == PrepareVerdict.PREPARED) {
            adopt(preparation);
        }
        return verdict;
    }

    /**
     * Forces what was written and closes; the mappings go when the last cursor is closed. Idempotent. After a fault
     * nothing is forced.
     */
    @Override
    public void close() throws OperatingFault {
        if (isClosed) {
            return;
        }
        try {
            if (!directory.isLatched()) {
                force();
                watermark.force();
            }
        } finally {
            isClosed = true;
            watermark.close();
            base.close();
            cursorClosed();
        }
    }

    /** One user of the mappings less. Any thread. */
    void cursorClosed() {
        if (userCount.decrementAndGet() == 0) {
            for (LogSegment segment : table.segments()) {
                segment.close();
            }
            pool.close();
        }
    }

    /** The segment of entry {@code index}, null if it is gone; to be pinned before it is read. Any thread. */
    @Nullable
    LogSegment segmentOf(long index) {
        return table.segmentOf(index);
    }

    private AppendVerdict room(int recordBytes) {
        AppendVerdict verdict = batch.room(recordBytes);
        if (verdict == AppendVerdict.APPENDED && !hasPlaceFor(batch.frameBytes() + recordBytes)) {
            return AppendVerdict.NO_SEGMENT;
        }
        return verdict;
    }

    private boolean hasPlaceFor(int frameBytes) {
        return table.active().hasRoom(frameBytes)
                || (table.isNextPrepared() && table.nextPrepared().hasRoom(frameBytes));
    }

    private LogSegment placeFor(int frameBytes) throws OperatingFault {
        if (!table.active().hasRoom(frameBytes)) {
            // A later segment that holds anything proves that this one is whole on the disk; recovery relies on it.
            force();
            table.roll();
        }
        return table.active();
    }

    private void noteForced() throws OperatingFault {
        forcedIndex = table.lastIndex();
        forcedTerm = table.lastTerm();
        watermark.store(table.cutCount(), forcedIndex, forcedTerm);
    }

    private void checkOpen() {
        if (isClosed) {
            throw Invariant.broken("closed log used: last index", table.lastIndex());
        }
    }

    private void checkPresent(long index, long lowest) {
        if (index < lowest || index > table.lastIndex()) {
            throw Invariant.broken("no such entry: index, last", index, table.lastIndex());
        }
    }
}
