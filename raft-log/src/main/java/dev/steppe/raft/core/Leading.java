package dev.steppe.raft.core;

import dev.steppe.base.Invariant;
import dev.steppe.raft.core.RaftCore.Role;
import dev.steppe.raft.core.RaftOutput.AppendSource;
import dev.steppe.raft.message.RaftMessage.AppendAsk;
import dev.steppe.raft.message.RaftMessage.AppendReply;
import dev.steppe.raft.quorum.QuorumValue;
import dev.steppe.raft.quorum.VoterSet;

/**
 * What a leader does: one empty entry of its own term first, then whatever is proposed; every follower is fed as fast
 * as its window allows; an entry of this term is committed once a majority has forced it, earlier ones along with it. A
 * leader that hears no majority, or whose own log forces nothing, for the shortest election time-out gives up:
 * heartbeats alone keep no one in office.
 */
final class Leading {
    /** Length of an entry without payload; only bounds what is in flight. */
    private static final int NO_OP_BYTES = 24;
    /** A follower that misses what was sent, and gets no further for so many heartbeats, is probed anew. */
    private static final int STALL_HEARTBEATS = 3;

    private final Standing standing;
    private final Peer[] peers;
    private final QuorumValue quorum;
    private final Reads reads;
    private long noOpIndex;
    private long heartbeatDueNs;
    private long roundId;
    private long confirmedRoundId;
    private long forcedNs;

    Leading(Standing standing) {
        this.standing = standing;
        VoterSet voters = standing.settings.voters();
        peers = new Peer[voters.count()];
        for (int i = 0; i < peers.length; i++) {
            peers[i] = new Peer(voters.memberId(i));
        }
        quorum = new QuorumValue(peers.length);
        reads = new Reads();
    }

    private Leading(Leading other, Standing standing) {
        this.standing = standing;
        peers = new Peer[other.peers.length];
        for (int i = 0; i < peers.length; i++) {
            peers[i] = other.peers[i].copy();
        }
        quorum = new QuorumValue(peers.length);
        reads = other.reads.copy();
        noOpIndex = other.noOpIndex;
        heartbeatDueNs = other.heartbeatDueNs;
        roundId = other.roundId;
        confirmedRoundId = other.confirmedRoundId;
        forcedNs = other.forcedNs;
    }

    Leading copy(Standing standingCopy) {
        return new Leading(this, standingCopy);
    }

    long matchIndexOf(int ordinal) {
        return peers[ordinal].matchIndex();
    }

    long nextIndexOf(int ordinal) {
        return peers[ordinal].nextIndex();
    }

    /** This member has just been elected. */
    void begin(long nowNs, RaftOutput output) {
        long firstNextIndex = standing.shape.lastIndex() + 1;
        for (Peer peer : peers) {
            peer.begin(firstNextIndex, nowNs);
        }
        noOpIndex = firstNextIndex;
        confirmedRoundId = roundId;
        heartbeatDueNs = nowNs;
        append(AppendSource.NO_OP, 1, NO_OP_BYTES, nowNs, output);
    }

    /** This member leads no more. */
    void end(RaftOutput output) {
        reads.refuseAll(output);
    }

    void onProposed(RaftInput.Proposed proposed, long nowNs, RaftOutput output) {
        append(AppendSource.PROPOSED, proposed.entryCount(), proposed.entryBytes(), nowNs, output);
    }

    void onReadAsked(long readId, RaftOutput output) {
        if (!reads.offer(readId)) {
            output.read(readId, -1);
        }
    }

    /** The own log has forced more. */
    void onForced(long nowNs) {
        forcedNs = nowNs;
        raiseCommit();
    }

    /** An answer of this term, to this life. */
    void onAppendReply(AppendReply reply, long nowNs) {
        Peer peer = peers[standing.settings.voters().ordinalOf(reply.fromMember())];
        if (reply.roundId() > roundId || reply.storedIndex() > standing.shape.lastIndex()) {
            throw Invariant.broken(
                    "a follower answers what was never sent: round, stored, last",
                    reply.roundId(),
                    reply.storedIndex(),
                    standing.shape.lastIndex());
        }
        peer.contactNs = nowNs;
        peer.confirmedRoundId = Math.max(peer.confirmedRoundId, reply.roundId());
        if (!reply.accepted()) {
            onRefusal(peer, reply, nowNs);
        } else if (peer.matched(reply.matchIndex(), reply.storedIndex(), nowNs)) {
            raiseCommit();
        }
    }

