package dev.steppe.region.spi;

/** Where a watcher puts its wishes during a call. */
@FunctionalInterface
public interface IntentSink {
    /** False if the bounded queue is full: nothing was taken; try again at the next call. */
    boolean offer(RolloutIntent intent);
}
