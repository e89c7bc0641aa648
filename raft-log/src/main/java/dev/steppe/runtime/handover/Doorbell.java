package dev.steppe.runtime.handover;

import java.lang.invoke.VarHandle;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Tells one thread, which may be resting, that there is mail for its agent.
 *
 * <p>Guarantees: whoever offers a mail and rings is noticed by a thread that calls {@link #heard()} and then looks into
 * its mailboxes: either it finds the mail, or the ring calls its answer. Between a ring and the next {@link #heard()}
 * further rings cost a fence and a read.
 *
 * <p>Access modes: {@code rung} is read behind a full fence, which keeps the mail before it, set by compare-and-set,
 * and cleared by a volatile store, which keeps the look behind it. No lock and no allocation.
 */
public final class Doorbell {
    private final AtomicBoolean rung = new AtomicBoolean();
    private volatile @Nullable Runnable answer;

    /** There is mail. Any thread, after the offer. */
    public void ring() {
        VarHandle.fullFence();
        if (!rung.getOpaque() && rung.compareAndSet(false, true)) {
            Runnable answering = answer;
            if (answering != null) {
                answering.run();
            }
        }
    }

    /** Has {@code newAnswer} run at the first ring after each {@link #heard()}, by whoever rings: it must not block. */
    public void answeredBy(Runnable newAnswer) {
        answer = newAnswer;
    }

    /** What was rung for so far is going to be looked at. The draining thread. */
    public void heard() {
        rung.set(false);
    }
}
