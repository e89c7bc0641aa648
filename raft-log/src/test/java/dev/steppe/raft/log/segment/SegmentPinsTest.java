package dev.steppe.raft.log.segment;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steppe.base.InvariantBroken;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

final class SegmentPinsTest {
    private static final int READER_COUNT = 2;
    private static final int ROUND_COUNT = 20_000;

    /** What a reader must never see taken away; plain fields, as mapped bytes are. */
    private static final class Segment {
        private final SegmentPins pins = new SegmentPins();
        private boolean isGone;
    }

    @Test
    void isFreeOnceNobodyUsesIt() {
        SegmentPins pins = new SegmentPins();
        assertTrue(pins.tryPin());
        pins.retire();
        assertFalse(pins.isFree());
        assertTrue(pins.tryPin(), "a late reader, while an earlier one is there");
        pins.unpin();
        assertFalse(pins.isFree());
        pins.unpin();
        assertTrue(pins.isFree());
        assertFalse(pins.tryPin());
        assertTrue(pins.isFree());
    }

    @Test
    void breaksWhenGivenBackTooOften() {
        SegmentPins pins = new SegmentPins();
        pins.retire();
        assertThrows(InvariantBroken.class, pins::unpin);
    }

    @Test
    void neverGoesUnderAReader() throws Exception {
        Segment[] segments = new Segment[ROUND_COUNT];
        for (int i = 0; i < ROUND_COUNT; i++) {
            segments[i] = new Segment();
        }
        AtomicInteger current = new AtomicInteger(-1);
        ExecutorService threads = Executors.newFixedThreadPool(READER_COUNT);
        List<Future<Integer>> readers = new ArrayList<>();
        for (int i = 0; i < READER_COUNT; i++) {
            readers.add(threads.submit(() -> {
                int seenGoneCount = 0;
                for (int round = 0; round < ROUND_COUNT; round++) {
                    while (current.get() < round) {
                        Thread.onSpinWait();
                    }
                    Segment segment = segments[Math.max(round, current.get())];
                    for (int turn = 0; turn < 500 && segment.pins.tryPin(); turn++) {
                        seenGoneCount += segment.isGone ? 1 : 0;
                        segment.pins.unpin();
                    }
                }
                return seenGoneCount;
            }));
        }
        for (int round = 0; round < ROUND_COUNT; round++) {
            current.set(round);
            for (int turn = round % 64; turn > 0; turn--) {
                Thread.onSpinWait();
            }
            Segment segment = segments[round];
            segment.pins.retire();
            while (!segment.pins.isFree()) {
                Thread.onSpinWait();
            }
            segment.isGone = true;
        }
        for (Future<Integer> reader : readers) {
            assertEquals(0, reader.get());
        }
        threads.shutdown();
    }
}
