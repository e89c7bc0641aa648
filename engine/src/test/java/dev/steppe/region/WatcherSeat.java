package dev.steppe.region;

import dev.steppe.base.Invariant;
import dev.steppe.region.spi.RolloutEvent;
import dev.steppe.region.spi.RolloutIntent;
import dev.steppe.region.spi.RolloutWatcher;
import java.util.ArrayDeque;

/**
 * Where a watcher plugin sits beside the federation on one thread: its events are brought, its intents are carried
 * over, and if it throws it is not called again while everything else goes on (DESIGN §9). Owned by the duties agent.
 */
public final class WatcherSeat {
    /** Intents that a watcher may leave in one call. */
    private static final int INTENTS_MAX_COUNT = 16_384;
    /** Calls in one round; a watcher and a federation that keep each other busy longer than that are broken. */
    private static final int CALLS_MAX_COUNT = 1_000_000;

    private interface Call {
        void on(RolloutWatcher called);
    }

    private final RolloutWatcher watcher;
    private final FederationMachine federation;
    private final ArrayDeque<RolloutIntent> intents = new ArrayDeque<>();
    private boolean isFailed;
    private long voidEventCount;
    private boolean isStarted;

    /** The seat of {@code watcher} beside {@code federation}. */
    public WatcherSeat(RolloutWatcher watcher, FederationMachine federation) {
        this.watcher = watcher;
        this.federation = federation;
    }

    /** Tells the watcher that this server leads; before {@link FederationMachine#start}. */
    public void start(String region, long term, long nowMs, FederationOutput output) {
        isStarted = true;
        call(called -> called.onStart(region, term, nowMs, this::offer), output);
    }

    /** Tells the watcher to forget; after {@link FederationMachine#stop}. What waits for it is void. */
    public void stop(FederationOutput output) {
        isStarted = false;
        while (output.pollEvent() != null) {
            voidEventCount++;
        }
        intents.clear();
        call(RolloutWatcher::onStop, output);
    }

    /** Brings events and carries intents until neither is left; calls the watcher if its time has come. */
    public void pump(long nowMs, FederationOutput output) {
        if (isStarted && !isFailed && nowMs >= watcher.nextDeadlineMs()) {
            call(called -> called.onTime(nowMs, this::offer), output);
        }
        carry(nowMs, output);
        int callCount = 0;
        for (RolloutEvent event = output.pollEvent(); event != null; event = output.pollEvent()) {
            RolloutEvent told = event;
            call(called -> called.onEvent(told, nowMs, this::offer), output);
            carry(nowMs, output);
            if (++callCount > CALLS_MAX_COUNT) {
                throw Invariant.broken("watcher and federation keep each other busy: calls", callCount);
            }
        }
    }

    /** Events that came too late for the watcher. */
    public long voidEventCount() {
        return voidEventCount;
    }

    /** When to pump again if nothing happens, log time; {@code Long.MAX_VALUE} = never. */
    public long nextDeadlineMs() {
        if (isFailed || !isStarted) {
            return Long.MAX_VALUE;
        }
        return intents.isEmpty() ? watcher.nextDeadlineMs() : 0;
    }

    private boolean offer(RolloutIntent intent) {
        return intents.size() < INTENTS_MAX_COUNT && intents.offer(intent);
    }

    private void carry(long nowMs, FederationOutput output) {
        while (!intents.isEmpty() && federation.intent(intents.element(), nowMs, output)) {
            intents.remove();
        }
    }

    private void call(Call call, FederationOutput output) {
        if (isFailed) {
            return;
        }
        try {
            call.on(watcher);
        } catch (RuntimeException e) {
            isFailed = true;
            intents.clear();
            federation.watcherFailed(
                    "the rollout watcher of this server failed and is not called any more (" + e
                            + "): jobs of several regions are refused until it is restarted",
                    output);
        }
    }
}
