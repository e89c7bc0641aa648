package dev.steppe.raft.core;

import dev.steppe.base.Invariant;

/**
 * What a leader knows of one follower. While probing, one message is under way and waits for an answer; while
 * streaming, messages follow each other without waiting and {@code nextIndex} runs ahead of {@code matchIndex}. Always
 * {@code matchIndex < nextIndex}, and {@code matchIndex} never falls within one leadership.
 */
final class Peer {
    final int memberId;
    boolean streaming;
    boolean probeSent;
    long storedIndex;
    long toldCommitIndex;
    long confirmedRoundId;
    long contactNs;
    long progressNs;
    private long nextIndex;
    private long matchIndex;

    Peer(int memberId) {
        this.memberId = memberId;
    }

    Peer copy() {
        Peer copy = new Peer(memberId);
        copy.streaming = streaming;
        copy.probeSent = probeSent;
        copy.storedIndex = storedIndex;
        copy.toldCommitIndex = toldCommitIndex;
        copy.confirmedRoundId = confirmedRoundId;
        copy.contactNs = contactNs;
        copy.progressNs = progressNs;
        copy.nextIndex = nextIndex;
        copy.matchIndex = matchIndex;
        return copy;
    }

    /** A new leadership begins: nothing is known but that a majority has just voted. */
    void begin(long firstNextIndex, long nowNs) {
        streaming = false;
        probeSent = false;
        storedIndex = 0;
        toldCommitIndex = 0;
        confirmedRoundId = 0;
        contactNs = nowNs;
        progressNs = nowNs;
        nextIndex = firstNextIndex;
        matchIndex = 0;
    }

    long nextIndex() {
        return nextIndex;
    }

    long matchIndex() {
        return matchIndex;
    }

    boolean nothingInFlight() {
        return nextIndex == matchIndex + 1;
    }

    void sentUpTo(long index) {
        nextIndex = index + 1;
    }

    /** Takes an agreement; true if the follower has forced more than was known. An older answer changes nothing. */
    boolean matched(long index, long newStoredIndex, long nowNs) {
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

    /** Goes back to probing from {@code index}, though never below what is known to match. */
    void probeFrom(long index, long nowNs) {
        if (index > nextIndex) {
            throw Invariant.broken("a probe must not skip: next, asked", nextIndex, index);
        }
        nextIndex = Math.max(index, matchIndex + 1);
        streaming = false;
        probeSent = false;
        progressNs = nowNs;
    }

    /** Whether a refusal at {@code prevIndex} can be about what was sent last, not about something older. */
    boolean concerns(long prevIndex) {
        return streaming ? prevIndex > matchIndex && prevIndex < nextIndex : prevIndex == nextIndex - 1;
    }

    long fold(long hash) {
        long flags = (streaming ? 1L : 0L) + (probeSent ? 2L : 0L);
        long folded = Standing.fold(Standing.fold(hash, flags), storedIndex);
        folded = Standing.fold(Standing.fold(folded, toldCommitIndex), confirmedRoundId);
        folded = Standing.fold(Standing.fold(folded, contactNs), progressNs);
        return Standing.fold(Standing.fold(folded, nextIndex), matchIndex);
    }
}
