package dev.steppe.runtime.handover;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * One value that one thread publishes and every thread may read.
 *
 * <p>Assumes one publishing thread at a time, and values that never change after they were published.
 *
 * <p>Guarantees: a reader sees the value and everything that was written before it was published; readers see values in
 * the order of publication, though they may skip some. Access modes: {@code setRelease} to publish, {@code getAcquire}
 * to read; the publisher reads its own value plainly. No lock and no allocation.
 *
 * @param <T> an immutable value
 */
public final class Published<T> {
    private static final VarHandle VALUE;

    static {
        try {
            VALUE = MethodHandles.lookup().findVarHandle(Published.class, "value", Object.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private T value;

    /** Holds {@code first} until something newer is published; hand the object itself over safely. */
    public Published(T first) {
        value = first;
        VarHandle.releaseFence();
    }

    /** Publishes {@code next}. The one publishing thread. */
    public void publish(T next) {
        VALUE.setRelease(this, next);
    }

    /** The newest published value, as far as this thread can see. Any thread. */
    @SuppressWarnings("unchecked") // Only values of type T are ever stored.
    public T get() {
        return (T) VALUE.getAcquire(this);
    }

    /** The value that this thread published last. The one publishing thread only. */
    public T own() {
        return value;
    }
}
