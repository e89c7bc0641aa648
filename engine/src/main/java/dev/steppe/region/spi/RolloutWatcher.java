package dev.steppe.region.spi;

/**
 * Rolls jobs out over regions. A deterministic machine: every call comes from one agent, never two at once; time comes
 * as an argument (the region's log time, milliseconds); what it wants goes into the sink. It is told everything anew
 * after each gain of leadership and keeps nothing that must survive. In the {@code invoked} thread layout its time
 * budget cannot be enforced.
 */
public interface RolloutWatcher extends AutoCloseable {
    /** This server leads its region now; {@link RolloutEvent.Changed} follows for every rollout that is open here. */
    void onStart(String ownRegion, long term, long nowMs, IntentSink intents);

    /** This server leads no more: forget everything; answers to older intents will not come. */
    void onStop();

    /** Something happened; hints may repeat and may be late, answers come at most once. */
    void onEvent(RolloutEvent event, long nowMs, IntentSink intents);

    /** The time asked for with {@link #nextDeadlineMs()} has come, or later. */
    void onTime(long nowMs, IntentSink intents);

    /** When to be called again if nothing happens, log time; {@code Long.MAX_VALUE} = never. */
    long nextDeadlineMs();

    @Override
    void close();
}
