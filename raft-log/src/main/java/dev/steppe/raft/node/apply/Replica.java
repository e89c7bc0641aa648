package dev.steppe.raft.node.apply;

import dev.steppe.base.Invariant;
import dev.steppe.base.OperatingFault;
import dev.steppe.raft.api.machine.EntryPosition;
import dev.steppe.raft.api.machine.SnapshotImage;
import dev.steppe.raft.api.machine.StateMachine;
import dev.steppe.raft.node.mail.CapturedImage;
import dev.steppe.raft.node.mail.NodeMail;
import dev.steppe.raft.session.SessionTable;
import dev.steppe.raft.session.SessionTableCodec;
import dev.steppe.raft.session.SessionVerdict;
import dev.steppe.raft.snapshot.SnapshotHeader;
import dev.steppe.raft.snapshot.SnapshotPosition;
import dev.steppe.raft.snapshot.SnapshotReader;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Everything that the log makes of this member: the embedder's state machine, the client sessions in front of it, and
 * how far both have come. Owned by the apply agent; equal on every member at the same index.
 */
public final class Replica<R> {
    private final StateMachine<R> machine;
    private final long clusterId;
    private final EntryPosition position = new EntryPosition();
    private SessionTable sessions = new SessionTable();
    private byte[] membership;
    private @Nullable R result;
    private long sessionIndex;
    private int chainCrc;
    private long bytesSinceImage;

    /** What an entry came to. */
    public enum Outcome {
        /** Nobody waits for such an entry. */
        NOTHING,
        /** A command was applied; {@link #result()} tells what it left. */
        APPLIED,
        /** A session is open; its id is the index. */
        OPENED,
        /** A command was applied before; {@link #sessionIndex()} tells where. */
        DUPLICATE,
        /** A command of a session that is not open. */
        EXPIRED
    }

    /** An empty replica of the group {@code clusterId}, which begins with the encoded {@code firstMembership}. */
    public Replica(StateMachine<R> machine, long clusterId, byte[] firstMembership) {
        this.machine = machine;
        this.clusterId = clusterId;
        membership = firstMembership.clone();
    }

    /** Chain checksum of the last applied entry. */
    int chainCrc() {
        return chainCrc;
    }

    /** Index of the last applied entry, 0 if none. */
    public long appliedIndex() {
        return position.index();
    }

    /** Log time of the last applied entry, in milliseconds. */
    public long logTimeMs() {
        return position.logTimeMs();
    }

    /** Term of the last applied entry. */
    public long term() {
        return position.term();
    }

    /** What the command left; only after APPLIED. */
    @Nullable
    public R result() {
        return result;
    }

    /** Index of the session's last command; only after DUPLICATE. */
    long sessionIndex() {
        return sessionIndex;
    }

    /** Hash of state and sessions at the last applied index. */
    public long stateHash() {
        return machine.stateHash() + sessions.stateHash() * 0x9E3779B97F4A7C15L;
    }

    /** Applies the entry behind the last one, on which {@code entries} stand. */
    public Outcome apply(CheckedEntries entries) {
        long index = position.index() + 1;
        if (entries.term() < Math.max(1, position.term())) {
            throw Invariant.broken(
                    "an entry that cannot follow: index, term, term before", index, entries.term(), position.term());
        }
        position.at(index, entries.term(), entries.logTimeMs());
        chainCrc = entries.chainCrc();
        bytesSinceImage += entries.recordBytes();
        DirectBuffer buffer = entries.buffer();
        int offset = entries.payloadOffset();
        int length = entries.payloadBytes();
        return switch (entries.kind()) {
            case NodeMail.KIND_COMMAND -> command(buffer, offset, length);
            case NodeMail.KIND_SESSION_COMMAND -> sessionCommand(buffer, offset, length);
            case NodeMail.KIND_SESSION_OPEN -> openSession(buffer, offset, length);
            case NodeMail.KIND_NO_OP -> Outcome.NOTHING;
            case NodeMail.KIND_MEMBERSHIP -> membership(buffer, offset, length);
            default -> throw Invariant.broken("an entry of a kind from the future: index, kind", index, entries.kind());
        };
    }

