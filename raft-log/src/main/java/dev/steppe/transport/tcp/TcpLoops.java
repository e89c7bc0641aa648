package dev.steppe.transport.tcp;

import dev.steppe.base.Entropy;
import dev.steppe.runtime.Carrier;
import dev.steppe.runtime.HaltSwitch;
import dev.steppe.runtime.NamedThreads;
import io.netty.channel.EventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.util.concurrent.DefaultEventExecutor;
import io.netty.util.concurrent.FastThreadLocalThread;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.ScheduledFuture;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.agrona.concurrent.NanoClock;
import org.jspecify.annotations.Nullable;

/**
 * The event loop of one lane: one thread for all frames, with one more for TLS handshakes and one for names of hosts,
 * which start when first needed. Shared by as many transports of that lane as a process has. Raft has its own loops,
 * which no other lane enters. Close the transports first, then the loops.
 */
public final class TcpLoops implements Carrier, AutoCloseable {
    /** How often deadlines, heartbeats and back-offs are looked at; they may come that much late. */
    static final long TICK_MS = 20;

    private final NanoClock clock;
    private final Entropy entropy;
    private final HaltSwitch haltSwitch;
    private final MultiThreadIoEventLoopGroup group;
    private final EventLoop loop;
    private final LoopBuffers buffers = new LoopBuffers();
    private boolean reading;
    private final SideThread handshakes;
    private final NewestFirst handshakeTasks;
    private final SideThread lookups;
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
        handshakes = new SideThread(new NamedThreads(name + "-handshakes", haltSwitch));
        handshakeTasks = new NewestFirst(handshakes);
        lookups = new SideThread(new NamedThreads(name + "-lookups", haltSwitch));
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

    /**
     * Where TLS agrees on keys and signs. One thread: a flood of handshakes waits there, and holds up no frame. The
     * newest task is next: in a flood the order of arrival would have everybody wait until it is ended as the oldest.
     */
    Executor handshakes() {
        return handshakeTasks;
    }

    /**
     * Looks up a host's name on a thread of its own, since that may take seconds, and calls back on the loop: with the
     * address, or with what went wrong. Asked for each attempt, so that a peer may move.
     */
    void lookUp(InetSocketAddress unresolved, Consumer<InetSocketAddress> found, Consumer<Throwable> failed) {
        lookups.execute(() -> {
            InetSocketAddress resolved = new InetSocketAddress(unresolved.getHostString(), unresolved.getPort());
            execute(() -> guard(() -> {
                if (resolved.isUnresolved()) {
                    failed.accept(new UnknownHostException("nobody knows " + unresolved.getHostString()));
                } else {
                    found.accept(resolved);
                }
            }));
        });
    }

    long nowNs() {
        return clock.nanoTime();
    }

    Entropy entropy() {
        return entropy;
    }

    /** The loop's own; on the loop only. */
    LoopBuffers buffers() {
        return buffers;
    }

    /** Whether the loop is handing on what a socket read; what is offered meanwhile goes out together behind it. */
    boolean isReading() {
        return reading;
    }

    void setReading(boolean isReading) {
        reading = isReading;
    }

    @Override
    public boolean isCarrying() {
        return loop.inEventLoop();
    }

    @Override
    public boolean execute(Runnable task) {
        try {
            loop.execute(task);
            return true;
        } catch (RejectedExecutionException e) {
            return false; // The loop is closed, and with it every channel that the task could concern.
        }
    }

    @Override
    public void executeAndWait(Runnable task) {
        if (isCarrying()) {
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

    @Override
    public Runnable everyTick(Runnable task) {
        ScheduledFuture<?> ticking = scheduleEveryTick(task);
        return () -> ticking.cancel(false);
    }

    ScheduledFuture<?> scheduleEveryTick(Runnable task) {
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
        if (loopThread != null && !isCarrying()) {
            uninterruptibly(loopThread::join);
        }
        handshakes.askToEnd();
        lookups.askToEnd(); // Not waited for: it may be deep in a look-up.
        if (!isCarrying()) {
            uninterruptibly(handshakes::awaitEnd);
            buffers.free();
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

    /** One more thread, which starts with its first task. Tasks come from the loop; the end from any thread, once. */
    private static final class SideThread implements Executor {
        private final NamedThreads threads;
        private volatile @Nullable DefaultEventExecutor executor;
        private volatile @Nullable Thread thread;

        SideThread(NamedThreads threads) {
            this.threads = threads;
        }

        @Override
        public void execute(Runnable task) {
            DefaultEventExecutor running = executor;
            if (running == null) {
                running = new DefaultEventExecutor(work -> {
                    Thread made = threads.newThread(work);
                    thread = made;
                    return made;
                });
                executor = running;
            }
            running.execute(task);
        }

        void askToEnd() {
            DefaultEventExecutor running = executor;
            if (running != null) {
                leave(running.shutdownGracefully(0, 0, TimeUnit.MILLISECONDS));
            }
        }

        void awaitEnd() throws InterruptedException {
            Thread started = thread;
            if (started != null) {
                started.join();
            }
        }
    }

    /** Runs on one thread what came last before what came earlier. Tasks come from any thread. */
    private static final class NewestFirst implements Executor {
        private final Executor thread;
        private final ConcurrentLinkedDeque<Runnable> waiting = new ConcurrentLinkedDeque<>();
        private final Runnable runNewest = this::runNewest;

        NewestFirst(Executor thread) {
            this.thread = thread;
        }

        @Override
        public void execute(Runnable task) {
            waiting.addFirst(task);
            thread.execute(runNewest);
        }

        private void runNewest() {
            Runnable newest = waiting.pollFirst();
            if (newest != null) {
                newest.run();
            }
        }
    }

    @FunctionalInterface
    private interface Wait {
        void forIt() throws InterruptedException;
    }
}
