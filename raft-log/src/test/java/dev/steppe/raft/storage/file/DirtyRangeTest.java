package dev.steppe.raft.storage.file;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

final class DirtyRangeTest {
    private final DirtyRange dirty = new DirtyRange();

    @Test
    void spansWhatWasAdded() {
        dirty.add(4_096, 5_000);
        dirty.add(200, 300);
        dirty.add(1_000, Integer.MAX_VALUE);
        long taken = dirty.take();
        assertEquals(200, DirtyRange.start(taken));
        assertEquals(Integer.MAX_VALUE, DirtyRange.end(taken));
    }

    @Test
    void isCleanOnceTakenAndHoldsWhatComesLater() {
        assertEquals(DirtyRange.CLEAN, dirty.take());
        dirty.add(0, 10);
        dirty.take();
        assertEquals(DirtyRange.CLEAN, dirty.take());
        dirty.add(50, 60);
        long taken = dirty.take();
        assertEquals(50, DirtyRange.start(taken));
        assertEquals(60, DirtyRange.end(taken));
    }
}
