package dev.steppe.server.duty;

import dev.steppe.runtime.handover.Mailbox;
import dev.steppe.runtime.handover.Published;
import dev.steppe.state.StateView;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/**
 * Where the apply agent leaves each view: first the listener is told, then it is published to every reader, then mailed
 * to the duties agent. A mailbox that is full drops views, which the reader of journals notices; but the newest view
 * always arrives, even if nothing follows it.
 *
 * <p>Access modes: {@code missed} is set after the view it speaks of was published, and taken by get-and-set before the
 * newest view is read, so that view is never older than the one that was dropped.
 */
public final class ViewSink implements Consumer<StateView> {
    private final Published<StateView> published;
    private final Mailbox<StateView> views;
    private final Consumer<StateView> listener;
    private final AtomicBoolean missed = new AtomicBoolean();

    /** {@code viewsMax}: how many views wait for the duties agent. */
    public ViewSink(Published<StateView> published, int viewsMax, Consumer<StateView> listener) {
        this.published = published;
        this.views = new Mailbox<>(viewsMax);
        this.listener = listener;
    }

    @Override
    public void accept(StateView view) {
        listener.accept(view);
        published.publish(view);
        if (!views.offer(view)) {
            missed.set(true);
        }
    }

    /**
     * Gives views to {@code handler}, ascending but for one that may come twice; answers how many, less than
     * {@code limitCount} only when none is left. The duties agent.
     */
    public int drain(Consumer<StateView> handler, int limitCount) {
        int drainedCount = views.drain(handler, limitCount);
        if (drainedCount < limitCount && missed.getAndSet(false)) {
            handler.accept(published.get());
            drainedCount++;
        }
        return drainedCount;
    }
}
