package dev.steppe.runtime.clock;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("portable")
class SeededEntropyTest {
    @Test
    void drawsTheSameFromTheSameSeedOnEveryPlatform() {
        SeededEntropy entropy = new SeededEntropy(42);
        assertEquals(-4_767_286_540_954_276_203L, entropy.nextLong());
        assertEquals(
                new SeededEntropy(7).split().nextLong(),
                new SeededEntropy(7).split().nextLong());
    }

    @Test
    void drawsDifferentlyFromTheSystemEachTime() {
        assertNotEquals(
                SeededEntropy.fromSystem().nextLong(),
                SeededEntropy.fromSystem().nextLong());
    }
}
