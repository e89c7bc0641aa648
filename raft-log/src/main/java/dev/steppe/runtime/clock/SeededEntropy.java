package dev.steppe.runtime.clock;

import dev.steppe.base.Entropy;
import java.security.SecureRandom;
import java.util.SplittableRandom;

/** Chance from a seed: the same seed gives the same draws on every platform. Owned by one thread. */
public final class SeededEntropy implements Entropy {
    private final SplittableRandom random;

    /** Draws that follow from {@code seed} alone. */
    public SeededEntropy(long seed) {
        random = new SplittableRandom(seed);
    }

    private SeededEntropy(SplittableRandom random) {
        this.random = random;
    }

    /** Real chance: seeded from the platform's secure source. For jitter and identities, not for secrets. */
    public static SeededEntropy fromSystem() {
        return new SeededEntropy(new SecureRandom().nextLong());
    }

    @Override
    public long nextLong() {
        return random.nextLong();
    }

    /** An independent stream for another owner. */
    public SeededEntropy split() {
        return new SeededEntropy(random.split());
    }
}
