package dev.steppe.runtime;

/** A thread that has work of its own, such as an event loop, and gives agents their turns in between. */
public interface Carrier {
    /** Runs {@code task} soon on the thread; false if the thread has ended. Any thread. */
    boolean execute(Runnable task);

    /** Runs {@code task} on the thread and waits for its end; on the thread itself at once. Any thread. */
    void executeAndWait(Runnable task);

    /** Runs {@code task} on the thread every few milliseconds until what is returned is run. Any thread. */
    Runnable everyTick(Runnable task);

    /** Whether the calling thread is that thread. */
    boolean isCarrying();
}
