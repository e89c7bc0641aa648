package dev.steppe.raft.core.track;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.steppe.base.InvariantBroken;
import dev.steppe.raft.quorum.Membership;
import dev.steppe.raft.quorum.Membership.Server;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class MembershipStackTest {
    private static Membership named(int port) {
        return Membership.of(List.of(new Server(1, 0, "a", port)), List.of());
    }

    /** Against a map from index to membership. */
    @Property(tries = 100)
    void knowsWhatAMapKnows(@ForAll long seed) {
        Random random = new Random(seed);
        MembershipStack stack = new MembershipStack(0, named(0));
        TreeMap<Long, Membership> map = new TreeMap<>(Map.of(0L, named(0)));
        long last = 0;
        long base = 0;
        for (int round = 1; round < 100; round++) {
            last += random.nextInt(3);
            if (random.nextInt(3) != 0) {
                last++;
                stack.push(last, named(round));
                map.put(last, named(round));
            }
            if (random.nextInt(5) == 0) {
                last = base + random.nextInt((int) (last - base) + 1);
                stack.cutAfter(last);
                map.tailMap(last, false).clear();
            }
            if (random.nextInt(5) == 0) {
                base += random.nextInt((int) (last - base) + 1);
                stack.compact(base);
                map.headMap(map.floorKey(base), false).clear();
            }
            if (random.nextInt(40) == 0) {
                base = last + 5;
                last = base;
                stack.reset(base, named(round));
                map.clear();
                map.put(base, named(round));
            }
            long asked = base + random.nextInt((int) (last - base) + 1);
            assertEquals(map.floorEntry(asked).getValue(), stack.at(asked));
            assertEquals(map.lastEntry().getValue(), stack.copy().latest());
            assertEquals(map.lastKey(), stack.latestIndex());
            Map.Entry<Long, Membership> previous = map.lowerEntry(map.lastKey());
            assertEquals(previous == null ? null : previous.getValue(), stack.previous());
        }
    }

    @Test
    void fallsBackToWhatHeldBefore() {
        MembershipStack stack = new MembershipStack(0, named(0)).push(4, named(1));
        long changes = stack.changeCount();
        stack.cutAfter(4);
        assertEquals(changes, stack.changeCount());
        stack.cutAfter(3);
        assertEquals(named(0), stack.latest());
        assertNull(stack.previous());
        assertEquals(changes + 1, stack.changeCount());
        stack.cutAfter(0);
        assertEquals(named(0), stack.latest());
    }

    @Test
    void refusesDisorder() {
        MembershipStack stack = new MembershipStack(5, named(0));
        assertThrows(InvariantBroken.class, () -> stack.push(5, named(1)));
        assertThrows(InvariantBroken.class, () -> stack.at(4));
    }
}
