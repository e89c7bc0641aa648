package dev.steppe.runtime.handover;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("portable")
class PublishedTest {
    @Test
    void showsTheNewestValue() {
        Published<String> published = new Published<>("first");
        assertSame("first", published.get());
        published.publish("second");
        assertSame("second", published.get());
        assertSame("second", published.own());
    }

    @Test
    void showsReadersWholeValuesInOrder() throws Exception {
        int lastValue = 200_000;
        Published<Pair> published = new Published<>(new Pair(0));
        AtomicReference<String> wrong = new AtomicReference<>();
        Thread[] readers = new Thread[2];
        for (int i = 0; i < readers.length; i++) {
            readers[i] = new Thread(() -> read(published, lastValue, wrong));
            readers[i].start();
        }
        for (int i = 1; i <= lastValue; i++) {
            published.publish(new Pair(i));
        }
        for (Thread reader : readers) {
            reader.join();
        }
        assertEquals(null, wrong.get());
        assertTrue(published.get().left == lastValue);
    }

    private static void read(Published<Pair> published, int lastValue, AtomicReference<String> wrong) {
        int previous = 0;
        while (previous < lastValue) {
            Pair pair = published.get();
            if (pair.right != 2 * pair.left || pair.left < previous) {
                wrong.set("after " + previous + " came " + pair.left + "/" + pair.right);
                return;
            }
            previous = pair.left;
        }
    }

    /** Deliberately without final fields: only the publication makes them visible. */
    private static final class Pair {
        private int left;
        private int right;

        Pair(int left) {
            this.left = left;
            this.right = 2 * left;
        }
    }
}
