package dev.steppe.raft.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steppe.base.InvariantBroken;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class LogShapeTest {
    /** Against a plain list of (term, bytes) per entry. */
    @Property(tries = 100)
    void knowsWhatAListKnows(@ForAll long seed) {
        Random random = new Random(seed);
        LogShape shape = new LogShape();
        List<long[]> list = new ArrayList<>();
        long term = 1;
        for (int round = 0; round < 200; round++) {
            if (random.nextInt(8) == 0) {
                long kept = list.isEmpty() ? 0 : random.nextInt(list.size() + 1);
                shape.cutAfter(kept);
                list.subList((int) kept, list.size()).clear();
            }
            term += random.nextInt(4) == 0 ? 1 : 0;
            int count = 1 + random.nextInt(5);
            int bytes = random.nextInt(50_000);
            shape.append(term, count, (long) count * bytes);
            for (int i = 0; i < count; i++) {
                list.add(new long[] {term, bytes});
            }
            compare(shape, list, random);
        }
    }

    private static void compare(LogShape shape, List<long[]> list, Random random) {
        int last = list.size();
        assertEquals(last, shape.lastIndex());
        assertEquals(list.get(last - 1)[0], shape.lastTerm());
        int index = 1 + random.nextInt(last);
        long term = list.get(index - 1)[0];
        assertEquals(term, shape.termAt(index));
        int runFirst = index;
        while (runFirst > 1 && list.get(runFirst - 2)[0] == term) {
            runFirst--;
        }
        int runLast = index;
        while (runLast < last && list.get(runLast)[0] == term) {
            runLast++;
        }
        assertEquals(runFirst, shape.runFirstIndex(index));
        assertEquals(runLast, shape.runLastIndex(index));
        assertEquals(runLast, shape.lastIndexOfTermUpTo(term));
        long end = shape.messageLastIndex(index);
        assertTrue(end >= index && end <= runLast);
        int from = random.nextInt(index);
        long bytes =
                list.subList(from, index).stream().mapToLong(entry -> entry[1]).sum();
        assertTrue(shape.bytesBetween(from, index) >= bytes, "a bound must not be below the truth");
    }

    @Test
    void boundsBytesWithinAStrideOrTwo() {
        LogShape shape = new LogShape();
        for (int i = 0; i < 10_000; i++) {
            shape.append(1, 1, 1_000);
        }
        long bound = shape.bytesBetween(2_000, 5_000);
        assertTrue(bound >= 3_000_000 && bound <= 3_000_000 + 2 * 132_000, "bound: " + bound);
        long messageEntries = shape.messageLastIndex(2_001) - 2_000;
        assertTrue(messageEntries >= 1 && messageEntries <= 132, "entries in a message: " + messageEntries);
    }

    /** A leader's frame is made for two strides or its longest batch, wherever the marks of its log have come from. */
    @Property(tries = 50)
    void bringsNoMoreIntoOneMessageThanTwoStridesOrOneBatch(@ForAll long seed) {
        Random random = new Random(seed);
        int twoStrides = 256 * 1024;
        LogShape shape = new LogShape();
        List<Integer> bytes = new ArrayList<>();
        for (int round = 0; round < 60; round++) {
            int batch = 1_000 * (1 + random.nextInt(400));
            shape.append(1, batch / 1_000, batch);
            for (int i = 0; i < batch / 1_000; i++) {
                bytes.add(1_000);
            }
            if (random.nextInt(8) == 0) {
                int kept = random.nextInt(bytes.size());
                shape.cutAfter(kept);
                bytes.subList(kept, bytes.size()).clear();
            }
        }
        for (int first = 1; first <= bytes.size(); first++) {
            long messageBytes = 1_000 * (shape.messageLastIndex(first) - first + 1);
            assertTrue(messageBytes <= Math.max(twoStrides, 400_000), "bytes in a message: " + messageBytes);
        }
    }

    @Test
    void refusesFallingTermsAndForeignIndexes() {
        LogShape shape = new LogShape();
        shape.append(3, 2, 10);
        assertThrows(InvariantBroken.class, () -> shape.append(2, 1, 10));
        assertThrows(InvariantBroken.class, () -> shape.termAt(3));
        assertThrows(InvariantBroken.class, () -> shape.cutAfter(3));
        assertEquals(0, shape.termAt(0));
    }
}
