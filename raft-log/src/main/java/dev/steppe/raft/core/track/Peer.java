package dev.steppe.raft.core.track;

import dev.steppe.base.Invariant;

/**
 * What a leader knows of one follower. While probing, one message is under way and waits for an answer; while
 * streaming, messages follow each other without waiting and {@code nextIndex} runs ahead of {@code matchIndex}. Always
 * {@code matchIndex < nextIndex}, and {@code matchIndex} never falls within one leadership and one life of the
 * follower.
 */
public final class Peer {
    private final int memberId;
    private final PeerLife life;
    private final SnapshotFeed feed;
    private boolean streaming;
    private boolean probeSent;
    private long nextIndex;
    private long matchIndex;
    private long storedIndex;
    private long toldCommitIndex;
    private long confirmedRoundId;
    private long wantedIndex;
    private long contactNs;
    private long progressNs;

    Peer(int memberId) {
        this.memberId = memberId;
        life = new PeerLife();
        feed = new SnapshotFeed();
    }

    private Peer(Peer other) {
        memberId = other.memberId;
        life = other.life.copy();
        feed = other.feed.copy();
        streaming = other.streaming;
        probeSent = other.probeSent;
        nextIndex = other.nextIndex;
        matchIndex = other.matchIndex;
        storedIndex = other.storedIndex;
        toldCommitIndex = other.toldCommitIndex;
        confirmedRoundId = other.confirmedRoundId;
        wantedIndex = other.wantedIndex;
        contactNs = other.contactNs;
        progressNs = other.progressNs;
    }

    Peer copy() {
        return new Peer(this);
    }

    /** A new leadership begins: nothing is known but that a majority has just voted. */
    void begin(long firstNextIndex, long nowNs) {
        life.begin();
        confirmedRoundId = 0;
        contactNs = nowNs;
        nextIndex = firstNextIndex;
        forget(nowNs);
    }

    /** The follower has begun a new life: what it said before is void. */
    public void forget(long nowNs) {
        feed.rewind();
        streaming = false;
        probeSent = false;
        matchIndex = 0;
        storedIndex = 0;
        toldCommitIndex = 0;
        wantedIndex = Long.MAX_VALUE;
        progressNs = nowNs;
    }

    /** Its id. */
    public int memberId() {
        return memberId;
    }

    /** The life that it speaks from. */
    public PeerLife life() {
        return life;
    }

    /** The snapshot that it is given. */
    public SnapshotFeed feed() {
        return feed;
    }

    /** First entry to send next. */
    public long nextIndex() {
        return nextIndex;
    }

    /** Forced there as far as known. */
    public long matchIndex() {
        return matchIndex;
    }

    /** Last round that it has answered. */
    public long confirmedRoundId() {
        return confirmedRoundId;
    }

    /** When it was last heard, as far as that counts. */
    public long contactNs() {
        return contactNs;
    }

    /** Whether messages follow each other without waiting. */
    public boolean isStreaming() {
        return streaming;
    }

    /** Whether the one message of a probe is under way. */
    public boolean isProbeSent() {
        return probeSent;
    }

    /** A probe is under way, or none any more. */
    public void probeSent(boolean isSent) {
        probeSent = isSent;
    }

    /** The last entry that it was told to be committed. */
    public long toldCommitIndex() {
        return toldCommitIndex;
    }

    /** It is told, once this arrives, that entries up to there are committed. */
    public void tellCommit(long index) {
        toldCommitIndex = Math.max(toldCommitIndex, index);
    }

    /** Whether everything that was sent is known to be forced there. */
    public boolean nothingInFlight() {
        return nextIndex == matchIndex + 1;
    }

    /** Something is sent although nothing was under way: the time for an answer starts now. */
    public void startWaiting(long nowNs) {
        progressNs = nowNs;
    }

    /** Entries up to there are sent. */
    public void sentUpTo(long index) {
        nextIndex = index + 1;
    }

    /**
     * It has answered a round, 0 for none. Only a follower that counts keeps its leader in office.
     *
     * @param lastRoundId the last round that has begun
     * @param lastCommitIndex what was committed when that round began
     */
    public void heard(long roundId, long lastRoundId, long lastCommitIndex, long nowNs) {
        if (life.counts()) {
            contactNs = nowNs;
        }
        if (roundId > confirmedRoundId) {
            confirmedRoundId = roundId;
            if (roundId == lastRoundId) {
                wantedIndex = lastCommitIndex;
            }
        }
    }

    /** Takes an agreement; true if the follower has forced more than was known. An older answer changes nothing. */
    public boolean matched(long index, long newStoredIndex, long nowNs) {
        boolean more = index > matchIndex;
        if (more || newStoredIndex > storedIndex) {
            progressNs = nowNs;
        }
        storedIndex = newStoredIndex;
        matchIndex = Math.max(matchIndex, index);
        if (!streaming) {
            streaming = true;
            nextIndex = Math.max(nextIndex, newStoredIndex + 1);
        }
        nextIndex = Math.max(nextIndex, matchIndex + 1);
        return more;
    }

    /** Everything up to {@code index} is there, out of a snapshot: probing goes on behind it. */
    public void hasSnapshot(long index, long nowNs) {
        feed.end();
        if (index >= nextIndex) {
            nextIndex = index + 1;
            streaming = false;
            probeSent = false;
        }
        progressNs = nowNs;
    }

    /** Goes back to probing from {@code index}, though never below what is known to match. */
    public void probeFrom(long index, long nowNs) {
        if (index > nextIndex) {
            throw Invariant.broken("a probe must not skip: next, asked", nextIndex, index);
        }
        nextIndex = Math.max(index, matchIndex + 1);
        streaming = false;
        probeSent = false;
        progressNs = nowNs;
    }

    /** Whether a refusal at {@code prevIndex} can be about what was sent last, not about something older. */
    public boolean concerns(long prevIndex) {
        return streaming ? prevIndex > matchIndex && prevIndex < nextIndex : prevIndex == nextIndex - 1;
    }

    /** Whether what was sent is missing there, with no progress for {@code stallNs}. */
    public boolean isStalled(long nowNs, long stallNs) {
        return streaming && storedIndex < nextIndex - 1 && nowNs - progressNs >= stallNs;
    }

    /**
     * Whether it counts and stores all that was committed when the latest of the rounds that it answered in time began.
     */
    public boolean isCaughtUp() {
        return streaming && life.counts() && storedIndex >= wantedIndex;
    }

    long fold(long hash) {
        long flags = (streaming ? 1L : 0L) + (probeSent ? 2L : 0L);
        long folded = feed.fold(life.fold(StateHash.fold(StateHash.fold(hash, memberId), flags)));
        folded = StateHash.fold(StateHash.fold(folded, nextIndex), matchIndex);
        folded = StateHash.fold(StateHash.fold(folded, storedIndex), toldCommitIndex);
        folded = StateHash.fold(StateHash.fold(folded, confirmedRoundId), wantedIndex);
        return StateHash.fold(StateHash.fold(folded, contactNs), progressNs);
    }
}
