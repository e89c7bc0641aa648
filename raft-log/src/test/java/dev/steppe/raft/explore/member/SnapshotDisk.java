package dev.steppe.raft.explore.member;

import dev.steppe.raft.core.CoreSettings;
import dev.steppe.raft.core.RaftCore.Role;
import dev.steppe.raft.core.RaftInput;
import dev.steppe.raft.core.track.SnapshotPosition;
import dev.steppe.raft.explore.said.LogTree;
import dev.steppe.raft.explore.said.Packet;
import dev.steppe.raft.explore.said.RuleBroken;
import dev.steppe.raft.message.RaftMessage.SnapshotAsk;

/** The snapshot files of a member while an event happens to it. A file has two pieces. */
final class SnapshotDisk {
    private static final long FILE_BYTES = 2L * CoreSettings.CHUNK_MAX_BYTES;

    Files files = Files.NONE;
    private final MemberDraft draft;

    SnapshotDisk(MemberDraft draft) {
        this.draft = draft;
    }

    SnapshotPosition positionOf(int log) {
        LogTree logs = draft.logs;
        return new SnapshotPosition(
                logs.lastIndex(log), logs.lastTerm(log), FILE_BYTES, draft.groups.membership(logs.group(log)));
    }

    /** What the core wished in this step. */
    void perform(Packet packet) {
        if (draft.output.storesChunk()) {
            store(packet, (SnapshotAsk) packet.message());
        }
        if (draft.output.installIndex() != 0) {
            int newest = files.newest();
            boolean isIt = draft.logs.lastIndex(newest) == draft.output.installIndex()
                    && draft.logs.lastTerm(newest) == draft.output.installTerm();
            RuleBroken.check(isIt, "R12 installs what is not the newest file", draft.output.installIndex());
            boolean isLeader = draft.core.role() == Role.LEADER;
            RuleBroken.check(!isLeader, "R12 a leader installs", draft.core.term());
            files = files.withReplacing(newest);
        }
    }

    private void store(Packet packet, SnapshotAsk ask) {
        boolean isNew = ask.snapshotIndex() > draft.core.commitIndex()
                && !draft.core.shape().has(ask.snapshotIndex(), ask.snapshotTerm());
        RuleBroken.check(isNew, "R6 a snapshot of what is here is taken", ask.snapshotIndex());
        Files.Partial partial = files.partial();
        if (ask.offsetBytes() != 0) {
            boolean goesOn = partial.bytes() == ask.offsetBytes()
                    && partial.log() == packet.snapshot()
                    && partial.fromMember() == ask.fromMember()
                    && partial.fromIncarnation() == ask.incarnation();
            RuleBroken.check(goesOn, "S18 pieces of two files are mixed at", ask.offsetBytes());
        }
        files = files.withPartial(
                new Files.Partial(
                        packet.snapshot(), ask.fromMember(), ask.incarnation(), ask.offsetBytes() + ask.chunkBytes()),
                true);
    }

    /** The core hears that a piece is stored, or that the file is complete and stands. */
    void hearStored() {
        Files.Partial partial = files.partial();
        int log = partial.log();
        LogTree logs = draft.logs;
        if (partial.bytes() < FILE_BYTES) {
            files = files.withPartial(partial, false);
            draft.step(new RaftInput.ChunkStored(logs.lastIndex(log), partial.bytes()));
            return;
        }
        files = files.withPartial(Files.Partial.NONE, false);
        if (logs.lastIndex(log) > logs.lastIndex(Math.max(0, files.newest()))) {
            files = files.withSnapshot(log);
        }
        draft.step(new RaftInput.SnapshotReceived(
                logs.lastIndex(log), logs.lastTerm(log), draft.groups.membership(logs.group(log))));
        if (draft.core.commitIndex() >= logs.lastIndex(log)) {
            // The entries came by another way meanwhile; the file stands all the same.
            tell(log);
        }
    }

    /** The newest snapshot stands instead of the log. */
    void install() {
        LogTree logs = draft.logs;
        int snapshot = files.replacing();
        replace(snapshot);
        files = files.withReplacing(-1);
        draft.step(new RaftInput.Installed(logs.lastIndex(snapshot)));
    }

    /** A log that begins behind a snapshot: what it has behind it is kept if both agree up to there. */
    private void replace(int snapshot) {
        LogTree logs = draft.logs;
        boolean keeps = logs.startsWith(draft.log, snapshot);
        draft.mark(keeps ? Mark.SUFFIX_KEPT : Mark.LOG_REPLACED);
        boolean conflicts = !keeps && !logs.startsWith(snapshot, draft.log);
        if (conflicts) {
            draft.mark(Mark.CONFLICT_REPLACED);
        }
        draft.log = keeps ? draft.log : snapshot;
        draft.forced = keeps && logs.startsWith(draft.forced, snapshot) ? draft.forced : snapshot;
        files = files.withBase(logs.lastIndex(snapshot));
    }

    /** What is committed here is written to a file. */
    void take() {
        int snapshot = draft.logs.prefix(draft.log, draft.core.commitIndex());
        files = files.withSnapshot(snapshot);
        tell(snapshot);
    }

    private void tell(int snapshot) {
        SnapshotPosition position = positionOf(snapshot);
        draft.step(new RaftInput.SnapshotTaken(
                position.index(), position.term(), position.totalBytes(), position.membership()));
    }

    /** The entries up to the newest snapshot that the core knows go. */
    void compact() {
        int index = (int) draft.core.snapshotIndex();
        int gone = draft.logs.prefix(draft.log, index);
        // What is gone from the log is held for certain by the snapshot.
        draft.forced = draft.logs.startsWith(draft.forced, gone) ? draft.forced : gone;
        files = files.withBase(index);
        draft.step(new RaftInput.Compacted(index));
    }

    /** The log is damaged: an empty one begins behind the newest snapshot. */
    void loseLog() {
        int newest = Math.max(0, files.newest());
        draft.forced = newest;
        files = files.withBase(draft.logs.lastIndex(newest));
    }

    /** After a crash: what was half received is gone, and a log that does not reach its snapshot is replaced by it. */
    void recover() {
        files = files.withPartial(Files.Partial.NONE, false).withReplacing(-1);
        int newest = files.newest();
        if (newest >= 0 && !draft.logs.startsWith(draft.forced, newest)) {
            draft.forced = newest;
            files = files.withBase(draft.logs.lastIndex(newest));
        }
    }
}