    /** Gives up if no majority is heard or the own log is stuck. */
    void expire(long nowNs) {
        if (nowNs >= officeEndNs()) {
            standing.become(Role.FOLLOWER, CoreSettings.NOBODY);
        }
    }

    long nextDeadlineNs() {
        return Math.min(heartbeatDueNs, officeEndNs());
    }

    /** Sends everything that may be sent now: rounds that are due, entries within the windows, news of commits. */
    void send(long nowNs, RaftOutput output) {
        confirmRounds(output);
        boolean ownEntryCommitted = standing.commitIndex() >= noOpIndex;
        boolean readRound = reads.areWaiting() && ownEntryCommitted && !reads.areUnderWay();
        if (nowNs >= heartbeatDueNs || readRound) {
            beginRound(nowNs, ownEntryCommitted, output);
            // Alone, this member is its own majority.
            confirmRounds(output);
        }
        for (Peer peer : peers) {
            if (!isSelf(peer)) {
                sendEntries(peer, nowNs, output);
                sendCommit(peer, output);
            }
        }
    }

    long fold(long hash) {
        long folded = Standing.fold(Standing.fold(hash, noOpIndex), heartbeatDueNs);
        folded = Standing.fold(Standing.fold(folded, roundId), confirmedRoundId);
        folded = Standing.fold(folded, forcedNs);
        for (Peer peer : peers) {
            folded = peer.fold(folded);
        }
        return reads.fold(folded);
    }

    private boolean isSelf(Peer peer) {
        return peer.memberId == standing.settings.memberId();
    }

    private void append(AppendSource source, int entryCount, int entryBytes, long nowNs, RaftOutput output) {
        if (standing.forcedIndex() == standing.shape.lastIndex()) {
            // The log owed nothing until now, so the time that it may take starts now.
            forcedNs = nowNs;
        }
        long firstIndex = standing.shape.lastIndex() + 1;
        standing.shape.append(standing.term(), entryCount, entryBytes);
        output.append(source, firstIndex, standing.shape.lastIndex(), standing.term(), 0);
    }

    /** Until when this member stays in office if it hears and forces nothing more. */
    private long officeEndNs() {
        if (peers.length == 1) {
            // Nobody could take over: giving up would only spend a term for each time-out that the disk is late.
            return Long.MAX_VALUE;
        }
        for (int i = 0; i < peers.length; i++) {
            quorum.set(i, isSelf(peers[i]) ? Long.MAX_VALUE : peers[i].contactNs);
        }
        long toleranceNs = standing.settings.times().electionMinNs();
        long contactNs = quorum.reachedByMajority();
        long contactEndNs = contactNs == Long.MAX_VALUE ? Long.MAX_VALUE : contactNs + toleranceNs;
        boolean logOwes = standing.forcedIndex() < standing.shape.lastIndex();
        return logOwes ? Math.min(contactEndNs, forcedNs + toleranceNs) : contactEndNs;
    }

    /**
     * Commits what a majority has forced, if it is of this term; entries of earlier terms never by counting (§5.4.2).
     */
    private void raiseCommit() {
        for (int i = 0; i < peers.length; i++) {
            quorum.set(i, isSelf(peers[i]) ? standing.forcedIndex() : peers[i].matchIndex());
        }
        long forcedByMajority = quorum.reachedByMajority();
        if (forcedByMajority > standing.commitIndex() && standing.shape.termAt(forcedByMajority) == standing.term()) {
            standing.commit(forcedByMajority);
        }
    }

    private void onRefusal(Peer peer, AppendReply reply, long nowNs) {
        if (!peer.concerns(reply.refusedPrevIndex())) {
            return;
        }
        long nextIndex = reply.conflictIndex();
        if (reply.conflictTerm() > 0) {
            long agreeable = standing.shape.lastIndexOfTermUpTo(reply.conflictTerm());
            boolean termIsHere = standing.shape.termAt(agreeable) == reply.conflictTerm();
            nextIndex = termIsHere ? agreeable + 1 : Math.min(agreeable + 1, nextIndex);
        }
        peer.probeFrom(Math.min(nextIndex, reply.refusedPrevIndex()), nowNs);
    }

