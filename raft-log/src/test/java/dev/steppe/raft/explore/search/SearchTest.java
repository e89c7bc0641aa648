package dev.steppe.raft.explore.search;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The three stores of a search against plain collections. */
class SearchTest {
    @Test
    void rememberEveryFingerprintOnce() {
        Random random = new Random(7);
        Set<List<Long>> model = new HashSet<>();
        SeenSet seen = new SeenSet();
        for (int i = 0; i < 200_000; i++) {
            // Few different words, so that many come again and many collide in one half.
            long high = random.nextInt(300) * 0x0123456789ABCDEFL;
            long low = random.nextInt(400);
            assertEquals(model.add(List.of(high, low == 0 && high == 0 ? 1 : low)), seen.add(high, low));
        }
        assertEquals(model.size(), seen.count());
    }

    @Test
    void giveStatesBackInOrder() {
        Random random = new Random(8);
        ArrayDeque<int[]> model = new ArrayDeque<>();
        StateQueue queue = new StateQueue();
        int[] words = new int[100];
        for (int i = 0; i < 100_000; i++) {
            if (random.nextInt(5) < 3) {
                int[] state = random.ints(random.nextInt(100), 0, 1 << random.nextInt(31))
                        .toArray();
                model.add(state);
                queue.put(state, state.length);
            } else if (!model.isEmpty()) {
                assertArrayEquals(model.remove(), Arrays.copyOf(words, queue.take(words)));
            }
            assertEquals(model.size(), queue.waitingCount());
        }
    }

    @Test
    void findTheWayBack() {
        Trail trail = new Trail();
        trail.add(-1, 0);
        for (int i = 1; i < 200_000; i++) {
            trail.add(i / 2, i);
        }
        assertEquals(
                List.of(1, 3, 6, 12, 24, 48, 97, 195, 390, 781, 1562, 3125, 6250, 12500, 25000, 50000, 100000),
                trail.eventsTo(100_000));
        assertEquals(List.of(), trail.eventsTo(0));
    }
}
