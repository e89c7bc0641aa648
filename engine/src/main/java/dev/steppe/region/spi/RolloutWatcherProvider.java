package dev.steppe.region.spi;

import java.util.Map;

/** Makes watchers; implementations are named in {@code META-INF/services}. */
public interface RolloutWatcherProvider {
    /** The version of this SPI; a provider of another one is refused at start with a sentence. */
    int SPI_VERSION = 0;

    /** Chosen by in the configuration; unique on the class path. */
    String name();

    /** The {@link #SPI_VERSION} it was compiled against. */
    int spiVersion();

    /** A watcher for one server; {@code settings} are the operator's, uninterpreted. */
    RolloutWatcher create(Map<String, String> settings);
}