    private void beginRound(long nowNs, boolean ownEntryCommitted, RaftOutput output) {
        roundId++;
        heartbeatDueNs = nowNs + standing.settings.times().heartbeatNs();
        if (ownEntryCommitted) {
            reads.join(roundId, standing.commitIndex());
        }
        for (Peer peer : peers) {
            if (!isSelf(peer)) {
                reviveIfStalled(peer, nowNs);
                // The prefix that surely matches: nothing on its way can make the follower refuse it.
                long prevIndex = peer.streaming ? peer.matchIndex() : peer.nextIndex() - 1;
                ask(peer, prevIndex, output).round(roundId);
                peer.probeSent = false;
            }
        }
    }

    private void reviveIfStalled(Peer peer, long nowNs) {
        boolean misses = peer.storedIndex < peer.nextIndex() - 1;
        long stallNs = STALL_HEARTBEATS * standing.settings.times().heartbeatNs();
        if (peer.streaming && misses && nowNs - peer.progressNs >= stallNs) {
            peer.probeFrom(peer.matchIndex() + 1, nowNs);
        }
    }

    private void confirmRounds(RaftOutput output) {
        for (int i = 0; i < peers.length; i++) {
            quorum.set(i, isSelf(peers[i]) ? roundId : peers[i].confirmedRoundId);
        }
        confirmedRoundId = Math.max(confirmedRoundId, quorum.reachedByMajority());
        reads.confirm(confirmedRoundId, output);
    }

    private void sendEntries(Peer peer, long nowNs, RaftOutput output) {
        if (!peer.streaming) {
            if (!peer.probeSent && peer.nextIndex() <= standing.shape.lastIndex()) {
                run(peer, peer.nextIndex(), standing.shape.messageLastIndex(peer.nextIndex()), output)
                        .round(roundId);
                peer.probeSent = true;
            }
            return;
        }
        while (peer.nextIndex() <= standing.shape.lastIndex()) {
            long lastIndex = standing.shape.messageLastIndex(peer.nextIndex());
            long inFlightBytes = standing.shape.bytesBetween(peer.matchIndex(), lastIndex);
            if (!peer.nothingInFlight() && inFlightBytes > standing.settings.inFlightMaxBytes()) {
                return;
            }
            if (peer.nothingInFlight()) {
                peer.progressNs = nowNs;
            }
            run(peer, peer.nextIndex(), lastIndex, output);
            peer.sentUpTo(lastIndex);
        }
    }

    /** Tells an idle follower what is committed; one that is busy learns it with the next entries. */
    private void sendCommit(Peer peer, RaftOutput output) {
        long tellable = Math.min(standing.commitIndex(), peer.matchIndex());
        if (peer.streaming && peer.nothingInFlight() && tellable > peer.toldCommitIndex) {
            ask(peer, peer.matchIndex(), output);
        }
    }

    private AppendAsk run(Peer peer, long firstIndex, long lastIndex, RaftOutput output) {
        long entryTerm = standing.shape.termAt(firstIndex);
        AppendAsk ask = ask(peer, firstIndex - 1, output);
        ask.entries(entryTerm, Math.toIntExact(lastIndex - firstIndex + 1), 0);
        peer.toldCommitIndex = Math.max(peer.toldCommitIndex, Math.min(standing.commitIndex(), lastIndex));
        return ask;
    }

    private AppendAsk ask(Peer peer, long prevIndex, RaftOutput output) {
        CoreSettings own = standing.settings;
        peer.toldCommitIndex = Math.max(peer.toldCommitIndex, Math.min(standing.commitIndex(), prevIndex));
        return output.appendAsk(peer.memberId, standing.hardSequence())
                .from(own.memberId(), own.directoryId(), own.incarnation(), standing.term())
                .after(prevIndex, standing.shape.termAt(prevIndex), standing.commitIndex());
    }
}
