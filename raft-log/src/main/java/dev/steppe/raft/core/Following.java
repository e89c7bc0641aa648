package dev.steppe.raft.core;

import dev.steppe.base.Invariant;
import dev.steppe.raft.core.RaftCore.Role;
import dev.steppe.raft.core.RaftOutput.AppendSource;
import dev.steppe.raft.core.track.Healing;
import dev.steppe.raft.core.track.Quarantine;
import dev.steppe.raft.core.track.StateHash;
import dev.steppe.raft.message.RaftMessage.AppendAsk;

/**
 * What a member does with a leader's entries: agree at the entry before the run, cut only where a term conflicts, store
 * what is new, and answer with what is forced. An entry that is already there is never touched, so an old or reordered
 * append cannot erase what has been acknowledged. What lies at or before the own log's base was committed, so every
 * leader has the same there.
 */
final class Following {
    private final Standing standing;
    private final Election election;
    private final Healing healing;
    private long leaderIncarnation;
    private long matchedTerm;
    private long matchedIndex;
    private long toldIndex;

    Following(Standing standing, Election election, long nowNs) {
        this.standing = standing;
        this.election = election;
        Quarantine quarantine = standing.quarantine();
        // In the place of a blank directory another one may have stood.
        boolean mayHaveVoted = quarantine == Quarantine.DAMAGED || quarantine == Quarantine.BLANK;
        long quarantineNs = standing.settings.times().quarantineNs();
        healing = new Healing(mayHaveVoted ? nowNs + quarantineNs : nowNs);
    }

    private Following(Following other, Standing standing, Election election) {
        this.standing = standing;
        this.election = election;
        healing = other.healing.copy();
        leaderIncarnation = other.leaderIncarnation;
        matchedTerm = other.matchedTerm;
        matchedIndex = other.matchedIndex;
        toldIndex = other.toldIndex;
    }

    Following copy(Standing standingCopy, Election electionCopy) {
        return new Following(this, standingCopy, electionCopy);
    }

    /** Life of the leader that is followed. */
    long leaderIncarnation() {
        return leaderIncarnation;
    }

    /** The leader of this term is there. */
    void follow(int leaderId, long incarnation, long nowNs) {
        if (standing.role() == Role.LEADER) {
            throw Invariant.broken(
                    "two leaders in one term: term, other, own", standing.term(), leaderId, own().memberId());
        }
        standing.become(Role.FOLLOWER, leaderId);
        election.heardLeader(nowNs);
        leaderIncarnation = incarnation;
        if (matchedTerm != standing.term()) {
            matchedTerm = standing.term();
            matchedIndex = 0;
            toldIndex = 0;
        }
    }

    /** An append of this term or an earlier one. */
    void onAppendAsk(AppendAsk ask, RaftInput.Arrived arrived, long nowNs, RaftOutput output) {
        if (ask.term() < standing.term()) {
            // Tells an old leader, or one that we have overtaken in a lost election, which term it must enter.
            replyRefusing(ask, Math.max(1, ask.prevIndex()), 1, 0, output);
            return;
        }
        follow(ask.fromMember(), ask.incarnation(), nowNs);
        if (ask.isSettled() && ask.toIncarnation() == own().incarnation()) {
            healing.settled(ask.term(), ask.commitIndex());
        }
        if (standing.isInstalling()) {
            // What stands at which index is not known before the snapshot is installed; only the round is answered.
            if (ask.roundId() != 0) {
                replyAccepting(ask.roundId(), output);
            }
            return;
        }
        if (agrees(ask, output)) {
            store(ask, arrived, output);
            matchedIndex = Math.max(matchedIndex, ask.lastIndex());
            standing.commit(Math.min(ask.commitIndex(), ask.lastIndex()));
            healIfComplete(nowNs);
            boolean allForced = standing.forcedIndex() >= ask.lastIndex();
            if (ask.roundId() != 0 || (ask.entryCount() > 0 && allForced)) {
                replyAccepting(ask.roundId(), output);
            }
        }
    }

    /** More is forced: tell the leader, if it is news about entries that agree with its log. */
    void onForced(long nowNs, RaftOutput output) {
        if (hasLeaderWithLog()) {
            healIfComplete(nowNs);
            if (ownMatchIndex() > toldIndex) {
                replyAccepting(0, output);
            }
        }
    }

    /** All up to {@code index} is here out of a snapshot of a leader of this term, or was here already. */
    void hasSnapshot(long index, long nowNs) {
        if (hasLeaderWithLog()) {
            matchedIndex = Math.max(matchedIndex, index);
            healIfComplete(nowNs);
        }
    }

