package dev.steppe.runtime.handover;

import java.util.function.Consumer;
import org.jctools.queues.atomic.MpscAtomicArrayQueue;
import org.jspecify.annotations.Nullable;

/**
 * Hands values from many threads to one, bounded.
 *
 * <p>Assumes one draining thread at a time and mails that are immutable or no longer touched by the sender.
 *
 * <p>Guarantees: what one sender offered arrives in its order; everything a sender wrote before {@code offer} is seen
 * by the drainer (the slot is written with release and read with acquire); no lock and no allocation.
 *
 * <p>The queue is the one without {@code sun.misc.Unsafe}, which warns on newer platforms.
 *
 * @param <T> a mail
 */
public final class Mailbox<T> {
    private final MpscAtomicArrayQueue<T> queue;
    private final @Nullable Doorbell doorbell;

    /** A mailbox for up to {@code capacityCount} mails, rounded up to a power of two; at least 2. */
    public Mailbox(int capacityCount) {
        this(capacityCount, null);
    }

    /** As {@link #Mailbox(int)}, with a bell that every offer rings. */
    public Mailbox(int capacityCount, @Nullable Doorbell doorbell) {
        this.doorbell = doorbell;
        queue = new MpscAtomicArrayQueue<>(capacityCount);
    }

    /** Puts a mail in; false, and nothing done, when the box is full. Any thread. */
    public boolean offer(T mail) {
        boolean isTaken = queue.offer(mail);
        if (isTaken && doorbell != null) {
            doorbell.ring();
        }
        return isTaken;
    }

    /** Gives up to {@code limitCount} mails to {@code handler}; returns how many. The one draining thread. */
    public int drain(Consumer<? super T> handler, int limitCount) {
        int drainedCount = 0;
        while (drainedCount < limitCount) {
            T mail = queue.poll();
            if (mail == null) {
                break;
            }
            drainedCount++;
            handler.accept(mail);
        }
        return drainedCount;
    }

    /** How many mails wait; exact only while nobody offers or drains. Any thread. */
    public int waitingCount() {
        return queue.size();
    }

    /** How many mails fit. */
    public int capacityCount() {
        return queue.capacity();
    }
}
