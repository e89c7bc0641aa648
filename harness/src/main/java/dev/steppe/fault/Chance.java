package dev.steppe.fault;

import dev.steppe.runtime.clock.SeededEntropy;
import java.util.List;

/** Draws of one owner from one seed, in the shapes that plans need. Whole numbers only. */
public final class Chance {
    private static final int PERMILLE = 1_000;

    private final SeededEntropy entropy;

    /** Draws that follow from {@code seed} alone. */
    public Chance(long seed) {
        this(new SeededEntropy(seed));
    }

    private Chance(SeededEntropy entropy) {
        this.entropy = entropy;
    }

    /** An independent stream for another owner. */
    public Chance split() {
        return new Chance(entropy.split());
    }

    /** The same stream as a port. */
    public SeededEntropy entropy() {
        return entropy;
    }

    /** Any 64 bits. */
    public long nextLong() {
        return entropy.nextLong();
    }

    /** From 0 to {@code bound}, which is positive and not reached. */
    public int below(int bound) {
        return (int) entropy.nextBelow(bound);
    }

    /** From {@code low} to {@code high}, both reached. */
    public long between(long low, long high) {
        return low + entropy.nextBelow(high - low + 1);
    }

    /** Whether something happens that happens {@code permille} times in a thousand. */
    public boolean hits(int permille) {
        return below(PERMILLE) < permille;
    }

    /** Mostly near 0, seldom near {@code bound}: a draw below a draw. */
    public long lopsided(long bound) {
        return entropy.nextBelow(1 + entropy.nextBelow(bound));
    }

    /** One of {@code choices}. */
    public <T> T of(List<T> choices) {
        return choices.get(below(choices.size()));
    }
}