    /** The vault has forced that this member counts again: the leader need not wait for the next round to know. */
    void onHealed(RaftOutput output) {
        if (hasLeaderWithLog()) {
            replyAccepting(0, output);
        }
    }

    long fold(long hash) {
        long folded = StateHash.fold(StateHash.fold(hash, leaderIncarnation), matchedTerm);
        return healing.fold(StateHash.fold(StateHash.fold(folded, matchedIndex), toldIndex));
    }

    private boolean hasLeaderWithLog() {
        return standing.role() == Role.FOLLOWER
                && standing.leaderId() != CoreSettings.NOBODY
                && matchedTerm == standing.term();
    }

    private void healIfComplete(long nowNs) {
        boolean isOpen = standing.quarantine() != Quarantine.NONE && matchedTerm == standing.term();
        if (isOpen && healing.isComplete(standing.term(), ownMatchIndex(), nowNs)) {
            standing.endQuarantine();
        }
    }

    /** Whether the logs agree at the entry before the run; answers if they do not. */
    private boolean agrees(AppendAsk ask, RaftOutput output) {
        long prevIndex = ask.prevIndex();
        if (prevIndex > standing.shape.lastIndex()) {
            replyRefusing(ask, prevIndex, standing.shape.lastIndex() + 1, 0, output);
            return false;
        }
        if (prevIndex < standing.shape.baseIndex()) {
            boolean reachesBehindBase = ask.lastIndex() >= standing.shape.baseIndex();
            if (reachesBehindBase && ask.entryTerm() != standing.shape.baseTerm()) {
                throw contradiction(standing.shape.baseIndex(), ask.entryTerm(), standing.shape.baseTerm());
            }
            return true;
        }
        long termHere = standing.shape.termAt(prevIndex);
        if (termHere == ask.prevTerm()) {
            return true;
        }
        if (prevIndex <= standing.commitIndex()) {
            throw contradiction(prevIndex, ask.prevTerm(), termHere);
        }
        replyRefusing(ask, prevIndex, standing.shape.runFirstIndex(prevIndex), termHere, output);
        return false;
    }

    private static RuntimeException contradiction(long index, long saidTerm, long termHere) {
        return Invariant.broken(
                "the leader contradicts a committed entry: index, its term, term here", index, saidTerm, termHere);
    }

    private void store(AppendAsk ask, RaftInput.Arrived arrived, RaftOutput output) {
        long newIndex = Math.max(ask.prevIndex(), standing.shape.baseIndex()) + 1;
        long lastIndex = ask.lastIndex();
        while (newIndex <= Math.min(lastIndex, standing.shape.lastIndex())
                && standing.shape.termAt(newIndex) == ask.entryTerm()) {
            newIndex = Math.min(lastIndex, standing.shape.runLastIndex(newIndex)) + 1;
        }
        if (newIndex > lastIndex) {
            return;
        }
        if (newIndex <= standing.shape.lastIndex()) {
            standing.cutFrom(newIndex);
            output.cutFrom(newIndex);
        }
        int skipCount = (int) (newIndex - ask.prevIndex() - 1);
        standing.shape.append(ask.entryTerm(), ask.entryCount() - skipCount, ask.entryBytes());
        output.append(AppendSource.ARRIVED, newIndex, lastIndex, ask.entryTerm(), skipCount);
        for (int i = 0; i < arrived.membershipCount(); i++) {
            if (arrived.membershipIndex(i) >= newIndex) {
                standing.memberships.push(arrived.membershipIndex(i), arrived.membership(i));
            }
        }
    }

    private long ownMatchIndex() {
        return Math.min(standing.forcedIndex(), matchedIndex);
    }

    private void replyAccepting(long roundId, RaftOutput output) {
        toldIndex = ownMatchIndex();
        output.appendReply(standing.leaderId(), standing.hardSequence(), toldIndex)
                .from(own().memberId(), own().directoryId(), own().incarnation(), standing.term(), leaderIncarnation)
                .counting(!standing.isQuarantined())
                .round(roundId)
                .accepting(toldIndex, matchedIndex);
    }

    private void replyRefusing(
            AppendAsk ask, long refusedPrevIndex, long conflictIndex, long conflictTerm, RaftOutput output) {
        output.appendReply(ask.fromMember(), standing.hardSequence(), 0)
                .from(own().memberId(), own().directoryId(), own().incarnation(), standing.term(), ask.incarnation())
                .counting(!standing.isQuarantined())
                .round(ask.roundId())
                .refusing(refusedPrevIndex, conflictIndex, conflictTerm);
    }

    private CoreSettings own() {
        return standing.settings;
    }
}
