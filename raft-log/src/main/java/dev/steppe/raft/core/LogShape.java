package dev.steppe.raft.core;

import dev.steppe.base.Invariant;
import dev.steppe.raft.core.track.StateHash;
import java.util.Arrays;

/**
 * What the core knows of the log: which term each entry has, and about how long stretches of it are. Terms are kept as
 * runs (first index, term), lengths as marks (index, bytes up to it), one mark per stride or batch. So ten gigabytes of
 * log take two megabytes here, and the number of elections counts, not the number of entries.
 *
 * <p>Terms are exact. Lengths are upper bounds: inside a stride, and where a cut fell into one, more is reported than
 * is there. They only bound what is in flight. Entries up to the base are gone: of them only the term of the last is
 * known. Owned by the consensus agent once the core has it.
 */
public final class LogShape {
    /** The usual length of a stride. */
    public static final int STRIDE_BYTES = 128 * 1024;

    private final int strideBytes;
    private long baseIndex;
    private long baseTerm;
    private long lastIndex;
    private long lastBytes;
    private long[] runFirstIndexes = new long[16];
    private long[] runTerms = new long[16];
    private int runCount;
    private long[] markIndexes = new long[64];
    private long[] markBytes = new long[64];
    private int markCount;

    /** The shape of an empty log, with strides of {@value #STRIDE_BYTES} bytes. */
    public LogShape() {
        this(STRIDE_BYTES);
    }

    /** The shape of an empty log, with strides of {@code strideBytes}, above 0. */
    public LogShape(int strideBytes) {
        this(strideBytes, 0, 0);
    }

    /** The shape of a log without entries that goes on behind {@code baseIndex}, whose entry had {@code baseTerm}. */
    public LogShape(int strideBytes, long baseIndex, long baseTerm) {
        this.strideBytes = strideBytes;
        reset(baseIndex, baseTerm);
    }

    private LogShape(LogShape other) {
        strideBytes = other.strideBytes;
        baseIndex = other.baseIndex;
        baseTerm = other.baseTerm;
        lastIndex = other.lastIndex;
        lastBytes = other.lastBytes;
        runFirstIndexes = other.runFirstIndexes.clone();
        runTerms = other.runTerms.clone();
        runCount = other.runCount;
        markIndexes = other.markIndexes.clone();
        markBytes = other.markBytes.clone();
        markCount = other.markCount;
    }

    /** An independent copy. */
    public LogShape copy() {
        return new LogShape(this);
    }

    /** Last entry that is gone from the front, 0 if none is. */
    public long baseIndex() {
        return baseIndex;
    }

    /** Term of that entry, 0 if none is gone. */
    public long baseTerm() {
        return baseTerm;
    }

    /** Index of the last entry, that of the base if there is none. */
    public long lastIndex() {
        return lastIndex;
    }

    /** Term of the last entry, that of the base if there is none. */
    public long lastTerm() {
        return runCount == 0 ? baseTerm : runTerms[runCount - 1];
    }

    /** Whether the entry at {@code index}, or the base there, has {@code term}. */
    public boolean has(long index, long term) {
        return index >= baseIndex && index <= lastIndex && termAt(index) == term;
    }

    /** Every entry up to {@code index} is gone; the one there must be known. */
    public void compact(long index) {
        if (index < baseIndex || index > lastIndex) {
            throw Invariant.broken("compaction outside the log: index, base, last", index, baseIndex, lastIndex);
        }
        if (index == baseIndex) {
            return;
        }
        baseTerm = termAt(index);
        baseIndex = index;
        int firstRun = index == lastIndex ? runCount : runAt(index + 1);
        dropRuns(firstRun);
        if (runCount > 0) {
            runFirstIndexes[0] = Math.max(runFirstIndexes[0], index + 1);
        }
        // The last mark at or before the base stays: it tells where the bytes behind the base begin.
        int firstMark = firstMarkFrom(index + 1);
        dropMarks(Math.max(0, firstMark - 1));
    }

    /** All entries are gone, and those that follow will follow {@code newBaseIndex}. */
    public void reset(long newBaseIndex, long newBaseTerm) {
        if (newBaseIndex < 0 || newBaseTerm < 0 || (newBaseIndex == 0) != (newBaseTerm == 0)) {
            throw Invariant.broken("no base: index, term", newBaseIndex, newBaseTerm);
        }
        runCount = 0;
        markCount = 0;
        lastBytes = 0;
        baseIndex = newBaseIndex;
        baseTerm = newBaseTerm;
        lastIndex = newBaseIndex;
    }

    /** Adds {@code entryCount} entries of one term, {@code entryBytes} long together. Terms never decrease. */
    public void append(long term, int entryCount, long entryBytes) {
        if (entryCount < 1 || entryBytes < 0) {
            throw Invariant.broken("an append must have entries: count, bytes", entryCount, entryBytes);
        }
        if (term < lastTerm() || term < 1) {
            throw Invariant.broken("terms must not decrease: last, appended", lastTerm(), term);
        }
        if (runCount == 0 || term != lastTerm()) {
            addRun(lastIndex + 1, term);
        }
        long markedBytes = markCount == 0 ? 0 : markBytes[markCount - 1];
        if (lastBytes > markedBytes && lastBytes + entryBytes - markedBytes > 2L * strideBytes) {
            // A message ends at a mark. Without this one it could be longer than the one in which its entries came.
            addMark(lastIndex, lastBytes);
            markedBytes = lastBytes;
        }
        lastIndex += entryCount;
        lastBytes += entryBytes;
        if (lastBytes - markedBytes >= strideBytes) {
            addMark(lastIndex, lastBytes);
        }
    }

