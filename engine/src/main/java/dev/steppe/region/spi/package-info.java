/**
 * PORT: what a rollout watcher plugin sees of its region and its peers, and what it may ask for. Found by
 * {@code ServiceLoader} ({@link dev.steppe.region.spi.RolloutWatcherProvider}).
 *
 * <p>In come events, each with immutable values; out go intents, each with a request id, each answered once.
 * {@code region} checks every intent against the lattice of {@code model.rollout}; the plugin never holds a key, a
 * link, a thread or a state object of the engine. These types keep source and binary form within an SPI version;
 * everything else may change any day.
 */
@NullMarked
package dev.steppe.region.spi;

import org.jspecify.annotations.NullMarked;
