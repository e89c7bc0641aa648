package dev.steppe.runtime;

import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Makes the threads of Steppe: daemons with a name, whose uncaught exception presses the halt switch, and which cannot
 * be interrupted. An interrupt would close the file channel that the thread is using, for every later user of the log,
 * so it is ignored; agents are ended by their host and know no other way.
 */
public final class NamedThreads implements ThreadFactory {
    /** Every thread name begins with this. */
    public static final String PREFIX = "steppe-";

    private final String name;
    private final HaltSwitch haltSwitch;
    private final AtomicInteger madeCount = new AtomicInteger();

    /** Threads {@code steppe-NAME}; from the second on with a number behind. */
    public NamedThreads(String name, HaltSwitch haltSwitch) {
        this.name = name;
        this.haltSwitch = haltSwitch;
    }

    @Override
    public Thread newThread(Runnable task) {
        int number = madeCount.getAndIncrement();
        Thread thread = new UninterruptedThread(task, PREFIX + name + (number == 0 ? "" : "-" + number));
        thread.setDaemon(true);
        thread.setUncaughtExceptionHandler((dead, cause) ->
                haltSwitch.halt(HaltSwitch.BROKEN, "thread " + dead.getName() + " failed: " + cause, cause));
        return thread;
    }

    private static final class UninterruptedThread extends Thread {
        UninterruptedThread(Runnable task, String name) {
            super(task, name);
        }

        /** Does nothing; see the class comment. */
        @Override
        public void interrupt() {
            // Deliberately not handed on: the flag would close the file channel in use.
        }
    }
}
