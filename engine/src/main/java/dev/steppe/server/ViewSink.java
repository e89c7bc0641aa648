package dev.steppe.server;

import dev.steppe.runtime.Mailbox;
import dev.steppe.runtime.Published;
import dev.steppe.state.StateView;
import java.util.function.Consumer;

/**
 * Where the apply agent leaves each view: first the listener is told, then it is published to every reader, then mailed
 * to the duties agent. A mailbox that is full drops it, which the reader of journals notices.
 */
final class ViewSink implements Consumer<StateView> {
    private final Published<StateView> published;
    private final Mailbox<StateView> views;
    private final ServerWorld.ViewListener listener;

    ViewSink(Published<StateView> published, Mailbox<StateView> views, ServerWorld.ViewListener listener) {
        this.published = published;
        this.views = views;
        this.listener = listener;
    }

    @Override
    public void accept(StateView view) {
        listener.onView(view);
        published.publish(view);
        views.offer(view);
    }
}
