package dev.steppe.raft.api;

import org.agrona.DirectBuffer;

/**
 * One member of one Raft group, as its embedder sees it. Every method may be called from any thread unless it says
 * otherwise; none of them blocks.
 *
 * @param <R> what the state machine leaves for a proposer
 */
public interface RaftServer<R> extends AutoCloseable {
    /**
     * Offers one command; the bytes are copied before the call returns. ACCEPTED promises exactly one call of
     * {@code listener}; any other verdict promises none.
     */
    ProposeVerdict propose(DirectBuffer buffer, int offset, int length, ProposalListener<R> listener);

    /**
     * Opens a session, in which each command is applied at most once however often it is proposed (Ongaro thesis §6.3).
     * ACCEPTED promises exactly one call of {@code listener}.
     */
    ProposeVerdict openSession(SessionOpening listener);

    /**
     * Offers one command of a session; like {@link #propose(DirectBuffer, int, int, ProposalListener)}, but it is
     * applied only if the session is open and no command with this or a later sequence was applied in it. A client has
     * one command of a session under way at a time, and repeats it with the same sequence until it knows the outcome.
     *
     * @param sequence from 1, rising from command to command of the session
     */
    ProposeVerdict propose(
            long sessionId, long sequence, DirectBuffer buffer, int offset, int length, SessionListener<R> listener);

    /**
     * Asks for a linearizable read (ReadIndex, Ongaro thesis §6.4). ACCEPTED promises exactly one call of
     * {@code listener}, on the apply agent, once the local state contains everything that was committed before this
     * call.
     */
    ProposeVerdict read(ReadListener listener);

    /**
     * Asks for one step to another membership. ACCEPTED promises exactly one call of {@code listener}; who does not
     * lead refuses through it.
     */
    ProposeVerdict changeMembership(MembershipChange change, ChangeListener listener);

    /**
     * Asks this leader to hand its office to another voter, within one election time-out; proposals are refused
     * meanwhile. ACCEPTED promises exactly one call of {@code listener}.
     *
     * @param targetId who shall lead; 0 for whoever has most of the log
     */
    ProposeVerdict transferLeadership(int targetId, ChangeListener listener);

    /**
     * Has a snapshot taken as soon as the one that is being written, if any, is done; nothing happens where the state
     * machine keeps none. Shows in {@link RaftStatus.GroupStatus#snapshotIndex()}.
     */
    void snapshotNow();

    /**
     * The log time that a batch written now would carry, in milliseconds; meaningful on the leader, an estimate that
     * never goes backwards elsewhere.
     */
    long logTimeMs();

    /** A consistent picture of this member, at most one duty cycle old, under load one millisecond. */
    RaftStatus status();

    /** One round of every agent of this member; only for the {@code invoked} layout, by the owning thread. */
    int doWork();

    /** Ends every thread, forces what was written and releases the directory. Idempotent. */
    @Override
    void close();
}
