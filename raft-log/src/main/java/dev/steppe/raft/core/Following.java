package dev.steppe.raft.core;

import dev.steppe.base.Invariant;
import dev.steppe.raft.core.RaftCore.Role;
import dev.steppe.raft.core.RaftOutput.AppendSource;
import dev.steppe.raft.message.RaftMessage.AppendAsk;

/**
 * What a member does with a leader's entries: agree at the entry before the run, cut only where a term conflicts, store
 * what is new, and answer with what is forced. An entry that is already there is never touched, so an old or reordered
 * append cannot erase what has been acknowledged.
 */
final class Following {
    private final Standing standing;
    private final Election election;
    private long leaderIncarnation;
    private long matchedTerm;
    private long matchedIndex;
    private long toldIndex;

    Following(Standing standing, Election election) {
        this.standing = standing;
        this.election = election;
    }

    Following copy(Standing standingCopy, Election electionCopy) {
        Following copy = new Following(standingCopy, electionCopy);
        copy.leaderIncarnation = leaderIncarnation;
        copy.matchedTerm = matchedTerm;
        copy.matchedIndex = matchedIndex;
        copy.toldIndex = toldIndex;
        return copy;
    }

    /** An append of this term or an earlier one. */
    void onAppendAsk(AppendAsk ask, long nowNs, RaftOutput output) {
        if (ask.term() < standing.term()) {
            // Tells an old leader, or one that we have overtaken in a lost election, which term it must enter.
            replyRefusing(ask, Math.max(1, ask.prevIndex()), 1, 0, output);
            return;
        }
        if (standing.role() == Role.LEADER) {
            throw Invariant.broken(
                    "two leaders in one term: term, other, own",
                    ask.term(),
                    ask.fromMember(),
                    standing.settings.memberId());
        }
        follow(ask, nowNs);
        if (ask.prevIndex() > standing.shape.lastIndex()) {
            replyRefusing(ask, ask.prevIndex(), standing.shape.lastIndex() + 1, 0, output);
            return;
        }
        long termHere = standing.shape.termAt(ask.prevIndex());
        if (termHere != ask.prevTerm()) {
            refuseConflict(ask, termHere, output);
            return;
        }
        store(ask, output);
        matchedIndex = Math.max(matchedIndex, ask.lastIndex());
        standing.commit(Math.min(ask.commitIndex(), ask.lastIndex()));
        boolean allForced = standing.forcedIndex() >= ask.lastIndex();
        if (ask.roundId() != 0 || (ask.entryCount() > 0 && allForced)) {
            replyAccepting(ask.roundId(), output);
        }
    }

    /** More is forced: tell the leader, if it is news about entries that agree with its log. */
    void onForced(RaftOutput output) {
        boolean hasLeader = standing.role() == Role.FOLLOWER && standing.leaderId() != CoreSettings.NOBODY;
        if (hasLeader && matchedTerm == standing.term() && ownMatchIndex() > toldIndex) {
            replyAccepting(0, output);
        }
    }

    long fold(long hash) {
        long folded = Standing.fold(Standing.fold(hash, leaderIncarnation), matchedTerm);
        return Standing.fold(Standing.fold(folded, matchedIndex), toldIndex);
    }

    private void follow(AppendAsk ask, long nowNs) {
        standing.become(Role.FOLLOWER, ask.fromMember());
        election.heardLeader(nowNs);
        leaderIncarnation = ask.incarnation();
        if (matchedTerm != ask.term()) {
            matchedTerm = ask.term();
            matchedIndex = 0;
            toldIndex = 0;
        }
    }

    private void refuseConflict(AppendAsk ask, long termHere, RaftOutput output) {
        if (ask.prevIndex() <= standing.commitIndex()) {
            throw Invariant.broken(
                    "the leader contradicts a committed entry: index, its term, term here",
                    ask.prevIndex(),
                    ask.prevTerm(),
                    termHere);
        }
        replyRefusing(ask, ask.prevIndex(), standing.shape.runFirstIndex(ask.prevIndex()), termHere, output);
    }

    private void store(AppendAsk ask, RaftOutput output) {
        long newIndex = ask.prevIndex() + 1;
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
    }

    private long ownMatchIndex() {
        return Math.min(standing.forcedIndex(), matchedIndex);
    }

    private void replyAccepting(long roundId, RaftOutput output) {
        toldIndex = ownMatchIndex();
        output.appendReply(standing.leaderId(), standing.hardSequence(), toldIndex)
                .from(own().memberId(), own().directoryId(), own().incarnation(), standing.term(), leaderIncarnation)
                .round(roundId)
                .accepting(toldIndex, matchedIndex);
    }

    private void replyRefusing(
            AppendAsk ask, long refusedPrevIndex, long conflictIndex, long conflictTerm, RaftOutput output) {
        output.appendReply(ask.fromMember(), standing.hardSequence(), 0)
                .from(own().memberId(), own().directoryId(), own().incarnation(), standing.term(), ask.incarnation())
                .round(ask.roundId())
                .refusing(refusedPrevIndex, conflictIndex, conflictTerm);
    }

    private CoreSettings own() {
        return standing.settings;
    }
}
