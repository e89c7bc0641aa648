package dev.steppe.base;

/** Chance as a port. Real entropy lives in {@code runtime}; the deterministic world brings its own, from a seed. */
@FunctionalInterface
public interface Entropy {
    /** The next 64 uniformly drawn bits. Owned by one thread. */
    long nextLong();

    /** A draw from {@code [0, bound)}; {@code bound} is positive. The bias is below 2^-32 for bounds up to 2^31. */
    default long nextBelow(long bound) {
        if (bound <= 0) {
            throw Invariant.broken("bound must be positive: bound", bound);
        }
        return Long.remainderUnsigned(nextLong(), bound);
    }
}
