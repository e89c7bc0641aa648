package dev.steppe.runtime.clock;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.steppe.base.InvariantBroken;
import org.junit.jupiter.api.Test;

class ManualClockTest {
    @Test
    void movesOnlyWhenTold() {
        ManualClock clock = new ManualClock(5_000_000);
        assertEquals(5_000_000, clock.nanoTime());
        assertEquals(7_500_000, clock.advanceNs(2_500_000));
        assertEquals(7, clock.time());
    }

    @Test
    void refusesToGoBack() {
        ManualClock clock = new ManualClock(0);
        assertThrows(InvariantBroken.class, () -> clock.advanceNs(-1));
    }
}