    /** Removes every entry behind {@code keptIndex}. */
    public void cutAfter(long keptIndex) {
        if (keptIndex < baseIndex || keptIndex > lastIndex) {
            throw Invariant.broken("cut outside the log: kept, base, last", keptIndex, baseIndex, lastIndex);
        }
        while (runCount > 0 && runFirstIndexes[runCount - 1] > keptIndex) {
            runCount--;
        }
        while (markCount > 0 && markIndexes[markCount - 1] > keptIndex) {
            lastBytes = markBytes[--markCount];
        }
        if (markCount > 0 && markIndexes[markCount - 1] == keptIndex) {
            lastBytes = markBytes[markCount - 1];
        }
        lastIndex = keptIndex;
    }

    /** Term of the entry at {@code index}, the base included; 0 for index 0. */
    public long termAt(long index) {
        if (index == baseIndex) {
            return baseTerm;
        }
        if (index == 0) {
            return 0;
        }
        return runTerms[runAt(index)];
    }

    /** First entry here of the run of equal terms that holds {@code index}, which is behind the base. */
    public long runFirstIndex(long index) {
        return runFirstIndexes[runAt(index)];
    }

    /** Last entry of the run of equal terms that holds {@code index}, which is behind the base. */
    public long runLastIndex(long index) {
        int run = runAt(index);
        return run == runCount - 1 ? lastIndex : runFirstIndexes[run + 1] - 1;
    }

    /** Last entry, the base included, whose term is at most {@code term}; 0 if none is known. */
    public long lastIndexOfTermUpTo(long term) {
        for (int run = runCount - 1; run >= 0; run--) {
            if (runTerms[run] <= term) {
                return runLastIndex(runFirstIndexes[run]);
            }
        }
        return baseTerm <= term ? baseIndex : 0;
    }

    /**
     * Where a message that starts with {@code firstIndex} should end: one term, about one stride, never more than two
     * unless it is a single append, which came in one message itself.
     */
    public long messageLastIndex(long firstIndex) {
        int mark = firstMarkFrom(firstIndex);
        long strideEnd = mark == markCount ? lastIndex : markIndexes[mark];
        return Math.min(strideEnd, runLastIndex(firstIndex));
    }

    /**
     * An upper bound of the bytes of the entries behind {@code afterIndex} up to {@code upToIndex}; 0 if there are
     * none.
     */
    public long bytesBetween(long afterIndex, long upToIndex) {
        long knownAfterIndex = Math.max(afterIndex, baseIndex);
        if (knownAfterIndex >= upToIndex) {
            return 0;
        }
        int to = firstMarkFrom(upToIndex);
        int before = firstMarkFrom(knownAfterIndex + 1) - 1;
        return (to == markCount ? lastBytes : markBytes[to]) - (before < 0 ? 0 : markBytes[before]);
    }

    long fold(long hash) {
        long folded = StateHash.fold(StateHash.fold(hash, baseIndex), baseTerm);
        folded = StateHash.fold(StateHash.fold(folded, lastIndex), lastBytes);
        for (int i = 0; i < runCount; i++) {
            folded = StateHash.fold(StateHash.fold(folded, runFirstIndexes[i]), runTerms[i]);
        }
        for (int i = 0; i < markCount; i++) {
            folded = StateHash.fold(StateHash.fold(folded, markIndexes[i]), markBytes[i]);
        }
        return folded;
    }

    private int runAt(long index) {
        if (index <= baseIndex || index > lastIndex) {
            throw Invariant.broken("no such entry: index, base, last", index, baseIndex, lastIndex);
        }
        int run = runCount - 1;
        if (runFirstIndexes[run] <= index) {
            return run;
        }
        int found = Arrays.binarySearch(runFirstIndexes, 0, runCount, index);
        return found >= 0 ? found : -found - 2;
    }

    /** The first mark at or behind {@code index}; the number of marks if there is none. */
    private int firstMarkFrom(long index) {
        if (markCount == 0 || markIndexes[markCount - 1] < index) {
            return markCount;
        }
        int found = Arrays.binarySearch(markIndexes, 0, markCount, index);
        return found >= 0 ? found : -found - 1;
    }

    private void dropRuns(int droppedCount) {
        runCount -= droppedCount;
        System.arraycopy(runFirstIndexes, droppedCount, runFirstIndexes, 0, runCount);
        System.arraycopy(runTerms, droppedCount, runTerms, 0, runCount);
    }

    private void dropMarks(int droppedCount) {
        markCount -= droppedCount;
        System.arraycopy(markIndexes, droppedCount, markIndexes, 0, markCount);
        System.arraycopy(markBytes, droppedCount, markBytes, 0, markCount);
    }

    private void addRun(long firstIndex, long term) {
        if (runCount == runTerms.length) {
            runFirstIndexes = Arrays.copyOf(runFirstIndexes, 2 * runCount);
            runTerms = Arrays.copyOf(runTerms, 2 * runCount);
        }
        runFirstIndexes[runCount] = firstIndex;
        runTerms[runCount++] = term;
    }

    private void addMark(long index, long bytes) {
        if (markCount == markIndexes.length) {
            markIndexes = Arrays.copyOf(markIndexes, 2 * markCount);
            markBytes = Arrays.copyOf(markBytes, 2 * markCount);
        }
        markIndexes[markCount] = index;
        markBytes[markCount++] = bytes;
    }
}
