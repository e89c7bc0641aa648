package dev.steppe.capacity;

import dev.steppe.base.Invariant;

/**
 * Arithmetic of one free amount of one dimension of one node; {@code free = capacity - held}, in exact integers. What
 * is given away was free (K1), what comes back was held. Stateless, any thread.
 */
public final class CapacityLedger {
    private CapacityLedger() {}

    /** What is free after {@code amount} is given away; an amount that is not free breaks an invariant. */
    public static int take(int free, int amount) {
        if (amount < 0 || amount > free) {
            throw Invariant.broken("given away more than is free: amount, free", amount, free);
        }
        return free - amount;
    }

    /**
     * What is free when something that was given away before is counted anew; negative if the node shrank below what is
     * held. Never overflows: what is held is at most some earlier capacity.
     */
    public static int takeAgain(int free, int amount) {
        if (amount < 0) {
            throw Invariant.broken("a negative amount is held: amount", amount);
        }
        return Math.subtractExact(free, amount);
    }

    /** What is free after {@code amount} came back; more free than the capacity breaks an invariant. */
    public static int giveBack(int free, int amount, int capacity) {
        long after = (long) free + amount;
        if (amount < 0 || after > capacity) {
            throw Invariant.broken("more came back than was held: amount, free, capacity", amount, free, capacity);
        }
        return (int) after;
    }

    /**
     * What is free after the capacity changed under what is held; negative if the node shrank below it. Never
     * overflows: what is held is at most some earlier capacity.
     */
    public static int resize(int free, int oldCapacity, int newCapacity) {
        return Math.toIntExact((long) free + newCapacity - oldCapacity);
    }
}
