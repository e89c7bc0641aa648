package dev.steppe.raft.node.desk;

import dev.steppe.raft.api.ProposeVerdict;
import dev.steppe.raft.api.ReadListener;
import dev.steppe.runtime.handover.Doorbell;
import dev.steppe.runtime.handover.Mailbox;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Where linearizable reads come in. All that wait when the consensus agent looks become one batch, which the core sees
 * as one read; the apply agent answers it and hands the batch back.
 */
public final class ReadDesk {
    private static final int WAITING_COUNT = 1 << 14;
    private static final int BATCH_COUNT = 64;

    private final Mailbox<Ticket> waiting;
    private final Mailbox<Batch> returned = new Mailbox<>(BATCH_COUNT);
    private final Deque<Batch> free = new ArrayDeque<>();
    private final List<Batch> batches = new ArrayList<>();
    private volatile boolean isClosed;

    /** One read; empty once it has been answered. */
    private static final class Ticket extends AtomicReference<@Nullable ReadListener> {
        private static final long serialVersionUID = 1L;

        Ticket(ReadListener listener) {
            super(listener);
        }
    }

    /** Reads that are confirmed together. */
    public static final class Batch {
        private final int id;
        private final List<Ticket> tickets = new ArrayList<>();
        /** Apply agent only: what must be applied before the answer. */
        public long readIndex;

        Batch(int id) {
            this.id = id;
        }

        /** Every read may go on, {@code appliedIndex} being applied and published. */
        public void readable(long appliedIndex) {
            for (Ticket ticket : tickets) {
                ReadListener listener = ticket.getAndSet(null);
                if (listener != null) {
                    listener.onReadable(appliedIndex);
                }
            }
            tickets.clear();
        }

        /** No read may go on. */
        public void refuse(String reason) {
            for (Ticket ticket : tickets) {
                ReadListener listener = ticket.getAndSet(null);
                if (listener != null) {
                    listener.onRefused(reason);
                }
            }
            tickets.clear();
        }
    }

    /** A desk that rings {@code doorbell} for the consensus agent. */
    public ReadDesk(Doorbell doorbell) {
        waiting = new Mailbox<>(WAITING_COUNT, doorbell);
        for (int id = 0; id < BATCH_COUNT; id++) {
            Batch batch = new Batch(id);
            batches.add(batch);
            free.add(batch);
        }
    }

    /** Takes a read, or says why not. Any thread. */
    public ProposeVerdict offer(ReadListener listener) {
        if (isClosed) {
            return ProposeVerdict.CLOSED;
        }
        Ticket ticket = new Ticket(listener);
        if (!waiting.offer(ticket)) {
            return ProposeVerdict.BACK_PRESSURED;
        }
        return isClosed && ticket.getAndSet(null) != null ? ProposeVerdict.CLOSED : ProposeVerdict.ACCEPTED;
    }

    /** Number of a batch of all reads that wait; -1 if none wait or no batch is free. Consensus agent. */
    public int collect() {
        if (waiting.waitingCount() == 0) {
            return -1;
        }
        returned.drain(free::addLast, BATCH_COUNT);
        Batch batch = free.pollFirst();
        if (batch == null) {
            return -1;
        }
        waiting.drain(batch.tickets::add, WAITING_COUNT);
        return batch.id;
    }

    /** The batch of that number. Apply agent, from the mail on until it gives the batch back. */
    public Batch batch(int id) {
        return batches.get(id);
    }

    /** Takes an answered batch back. Apply agent. */
    public void giveBack(Batch batch) {
        returned.offer(batch);
    }

    /** Takes nothing more. Any thread. */
    public void close() {
        isClosed = true;
    }

    /** Refuses every read that still waits; after the agents have ended. */
    public void refuseAll(String reason) {
        Batch last = new Batch(BATCH_COUNT);
        waiting.drain(last.tickets::add, WAITING_COUNT);
        last.refuse(reason);
        batches.forEach(batch -> batch.refuse(reason));
    }
}
