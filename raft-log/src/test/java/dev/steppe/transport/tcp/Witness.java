package dev.steppe.transport.tcp;

import dev.steppe.transport.Link;
import dev.steppe.transport.LinkDown;
import dev.steppe.transport.LinkListener;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/** Remembers in order what a transport told, for a test thread to take; gives up loudly when nothing comes at all. */
final class Witness implements LinkListener {
    private static final long GIVE_UP_SECONDS = 30;

    sealed interface Event {
        record Up(Link link) implements Event {}

        record Frame(Link link, UnsafeBuffer bytes) implements Event {}

        record Down(Link link, LinkDown reason) implements Event {}

        record Refused(String address, String sentence) implements Event {}
    }

    private final BlockingQueue<Event> events = new LinkedBlockingQueue<>();

    @Override
    public void onUp(Link link) {
        events.add(new Event.Up(link));
    }

    @Override
    public boolean onFrame(Link link, DirectBuffer buffer, int offset, int length) {
        byte[] bytes = new byte[length];
        buffer.getBytes(offset, bytes);
        events.add(new Event.Frame(link, new UnsafeBuffer(bytes)));
        return true;
    }

    @Override
    public void onDown(Link link, LinkDown reason) {
        events.add(new Event.Down(link, reason));
    }

    @Override
    public void onRefused(String address, String sentence) {
        events.add(new Event.Refused(address, sentence));
    }

    Link up() throws InterruptedException {
        return next(Event.Up.class).link();
    }

    byte[] frame() throws InterruptedException {
        return next(Event.Frame.class).bytes().byteArray();
    }

    LinkDown down() throws InterruptedException {
        return next(Event.Down.class).reason();
    }

    String refused() throws InterruptedException {
        return next(Event.Refused.class).sentence();
    }

    /** The next link that comes up, whatever was refused before it. */
    Link upAtLast() throws InterruptedException {
        Event event = next();
        while (event instanceof Event.Refused) {
            event = next();
        }
        return cast(Event.Up.class, event).link();
    }

    /** The next frame, whoever was refused before it. */
    byte[] frameAtLast() throws InterruptedException {
        Event event = next();
        while (event instanceof Event.Refused) {
            event = next();
        }
        return cast(Event.Frame.class, event).bytes().byteArray();
    }

    int waitingCount() {
        return events.size();
    }

    private <E extends Event> E next(Class<E> kind) throws InterruptedException {
        return cast(kind, next());
    }

    private Event next() throws InterruptedException {
        Event event = events.poll(GIVE_UP_SECONDS, TimeUnit.SECONDS);
        if (event == null) {
            throw new AssertionError("nothing happened");
        }
        return event;
    }

    private static <E extends Event> E cast(Class<E> kind, Event event) {
        if (!kind.isInstance(event)) {
            throw new AssertionError("expected " + kind.getSimpleName() + ", came " + event);
        }
        return kind.cast(event);
    }
}
