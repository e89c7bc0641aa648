package dev.steppe.raft.node;

import dev.steppe.base.Invariant;
import dev.steppe.raft.api.EntryPosition;
import dev.steppe.raft.api.StateMachine;
import dev.steppe.raft.log.EntryCursor;
import dev.steppe.raft.session.SessionTable;
import dev.steppe.raft.session.SessionVerdict;
import org.agrona.DirectBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Everything that the log makes of this member: the embedder's state machine, the client sessions in front of it, and
 * how far both have come. Owned by the apply agent; equal on every member at the same index.
 */
final class Replica<R> {
    private final StateMachine<R> machine;
    private final SessionTable sessions = new SessionTable();
    private final EntryPosition position = new EntryPosition();
    private @Nullable R result;
    private long sessionIndex;

    /** What an entry came to. */
    enum Outcome {
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

    Replica(StateMachine<R> machine) {
        this.machine = machine;
    }

    /** Index of the last applied entry, 0 if none. */
    long appliedIndex() {
        return position.index();
    }

    /** Log time of the last applied entry, in milliseconds. */
    long logTimeMs() {
        return position.logTimeMs();
    }

    /** Term of the last applied entry. */
    long term() {
        return position.term();
    }

    /** What the command left; only after APPLIED. */
    @Nullable
    R result() {
        return result;
    }

    /** Index of the session's last command; only after DUPLICATE. */
    long sessionIndex() {
        return sessionIndex;
    }

    /** Hash of state and sessions at the last applied index. */
    long stateHash() {
        return machine.stateHash() + sessions.stateHash() * 0x9E3779B97F4A7C15L;
    }

    /** Applies the entry behind the last one, on which {@code cursor} stands. */
    Outcome apply(EntryCursor cursor) {
        long index = position.index() + 1;
        if (cursor.term() < Math.max(1, position.term())) {
            throw Invariant.broken(
                    "an entry that cannot follow: index, term, term before", index, cursor.term(), position.term());
        }
        position.at(index, cursor.term(), cursor.logTimeMs());
        DirectBuffer buffer = cursor.buffer();
        int offset = cursor.payloadOffset();
        int length = cursor.payloadBytes();
        return switch (cursor.kind()) {
            case NodeMail.KIND_COMMAND -> command(buffer, offset, length);
            case NodeMail.KIND_SESSION_COMMAND -> sessionCommand(buffer, offset, length);
            case NodeMail.KIND_SESSION_OPEN -> openSession(buffer, offset, length);
            case NodeMail.KIND_NO_OP, NodeMail.KIND_MEMBERSHIP -> Outcome.NOTHING;
            default -> throw Invariant.broken("an entry of a kind from the future: index, kind", index, cursor.kind());
        };
    }

    /** Lets the embedder publish what was applied. */
    void publish() {
        machine.applied(position.index(), position.logTimeMs());
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
