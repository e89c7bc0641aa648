package dev.steppe.raft.node.desk;

import dev.steppe.raft.api.ProposalListener;
import dev.steppe.raft.api.ProposeVerdict;
import dev.steppe.raft.api.SessionListener;
import dev.steppe.raft.node.mail.NodeMail;
import dev.steppe.runtime.handover.ByteMailbox;
import dev.steppe.runtime.handover.Doorbell;
import java.util.concurrent.atomic.AtomicReference;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.ControlledMessageHandler;
import org.agrona.concurrent.MessageHandler;
import org.jctools.queues.atomic.MpmcAtomicArrayQueue;
import org.jspecify.annotations.Nullable;

/**
 * Where commands and those who wait for them come in. A proposal takes a seat until its listener has been called; its
 * bytes wait in a bounded box under the number of the seat. Any thread offers; the consensus agent drains; whoever ends
 * a proposal takes the listener out of the seat, and only the first one finds it there, so it is called exactly once.
 *
 * <p>Access modes: a seat's listener is set before its bytes are offered (release) and taken by get-and-set; free seats
 * go through a many-to-many queue. No lock and no allocation.
 */
public final class ProposalDesk<R> {
    private final Seat<R>[] seats;
    private final MpmcAtomicArrayQueue<Seat<R>> freeSeats;
    private final ByteMailbox commands;
    private volatile boolean isClosed;

    /** One place; the reference is the listener, null while the seat is free. */
    private static final class Seat<R> extends AtomicReference<@Nullable ProposalListener<R>> {
        private static final long serialVersionUID = 1L;
        private final int id;
        /** Kind of the entry that is proposed; set before the bytes are offered, so whoever has those sees it. */
        private int kind;

        Seat(int id) {
            this.id = id;
        }
    }

    /**
     * A desk of {@code seatCount} seats whose box holds {@code queueBytes}, at least eight of {@code maxEntryBytes}.
     */
    @SuppressWarnings({"unchecked", "rawtypes"}) // An array of one generic type cannot be made otherwise.
    public ProposalDesk(int seatCount, int queueBytes, int maxEntryBytes, Doorbell doorbell) {
        freeSeats = new MpmcAtomicArrayQueue<>(seatCount);
        commands = new ByteMailbox(Math.max(queueBytes, 8 * maxEntryBytes), doorbell);
        seats = new Seat[seatCount];
        for (int id = 0; id < seatCount; id++) {
            seats[id] = new Seat<>(id);
            freeSeats.offer(seats[id]);
        }
    }

    /** Takes a command, or says why not; the listener belongs to the seat only if ACCEPTED. Any thread. */
    public ProposeVerdict offer(int kind, DirectBuffer buffer, int offset, int length, ProposalListener<R> listener) {
        if (isClosed) {
            return ProposeVerdict.CLOSED;
        }
        Seat<R> seat = freeSeats.poll();
        if (seat == null) {
            return ProposeVerdict.BACK_PRESSURED;
        }
        seat.kind = kind;
        seat.set(listener);
        return settle(seat, commands.offer(seat.id + 1, buffer, offset, length));
    }

    /** Takes a command of a session, or says why not; the listener belongs to the seat only if ACCEPTED. Any thread. */
    public ProposeVerdict offer(
            long sessionId, long sequence, DirectBuffer buffer, int offset, int length, SessionListener<R> listener) {
        if (isClosed) {
            return ProposeVerdict.CLOSED;
        }
        Seat<R> seat = freeSeats.poll();
        if (seat == null) {
            return ProposeVerdict.BACK_PRESSURED;
        }
        seat.kind = NodeMail.KIND_SESSION_COMMAND;
        seat.set(listener);
        return settle(seat, commands.offer(seat.id + 1, sessionId, sequence, buffer, offset, length));
    }

    private ProposeVerdict settle(Seat<R> seat, boolean isOffered) {
        if (!isOffered) {
            seat.set(null);
            freeSeats.offer(seat);
            return ProposeVerdict.BACK_PRESSURED;
        }
        if (isClosed) {
            // Closed meanwhile: the agents may still have drained the bytes, so nobody can say that nothing was taken.
            ProposalListener<R> waiting = seat.getAndSet(null);
            if (waiting != null) {
                waiting.onUnknown("this member was closed before the outcome was known");
            }
        }
        return ProposeVerdict.ACCEPTED;
    }

    /** Kind of the entry that was proposed from a seat; for who has its bytes. */
    public int kind(int seatId) {
        return seats[seatId].kind;
    }

    /** Most proposals under way. */
    public int seatCount() {
        return seats.length;
    }

    /** Gives up to {@code limitCount} commands to {@code handler}, the type being the seat plus 1. Consensus agent. */
    public int drain(MessageHandler handler, int limitCount) {
        return commands.drain(handler, limitCount);
    }

    /** As {@link #drain}, but {@code handler} says after each command whether to go on. Consensus agent. */
    public int drainWhile(ControlledMessageHandler handler, int limitCount) {
        return commands.drainWhile(handler, limitCount);
    }

    /** Frees a seat and returns who sat there; null if it has been told already. */
    @Nullable
    public ProposalListener<R> take(int seatId) {
        ProposalListener<R> listener = seats[seatId].getAndSet(null);
        freeSeats.offer(seats[seatId]);
        return listener;
    }

    /** Whether nothing is taken any more. Any thread. */
    public boolean isClosed() {
        return isClosed;
    }

    /** Takes nothing more. Any thread. */
    public void close() {
        isClosed = true;
    }

    /** Tells everyone who still waits that the outcome is unknown; after the agents have ended. */
    public void abandonAll(String reason) {
        for (Seat<R> seat : seats) {
            ProposalListener<R> listener = seat.getAndSet(null);
            if (listener != null) {
                listener.onUnknown(reason);
            }
        }
    }
}
