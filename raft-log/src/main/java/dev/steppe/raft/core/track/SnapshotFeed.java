package dev.steppe.raft.core.track;

/**
 * How far one follower has been given a snapshot: one piece at a time, the next one when the last is answered. An
 * answer moves it on only if it follows what was sent last; another offset is taken only as the answer to a piece that
 * was sent again. So a repeated answer never makes a second piece fly.
 */
public final class SnapshotFeed {
    private long index;
    private long term;
    private long totalBytes;
    private long offsetBytes;
    private int flyingBytes;
    private long sentNs;
    private boolean isRepeated;

    SnapshotFeed copy() {
        SnapshotFeed copy = new SnapshotFeed();
        copy.index = index;
        copy.term = term;
        copy.totalBytes = totalBytes;
        copy.offsetBytes = offsetBytes;
        copy.flyingBytes = flyingBytes;
        copy.sentNs = sentNs;
        copy.isRepeated = isRepeated;
        return copy;
    }

    /** Nothing is fed. */
    public void end() {
        index = 0;
        term = 0;
        totalBytes = 0;
        rewind();
    }

    /** Begins at the start of a snapshot. */
    public void begin(SnapshotPosition snapshot) {
        index = snapshot.index();
        term = snapshot.term();
        totalBytes = snapshot.totalBytes();
        rewind();
    }

    /** Begins anew with the same snapshot: the follower has begun a new life. */
    void rewind() {
        offsetBytes = 0;
        flyingBytes = 0;
        sentNs = 0;
        isRepeated = false;
    }

    /** Index of the snapshot that is fed, 0 if none. */
    public long index() {
        return index;
    }

    /** Term of its last entry. */
    public long term() {
        return term;
    }

    /** Length of its file. */
    public long totalBytes() {
        return totalBytes;
    }

    /** Where the piece that was sent last begins. */
    public long offsetBytes() {
        return offsetBytes;
    }

    /** Length of the piece that was sent last; 0 if none is on its way. */
    public int flyingBytes() {
        return flyingBytes;
    }

    /** Whether a piece may be sent: none is on its way, or the last one is unanswered for {@code stallNs}. */
    public boolean isDue(long nowNs, long stallNs) {
        return flyingBytes == 0 || nowNs - sentNs >= stallNs;
    }

    /** A piece of at most {@code chunkMaxBytes} is sent: the next one, or the last one again. */
    public void send(long nowNs, int chunkMaxBytes) {
        isRepeated = flyingBytes != 0;
        flyingBytes = (int) Math.min(chunkMaxBytes, totalBytes - offsetBytes);
        sentNs = nowNs;
    }

    /** The follower wants to go on at {@code nextOffsetBytes}; an offset that makes no sense changes nothing. */
    public void wants(long nextOffsetBytes) {
        boolean isProgress = flyingBytes != 0 && nextOffsetBytes == offsetBytes + flyingBytes;
        boolean isCorrection = isRepeated && nextOffsetBytes >= 0 && nextOffsetBytes <= totalBytes;
        // At the end of the file the follower only examines what it has: nothing more to send, unless it forgets.
        if ((isProgress || isCorrection) && nextOffsetBytes < totalBytes) {
            offsetBytes = nextOffsetBytes;
            flyingBytes = 0;
            isRepeated = false;
        }
    }

    long fold(long hash) {
        long folded = StateHash.fold(StateHash.fold(hash, index), term);
        folded = StateHash.fold(StateHash.fold(folded, totalBytes), offsetBytes);
        folded = StateHash.fold(StateHash.fold(folded, flyingBytes), sentNs);
        return StateHash.fold(folded, isRepeated ? 1 : 0);
    }
}
