package dev.steppe.raft.core;

import dev.steppe.raft.core.track.Peer;
import dev.steppe.raft.core.track.SnapshotFeed;
import dev.steppe.raft.core.track.SnapshotPosition;
import dev.steppe.raft.message.RaftMessage.AppendAsk;
import dev.steppe.raft.message.RaftMessage.AppendReply;
import dev.steppe.raft.message.RaftMessage.SnapshotAsk;

/**
 * What a leader sends to one follower, and how it finds out where their logs agree. A follower whose next entry is gone
 * from the leader's log is fed the newest snapshot instead, piece by piece; its heartbeats go on and name the start of
 * all logs, where everybody agrees. Keeps nothing of its own but the numbers of the round in which it sends.
 */
final class Replication {
    /** A follower that misses what was sent, and gets no further for so many heartbeats, is sent it anew. */
    private static final int STALL_HEARTBEATS = 3;

    private final Standing standing;
    private long roundId;
    private long settledRoundId;

    Replication(Standing standing) {
        this.standing = standing;
    }

    /** The last round that has begun, and the last that a majority has confirmed; 0 while the leader is not settled. */
    void during(long newRoundId, long newSettledRoundId) {
        roundId = newRoundId;
        settledRoundId = newSettledRoundId;
    }

    /** Asks one follower to confirm the round that has just begun. */
    void sendRound(Peer peer, long nowNs, RaftOutput output) {
        if (peer.isStalled(nowNs, stallNs())) {
            peer.probeFrom(peer.matchIndex() + 1, nowNs);
        }
        // The prefix that surely matches: nothing on its way can make the follower refuse it.
        long prevIndex = peer.isStreaming() ? peer.matchIndex() : peer.nextIndex() - 1;
        ask(peer, prevIndex, output).round(roundId);
        peer.probeSent(false);
    }

    /** Sends everything else that may be sent now. */
    void send(Peer peer, long nowNs, RaftOutput output) {
        if (needsSnapshot(peer)) {
            feed(peer, nowNs, output);
        } else if (peer.isStreaming()) {
            stream(peer, nowNs, output);
            sendCommit(peer, output);
        } else if (!peer.isProbeSent() && peer.nextIndex() <= standing.shape.lastIndex()) {
            run(peer, peer.nextIndex(), standing.shape.messageLastIndex(peer.nextIndex()), output)
                    .round(roundId);
            peer.probeSent(true);
        }
    }

    /** The logs do not agree where the follower was asked. */
    void onRefusal(Peer peer, AppendReply reply, long nowNs) {
        if (!peer.concerns(reply.refusedPrevIndex())) {
            return;
        }
        long nextIndex = reply.conflictIndex();
        if (reply.conflictTerm() > 0) {
            long agreeable = standing.shape.lastIndexOfTermUpTo(reply.conflictTerm());
            boolean termIsHere = standing.shape.has(agreeable, reply.conflictTerm());
            nextIndex = termIsHere ? agreeable + 1 : Math.min(agreeable + 1, nextIndex);
        }
        peer.probeFrom(Math.min(nextIndex, reply.refusedPrevIndex()), nowNs);
    }

    private boolean needsSnapshot(Peer peer) {
        return peer.nextIndex() <= standing.shape.baseIndex();
    }

    private void feed(Peer peer, long nowNs, RaftOutput output) {
        SnapshotFeed feed = peer.feed();
        SnapshotPosition newest = standing.snapshots.newest();
        if (newest == null || newest.index() < standing.shape.baseIndex()) {
            // Whatever it could give would not reach the log.
            return;
        }
        if (!standing.snapshots.isHere(feed.index())) {
            feed.begin(newest);
        }
        if (!feed.isDue(nowNs, stallNs())) {
            return;
        }
        feed.send(nowNs, standing.settings.chunkMaxBytes());
        SnapshotAsk ask = new SnapshotAsk(
                standing.sender(),
                feed.index(),
                feed.term(),
                feed.totalBytes(),
                feed.offsetBytes(),
                feed.flyingBytes());
        output.message(peer.memberId(), standing.hardSequence(), ask);
    }

    private void stream(Peer peer, long nowNs, RaftOutput output) {
        while (peer.nextIndex() <= standing.shape.lastIndex()) {
            long lastIndex = standing.shape.messageLastIndex(peer.nextIndex());
            long inFlightBytes = standing.shape.bytesBetween(peer.matchIndex(), lastIndex);
            if (!peer.nothingInFlight() && inFlightBytes > standing.settings.inFlightMaxBytes()) {
                return;
            }
            if (peer.nothingInFlight()) {
                peer.startWaiting(nowNs);
            }
            run(peer, peer.nextIndex(), lastIndex, output);
            peer.sentUpTo(lastIndex);
        }
    }

    /** Tells an idle follower what is committed; one that is busy learns it with the next entries. */
    private void sendCommit(Peer peer, RaftOutput output) {
        long tellable = Math.min(standing.commitIndex(), peer.matchIndex());
        if (peer.nothingInFlight() && tellable > peer.toldCommitIndex()) {
            ask(peer, peer.matchIndex(), output);
        }
    }

    private AppendAsk run(Peer peer, long firstIndex, long lastIndex, RaftOutput output) {
        long entryTerm = standing.shape.termAt(firstIndex);
        AppendAsk ask = ask(peer, firstIndex - 1, output);
        ask.entries(entryTerm, Math.toIntExact(lastIndex - firstIndex + 1), 0);
        peer.tellCommit(Math.min(standing.commitIndex(), lastIndex));
        return ask;
    }

    private AppendAsk ask(Peer peer, long wantedPrevIndex, RaftOutput output) {
        CoreSettings own = standing.settings;
        // The term of an entry that is gone is not known here any more, but nobody can disagree about entry 0.
        long prevIndex = wantedPrevIndex < standing.shape.baseIndex() ? 0 : wantedPrevIndex;
        peer.tellCommit(Math.min(standing.commitIndex(), prevIndex));
        return output.appendAsk(peer.memberId(), standing.hardSequence())
                .from(own.memberId(), own.directoryId(), own.incarnation(), standing.term())
                .after(prevIndex, standing.shape.termAt(prevIndex), standing.commitIndex())
                .to(peer.life().incarnation(), peer.life().isKnownBefore(settledRoundId));
    }

    private long stallNs() {
        return STALL_HEARTBEATS * standing.settings.times().heartbeatNs();
    }
}
