package dev.steppe.reconcile;

import java.util.BitSet;

/** Ordinals of one group that are taken; the lowest free ones are given first ({@code scheduling.md} 4.10). */
final class SlotNames {
    private final BitSet taken = new BitSet();

    /** Marks it; false if it was taken before. */
    boolean take(int ordinal) {
        boolean isFree = !taken.get(ordinal);
        taken.set(ordinal);
        return isFree;
    }

    void free(int ordinal) {
        taken.clear(ordinal);
    }

    /** {@code preferred} if it is free and below {@code count}, else the lowest free one; taken from now on. */
    int takeNext(int preferred, int count) {
        int ordinal = preferred >= 0 && preferred < count && !taken.get(preferred) ? preferred : taken.nextClearBit(0);
        taken.set(ordinal);
        return ordinal;
    }
}
