package dev.steppe.multiregion;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steppe.region.spi.RolloutWatcherProvider;
import java.util.Map;
import java.util.ServiceLoader;
import org.junit.jupiter.api.Test;

final class WatcherSettingsTest {
    @Test
    void keepsDefaultsForWhatIsNotGiven() {
        WatcherSettings settings = WatcherSettings.of(Map.of("tickMs", "100", "onUnreadable", "fail"));
        assertEquals(new WatcherSettings(100, 2_000, 600_000, true), settings);
    }

    @Test
    void refusesWhatItDoesNotUnderstand() {
        assertThrows(IllegalArgumentException.class, () -> WatcherSettings.of(Map.of("tickMs", "99")));
        assertThrows(IllegalArgumentException.class, () -> WatcherSettings.of(Map.of("tickMs", "soon")));
        assertThrows(IllegalArgumentException.class, () -> WatcherSettings.of(Map.of("onUnreadable", "hope")));
        assertThrows(IllegalArgumentException.class, () -> WatcherSettings.of(Map.of("tick", "100")));
    }

    @Test
    void belongsToAWatcherThatTheServiceLoaderFinds() {
        assertTrue(ServiceLoader.load(RolloutWatcherProvider.class).stream()
                .map(ServiceLoader.Provider::get)
                .anyMatch(one -> one.name().equals(MultiregionWatcherProvider.NAME)
                        && one.spiVersion() == RolloutWatcherProvider.SPI_VERSION));
    }
}
