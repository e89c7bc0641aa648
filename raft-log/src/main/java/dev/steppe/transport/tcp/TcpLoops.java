package dev.steppe.transport.tcp;

import dev.steppe.base.Entropy;
import dev.steppe.runtime.HaltSwitch;
import dev.steppe.runtime.NamedThreads;
import io.netty.channel.EventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.util.concurrent.FastThreadLocalThread;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.ScheduledFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import org.agrona.concurrent.NanoClock;
import org.jspecify.annotations.Nullable;

/**
 * The event loop of one lane: one thread, shared by as many transports of that lane as a process has. Raft has its own
 * loops, which no other lane enters. Close the transports first, then the loops.
 */
public final class TcpLoops implements AutoCloseable {
    /** How often deadlines, heartbeats and back-offs are looked at; they may come that much late. */
    static final long TICK_MS = 20;

    private final NanoClock clock;
    private final Entropy entropy;
    private final HaltSwitch haltSwitch;
    private final MultiThreadIoEventLoopGroup group;
    private final EventLoop loop;
    private volatile @Nullable Thread thread;

    /**
     * Starts the thread {@code steppe-NAME} when it is first needed.
     *
     * @param clock for deadlines; read on the loop
     * @param entropy for jitter and nonces; drawn on the loop only
     * @param haltSwitch pressed when a listener or a handler throws
     */
    public TcpLoops(String name, NanoClock clock, Entropy entropy, HaltSwitch haltSwitch) {
        this.clock = clock;
        this.entropy = entropy;
        this.haltSwitch = haltSwitch;
        NamedThreads threads = new NamedThreads(name, haltSwitch);
        ThreadFactory withFastLocals = task -> {
            Thread made = threads.newThread(() -> FastThreadLocalThread.runWithFastThreadLocal(task));
            thread = made;
            return made;
        };
        group = new MultiThreadIoEventLoopGroup(1, withFastLocals, NioIoHandler.newFactory());
        loop = group.next();
    }

    MultiThreadIoEventLoopGroup group() {
        return group;
    }

    long nowNs() {
        return clock.nanoTime();
    }

    Entropy entropy() {
        return entropy;
    }

    boolean isOnLoop() {
        return loop.inEventLoop();
    }

    /** Runs {@code task} on the loop; false when the loop has ended. Any thread. */
    boolean execute(Runnable task) {
        try {
            loop.execute(task);
            return true;
        } catch (RejectedExecutionException e) {
            return false; // The loop is closed, and with it every channel that the task could concern.
        }
    }

    /** Runs {@code task} on the loop and waits for its end; on the loop itself at once. Any thread. */
    void executeAndWait(Runnable task) {
        if (isOnLoop()) {
            guard(task);
            return;
        }
        CountDownLatch done = new CountDownLatch(1);
        boolean accepted = execute(() -> {
            try {
                guard(task);
            } finally {
                done.countDown();
            }
        });
        if (accepted) {
            uninterruptibly(done::await);
        }
    }

    ScheduledFuture<?> everyTick(Runnable task) {
        return loop.scheduleAtFixedRate(() -> guard(task), TICK_MS, TICK_MS, TimeUnit.MILLISECONDS);
    }

    /** Runs {@code task} here; whatever it throws presses the halt switch, since Netty would only log it. */
    void guard(Runnable task) {
        try {
            task.run();
        } catch (Throwable e) {
            halt(e);
        }
    }

    void halt(Throwable cause) {
        haltSwitch.halt(HaltSwitch.BROKEN, "the event loop of a lane failed: " + cause, cause);
    }

    /** Ends the thread and waits until it is gone; on the loop itself it only asks for the end. Idempotent. */
    @Override
    public void close() {
        leave(group.shutdownGracefully(0, 0, TimeUnit.MILLISECONDS));
        Thread loopThread = thread;
        if (loopThread != null && !isOnLoop()) {
            uninterruptibly(loopThread::join);
        }
    }

    /** Takes a future that nobody waits for: a failure of this kind ends the connection, which tells its listener. */
    static void leave(Future<?> unattended) {
        if (unattended.isDone() && unattended.cause() instanceof Error error) {
            throw error;
        }
    }

    /** Waits to the end; an interrupt is kept for the caller, since the work on the loop is not undone by it. */
    private static void uninterruptibly(Wait wait) {
        boolean interrupted = false;
        boolean done = false;
        while (!done) {
            try {
                wait.forIt();
                done = true;
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    @FunctionalInterface
    private interface Wait {
        void forIt() throws InterruptedException;
    }
}