    /** Lets the embedder publish what was applied. */
    public void publish() {
        machine.applied(position.index(), position.logTimeMs());
    }

    /** Bytes of log that were applied since the last image or restore. */
    long bytesSinceImage() {
        return bytesSinceImage;
    }

    /** An image of everything at the last applied index, which is published; null if the machine keeps none. */
    @Nullable
    CapturedImage capture() {
        SnapshotImage image = position.index() == 0 ? null : machine.capture();
        bytesSinceImage = 0;
        if (image == null) {
            return null;
        }
        UnsafeBuffer table = new UnsafeBuffer(new byte[SessionTableCodec.encodedBytes(sessions)]);
        SessionTableCodec.encode(sessions, table, 0);
        SnapshotPosition at =
                new SnapshotPosition(position.index(), position.term(), chainCrc, Math.max(0, position.logTimeMs()));
        SnapshotHeader header = new SnapshotHeader(clusterId, at, stateHash(), membership, table.byteArray());
        return new CapturedImage(header, image);
    }

    /** Puts a snapshot in place of everything; closes it. */
    public void restore(SnapshotReader reader) throws OperatingFault {
        try (reader) {
            SnapshotHeader header = reader.header();
            byte[] table = header.sessions();
            SessionTable restored = SessionTableCodec.decode(new UnsafeBuffer(table), 0, table.length);
            if (restored == null) {
                throw new OperatingFault("the snapshot up to entry "
                        + header.position().index() + " has a table of sessions that this version cannot read");
            }
            machine.restore(reader);
            sessions = restored;
            membership = header.membership();
            position.at(
                    header.position().index(),
                    header.position().term(),
                    header.position().logTimeMs());
            chainCrc = header.position().chainCrc();
            bytesSinceImage = 0;
            if (stateHash() != header.stateHash()) {
                throw new OperatingFault("the state restored from the snapshot up to entry " + position.index()
                        + " has the hash " + Long.toHexString(stateHash()) + ", but "
                        + Long.toHexString(header.stateHash()) + " was captured");
            }
        }
        publish();
    }

    private Outcome membership(DirectBuffer buffer, int offset, int length) {
        membership = new byte[length];
        buffer.getBytes(offset, membership);
        return Outcome.NOTHING;
    }

    private Outcome command(DirectBuffer buffer, int offset, int length) {
        result = machine.apply(position, buffer, offset, length);
        return Outcome.APPLIED;
    }

    private Outcome sessionCommand(DirectBuffer buffer, int offset, int length) {
        checkLength(length, NodeMail.SESSION_HEAD_BYTES);
        long sessionId = NodeMail.word(buffer, offset, 0);
        long sequence = NodeMail.word(buffer, offset, 1);
        SessionVerdict verdict = sessions.admit(sessionId, sequence, position.index());
        if (verdict == SessionVerdict.FRESH) {
            return command(buffer, offset + NodeMail.SESSION_HEAD_BYTES, length - NodeMail.SESSION_HEAD_BYTES);
        }
        sessionIndex = sessions.lastCommandIndex();
        return verdict == SessionVerdict.DUPLICATE ? Outcome.DUPLICATE : Outcome.EXPIRED;
    }

    private Outcome openSession(DirectBuffer buffer, int offset, int length) {
        checkLength(length, Long.BYTES);
        long limitCount = NodeMail.word(buffer, offset, 0);
        sessions.open(position.index(), (int) Math.min(limitCount, SessionTable.SESSIONS_MAX_COUNT));
        return Outcome.OPENED;
    }

    private void checkLength(int length, int shortest) {
        if (length < shortest) {
            throw Invariant.broken("an entry without its head: index, length", position.index(), length);
        }
    }
}
