package dev.steppe.raft.node.desk;

import dev.steppe.base.Invariant;
import dev.steppe.raft.api.ProposalListener;
import dev.steppe.raft.api.SessionOpening;

/** Who waits for a session, in the seat of one who waits for a result. */
public final class SessionOpener<R> implements ProposalListener<R> {
    private final SessionOpening listener;

    public SessionOpener(SessionOpening listener) {
        this.listener = listener;
    }

    public void opened(long sessionId) {
        listener.onOpened(sessionId);
    }

    @Override
    public void onApplied(long index, long term, R result) {
        throw Invariant.broken("the opening of a session is no command: index", index);
    }

    @Override
    public void onLost(String reason) {
        listener.onLost(reason);
    }

    @Override
    public void onUnknown(String reason) {
        listener.onUnknown(reason);
    }
}
