package dev.steppe.server.duty;

import dev.steppe.raft.api.RaftServer;
import dev.steppe.region.spi.RolloutEvent;
import dev.steppe.region.spi.RolloutIntent;
import dev.steppe.region.spi.RolloutWatcher;
import dev.steppe.runtime.handover.Mailbox;
import java.util.function.Predicate;
import org.agrona.concurrent.Agent;

/**
 * Runs the rollout watcher plugin on an agent of its own, so that a slow plugin holds up nothing else. A plugin that
 * throws is stopped for good on this server and shown ({@link #failure()}); all other work goes on (DESIGN §9).
 */
public final class WatcherAgent implements Agent {
    private static final int DRAIN_MAX = 64;

    private final RolloutWatcher watcher;
    private final RaftServer<?> raft;
    private final Mailbox<Runnable> inbox = new Mailbox<>(16_384);
    private final Predicate<RolloutIntent> intents;
    private boolean started;
    private volatile String failure = "";

    /** {@code intents} hands a wish to the federation; false when it cannot take it now. Called on this agent. */
    public WatcherAgent(RolloutWatcher watcher, RaftServer<?> raft, Predicate<RolloutIntent> intents) {
        this.watcher = watcher;
        this.raft = raft;
        this.intents = intents;
    }

    @Override
    public String roleName() {
        return "watcher";
    }

    /** Why the plugin was stopped, one sentence; empty while it works. Any thread. */
    String failure() {
        return failure;
    }

    /** Tells the watcher that this server leads. Any thread; false when the mailbox is full. */
    boolean start(String region, long term) {
        return inbox.offer(() -> {
            started = true;
            watcher.onStart(region, term, raft.logTimeMs(), intents::test);
        });
    }

    /** Tells it that this server leads no more. Any thread; false when the mailbox is full. */
    boolean stop() {
        return inbox.offer(() -> {
            started = false;
            watcher.onStop();
        });
    }

    /** Tells it what happened. Any thread; false when the mailbox is full. */
    boolean tell(RolloutEvent event) {
        return inbox.offer(() -> {
            if (started) {
                watcher.onEvent(event, raft.logTimeMs(), intents::test);
            }
        });
    }

    @Override
    public int doWork() {
        if (!failure.isEmpty()) {
            return inbox.drain(mail -> {}, DRAIN_MAX);
        }
        try {
            int workCount = inbox.drain(Runnable::run, DRAIN_MAX);
            if (started && raft.logTimeMs() >= watcher.nextDeadlineMs()) {
                watcher.onTime(raft.logTimeMs(), intents::test);
                workCount++;
            }
            return workCount;
        } catch (RuntimeException | LinkageError | AssertionError | StackOverflowError e) {
            failure = "the rollout watcher stopped: " + e;
            return 1;
        }
    }

    @Override
    public void onClose() {
        try {
            watcher.close();
        } catch (RuntimeException | LinkageError | AssertionError | StackOverflowError e) {
            failure = "the rollout watcher could not be closed: " + e;
        }
    }
}
