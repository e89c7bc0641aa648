package dev.steppe.raft.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
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
    /** Against a plain list of (term, bytes) per entry; what lies at or before the base is gone. */
    @Property(tries = 100)
    void knowsWhatAListKnows(@ForAll long seed) {
        Random random = new Random(seed);
        LogShape shape = new LogShape();
        List<long[]> list = new ArrayList<>();
        long term = 1;
        for (int round = 0; round < 200; round++) {
            int base = (int) shape.baseIndex();
            if (random.nextInt(8) == 0) {
                int kept = base + random.nextInt(list.size() - base + 1);
                shape.cutAfter(kept);
                list.subList(kept, list.size()).clear();
            }
            if (random.nextInt(8) == 0) {
                shape.compact(base + random.nextInt(list.size() - base + 1));
            }
            term += random.nextInt(4) == 0 ? 1 : 0;
            int count = 1 + random.nextInt(5);
            int bytes = random.nextInt(50_000);
            shape.append(term, count, (long) count * bytes);
            for (int i = 0; i < count; i++) {
                list.add(new long[] {term, bytes});
            }
            compare(shape, list, random);
            compare(shape.copy(), list, random);
        }
    }

    private static void compare(LogShape shape, List<long[]> list, Random random) {
        int base = (int) shape.baseIndex();
        int last = list.size();
        assertEquals(last, shape.lastIndex());
        assertEquals(list.get(last - 1)[0], shape.lastTerm());
        assertEquals(base == 0 ? 0 : list.get(base - 1)[0], shape.baseTerm());
        assertEquals(shape.baseTerm(), shape.termAt(base));
        int index = base + 1 + random.nextInt(last - base);
        long term = list.get(index - 1)[0];
        assertEquals(term, shape.termAt(index));
        int runFirst = index;
        while (runFirst > base + 1 && list.get(runFirst - 2)[0] == term) {
            runFirst--;
        }
        int runLast = index;
        while (runLast < last && list.get(runLast)[0] == term) {
            runLast++;
        }
        assertEquals(runFirst, shape.runFirstIndex(index));
        assertEquals(runLast, shape.runLastIndex(index));
        assertEquals(runLast, shape.lastIndexOfTermUpTo(term));
        assertEquals(shape.baseTerm() == 0 ? 0 : base, lastUpTo(shape, list, base));
        long end = shape.messageLastIndex(index);
        assertTrue(end >= index && end <= runLast);
        int from = base + random.nextInt(index - base);
        long bytes =
                list.subList(from, index).stream().mapToLong(entry -> entry[1]).sum();
        assertTrue(shape.bytesBetween(from, index) >= bytes, "a bound must not be below the truth");
        assertTrue(shape.bytesBetween(0, index) >= shape.bytesBetween(base, index));
        assertTrue(shape.has(index, term) && !shape.has(index, term + 1));
        assertFalse(shape.has(base - 1L, 0));
    }

    /** The last index of the base's term as the shape says it, if the base is the last of that term; else the base. */
    private static long lastUpTo(LogShape shape, List<long[]> list, int base) {
        boolean isLastOfTerm = base == 0 || list.size() == base || list.get(base)[0] != shape.baseTerm();
        return isLastOfTerm ? shape.lastIndexOfTermUpTo(shape.baseTerm()) : base;
    }

    @Test
    void goesOnInTheTermOfItsBase() {
        LogShape shape = new LogShape(1_000, 10, 3);
        assertEquals(10, shape.lastIndex());
        assertEquals(3, shape.lastTerm());
        shape.append(3, 2, 100);
        assertEquals(3, shape.termAt(11));
        assertEquals(11, shape.runFirstIndex(12));
        shape.compact(12);
        shape.append(3, 1, 100);
        assertEquals(13, shape.runFirstIndex(13));
        shape.reset(20, 5);
        assertEquals(20, shape.lastIndex());
        assertEquals(0, shape.lastIndexOfTermUpTo(4));
        assertEquals(20, shape.lastIndexOfTermUpTo(5));
        assertEquals(0, shape.termAt(0), "the start of all logs");
        assertThrows(InvariantBroken.class, () -> shape.termAt(19));
        assertThrows(InvariantBroken.class, () -> shape.cutAfter(19));
        assertThrows(InvariantBroken.class, () -> shape.compact(21));
        assertThrows(InvariantBroken.class, () -> shape.append(4, 1, 100));
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
