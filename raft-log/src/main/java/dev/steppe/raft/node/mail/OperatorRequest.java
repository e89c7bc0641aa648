package dev.steppe.raft.node.mail;

import dev.steppe.raft.api.ChangeListener;
import dev.steppe.raft.api.MembershipChange;

/** What an operator asks the leader for, from any thread to consensus. */
public sealed interface OperatorRequest {
    /** Who is told what became of it. */
    public ChangeListener listener();

    /** One server joins, leaves, is promoted or demoted. */
    public record ToMembership(MembershipChange change, ChangeListener listener) implements OperatorRequest {}

    /** The office goes to {@code targetId}, or to whoever has most of the log if that is 0. */
    public record ToTransfer(int targetId, ChangeListener listener) implements OperatorRequest {}
}
