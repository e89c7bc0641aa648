package dev.steppe.multiregion;

import dev.steppe.region.spi.RolloutWatcher;
import dev.steppe.region.spi.RolloutWatcherProvider;
import java.util.Map;

/** Makes {@link MultiregionWatcher}s; named in {@code META-INF/services}. */
public final class MultiregionWatcherProvider implements RolloutWatcherProvider {
    /** The name under which the configuration chooses it. */
    public static final String NAME = "multiregion";

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public int spiVersion() {
        return SPI_VERSION;
    }

    /**
     * A watcher; settings are {@code tickMs}, {@code barrierGraceMs}, {@code stallMs} and {@code onUnreadable}. Refuses
     * others with {@link IllegalArgumentException}.
     */
    @Override
    public RolloutWatcher create(Map<String, String> settings) {
        return new MultiregionWatcher(WatcherSettings.of(settings));
    }
}
