package dev.steppe.capacity;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.steppe.base.InvariantBroken;
import org.junit.jupiter.api.Test;

final class CapacityLedgerTest {
    @Test
    void givesAwayToTheLastUnitAndNoFurther() {
        assertEquals(0, CapacityLedger.take(5, 5));
        assertThrows(InvariantBroken.class, () -> CapacityLedger.take(5, 6));
        assertThrows(InvariantBroken.class, () -> CapacityLedger.take(-1, 0));
        assertThrows(InvariantBroken.class, () -> CapacityLedger.take(5, -1));
    }

    @Test
    void takesBackNoMoreThanWasGivenAway() {
        assertEquals(5, CapacityLedger.giveBack(2, 3, 5));
        assertThrows(InvariantBroken.class, () -> CapacityLedger.giveBack(2, 4, 5));
        assertThrows(InvariantBroken.class, () -> CapacityLedger.giveBack(2, -1, 5));
        assertThrows(
                InvariantBroken.class,
                () -> CapacityLedger.giveBack(Integer.MAX_VALUE, Integer.MAX_VALUE, Integer.MAX_VALUE));
    }

    @Test
    void goesBelowZeroWhenANodeShrinksUnderItsAllocations() {
        assertEquals(-3, CapacityLedger.resize(2, 10, 5));
        assertEquals(10, CapacityLedger.resize(0, 0, 10));
        assertEquals(-Integer.MAX_VALUE, CapacityLedger.resize(0, Integer.MAX_VALUE, 0));
    }
}
