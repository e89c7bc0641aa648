package dev.steppe.raft.timing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

class ElectionTimeoutRuleTest {
    private static final long MS = 1_000_000;
    private static final ElectionTimeoutRule RULE = new ElectionTimeoutRule(200 * MS, 5_000 * MS);

    private static Latency measured(long count, long highNs) {
        return new Latency(count, highNs / 4, highNs / 2, highNs, highNs);
    }

    @Test
    void refusesBoundsOutOfOrder() {
        assertThrows(IllegalArgumentException.class, () -> new ElectionTimeoutRule(2, 1));
        assertThrows(IllegalArgumentException.class, () -> new ElectionTimeoutRule(0, 1));
    }

    @Test
    void keepsWhatItHasWhileNothingWasMeasured() {
        assertEquals(1_000 * MS, RULE.chosenNs(1_000 * MS, Latency.NONE, true));
        assertEquals(200 * MS, RULE.chosenNs(1 * MS, Latency.NONE, true));
        assertEquals(5_000 * MS, RULE.chosenNs(9_000 * MS, Latency.NONE, true));
    }

    @Test
    void growsAtOnceAboveATenthOfIt() {
        assertEquals(1_510 * MS, RULE.chosenNs(1_000 * MS, measured(3, 151 * MS), false));
        assertEquals(5_000 * MS, RULE.chosenNs(1_000 * MS, measured(3, 900 * MS), false));
    }

    @Test
    void fallsByHalfAndOnlyAfterEnoughWasMeasured() {
        Latency fast = measured(10_000, 10 * MS);
        assertEquals(1_000 * MS, RULE.chosenNs(1_000 * MS, measured(999, 10 * MS), true));
        assertEquals(1_000 * MS, RULE.chosenNs(1_000 * MS, fast, false), "too soon");
        assertEquals(500 * MS, RULE.chosenNs(1_000 * MS, fast, true));
        assertEquals(1_000 * MS, RULE.chosenNs(1_000 * MS, measured(10_000, 60 * MS), true), "not worth it");
        assertEquals(200 * MS, RULE.chosenNs(300 * MS, fast, true), "the lowest is worth it");
    }

    @Property(tries = 500)
    void staysWithinItsBoundsAndComesToRest(
            @ForAll @LongRange(min = 1, max = 20_000) long currentMs,
            @ForAll @LongRange(min = 0, max = 2_000) long count,
            @ForAll @LongRange(min = 0, max = 70_000_000_000L) long broadcastNs) {
        Latency broadcast = measured(count, broadcastNs);
        long chosenNs = currentMs * MS;
        for (int i = 0; i < 8; i++) {
            chosenNs = RULE.chosenNs(chosenNs, broadcast, true);
            assertTrue(chosenNs >= RULE.lowestNs() && chosenNs <= RULE.highestNs());
            assertTrue(chosenNs >= 10 * broadcastNs || chosenNs == RULE.highestNs(), "too short for what was measured");
        }
        assertEquals(chosenNs, RULE.chosenNs(chosenNs, broadcast, true));
    }
}
