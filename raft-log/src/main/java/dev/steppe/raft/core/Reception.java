package dev.steppe.raft.core;

import dev.steppe.base.Invariant;
import dev.steppe.raft.core.RaftCore.Role;
import dev.steppe.raft.core.track.SnapshotPosition;
import dev.steppe.raft.core.track.StateHash;
import dev.steppe.raft.message.RaftMessage.SnapshotAsk;
import dev.steppe.raft.message.RaftMessage.SnapshotReply;
import org.jspecify.annotations.Nullable;

/**
 * What a member does with the pieces of a leader's snapshot: one after another goes to the disk, each answered with the
 * offset that is wanted next; when the last one is stored and the file examined, the log is replaced. An offer that
 * contains nothing new is answered as done at once. Another leader's file, or another life's, is begun anew, for two
 * files of one position need not be equal byte by byte. A file that is complete, but came while this member asked for
 * votes, serves whoever offers its position or an earlier one: what a snapshot contains was committed.
 */
final class Reception {
    private final Standing standing;
    private final Following following;
    private int fromMember = CoreSettings.NOBODY;
    private long fromIncarnation;
    private long index;
    private long term;
    private long totalBytes;
    private long nextOffsetBytes;
    private boolean isStoring;
    /** A whole file, stored and examined, that is not installed yet. */
    private @Nullable SnapshotPosition complete;

    Reception(Standing standing, Following following) {
        this.standing = standing;
        this.following = following;
    }

    Reception copy(Standing standingCopy, Following followingCopy) {
        Reception copy = new Reception(standingCopy, followingCopy);
        copy.fromMember = fromMember;
        copy.fromIncarnation = fromIncarnation;
        copy.index = index;
        copy.term = term;
        copy.totalBytes = totalBytes;
        copy.nextOffsetBytes = nextOffsetBytes;
        copy.isStoring = isStoring;
        copy.complete = complete;
        return copy;
    }

    /** A piece of this term or an earlier one. */
    void onSnapshotAsk(SnapshotAsk ask, long nowNs, RaftOutput output) {
        if (ask.term() < standing.term()) {
            reply(ask.fromMember(), ask.incarnation(), ask.snapshotIndex(), 0, false, output);
            return;
        }
        following.follow(ask.fromMember(), ask.incarnation(), nowNs);
        if (standing.isInstalling()) {
            // Answered when it is installed; until then nobody knows what stands at which index.
            return;
        }
        if (isHere(ask)) {
            standing.commit(ask.snapshotIndex());
            following.hasSnapshot(ask.snapshotIndex(), nowNs);
            reply(ask.fromMember(), ask.incarnation(), ask.snapshotIndex(), ask.totalBytes(), true, output);
            return;
        }
        if (isStoring) {
            // The shell's answer is under way, and it must not be taken for one about another file.
            return;
        }
        if (!isSame(ask)) {
            begin(ask);
        }
        if (complete != null && index <= complete.index()) {
            install(complete, output);
        } else if (ask.offsetBytes() == nextOffsetBytes) {
            isStoring = true;
            output.storeChunk();
        } else {
            reply(fromMember, fromIncarnation, index, nextOffsetBytes, false, output);
        }
    }

    /** The shell has dealt with a piece and says what it wants next; word of another snapshot is void. */
    void onChunkStored(RaftInput.ChunkStored stored, RaftOutput output) {
        if (!isStoring || stored.snapshotIndex() != index) {
            return;
        }
        isStoring = false;
        nextOffsetBytes = stored.nextOffsetBytes();
        if (hasItsLeader()) {
            reply(fromMember, fromIncarnation, index, nextOffsetBytes, false, output);
        }
    }

    /** The file is complete; word of another snapshot is void. */
    void onReceived(RaftInput.SnapshotReceived received, RaftOutput output) {
        if (!isStoring || received.index() != index || received.term() != term) {
            return;
        }
        isStoring = false;
        nextOffsetBytes = totalBytes;
        if (index <= standing.commitIndex()) {
            if (hasItsLeader()) {
                reply(fromMember, fromIncarnation, index, totalBytes, true, output);
            }
            forget();
        } else {
            complete = new SnapshotPosition(index, term, totalBytes, received.membership());
            install(complete, output);
        }
    }

    /** The log has been replaced. */
    void onInstalled(RaftInput.Installed installed, long nowNs, RaftOutput output) {
        SnapshotPosition snapshot = complete;
        if (!standing.isInstalling() || snapshot == null || installed.index() != snapshot.index()) {
            throw Invariant.broken("installed what was not asked for: it, offered", installed.index(), index);
        }
        standing.install(snapshot, standing.shape.has(snapshot.index(), snapshot.term()));
        following.hasSnapshot(snapshot.index(), nowNs);
        if (hasItsLeader()) {
            reply(fromMember, fromIncarnation, index, totalBytes, true, output);
        }
        forget();
    }

    long fold(long hash) {
        long folded = StateHash.fold(StateHash.fold(hash, fromMember), fromIncarnation);
        folded = StateHash.fold(StateHash.fold(folded, index), term);
        folded = StateHash.fold(StateHash.fold(folded, totalBytes), nextOffsetBytes);
        folded = StateHash.fold(folded, isStoring ? 1 : 0);
        return StateHash.fold(folded, complete == null ? 0 : complete.index());
    }

    /** Committed here, or here and committed without our knowing: a snapshot contains nothing else. */
    private boolean isHere(SnapshotAsk ask) {
        return ask.snapshotIndex() <= standing.commitIndex()
                || standing.shape.has(ask.snapshotIndex(), ask.snapshotTerm());
    }

    private boolean isSame(SnapshotAsk ask) {
        return index == ask.snapshotIndex()
                && term == ask.snapshotTerm()
                && fromMember == ask.fromMember()
                && fromIncarnation == ask.incarnation()
                && totalBytes == ask.totalBytes();
    }

    private void begin(SnapshotAsk ask) {
        nextOffsetBytes = 0;
        fromMember = ask.fromMember();
        fromIncarnation = ask.incarnation();
        index = ask.snapshotIndex();
        term = ask.snapshotTerm();
        totalBytes = ask.totalBytes();
    }

    private void forget() {
        fromMember = CoreSettings.NOBODY;
        fromIncarnation = 0;
        index = 0;
        term = 0;
        totalBytes = 0;
        nextOffsetBytes = 0;
        isStoring = false;
        complete = null;
    }

    /** Replaces the log, unless this member asks for votes with the log that it has, or leads: a leader never does. */
    private void install(SnapshotPosition snapshot, RaftOutput output) {
        if (standing.role() == Role.FOLLOWER) {
            boolean keepsSuffix = standing.shape.has(snapshot.index(), snapshot.term());
            standing.beginInstall();
            output.install(snapshot.index(), snapshot.term(), keepsSuffix);
        }
    }

    private boolean hasItsLeader() {
        return standing.role() == Role.FOLLOWER
                && standing.leaderId() == fromMember
                && following.leaderIncarnation() == fromIncarnation;
    }

    private void reply(
            int toMember, long toIncarnation, long snapshotIndex, long nextOffset, boolean isDone, RaftOutput output) {
        output.message(
                toMember,
                standing.hardSequence(),
                new SnapshotReply(standing.sender(), toIncarnation, snapshotIndex, nextOffset, isDone));
    }
}
