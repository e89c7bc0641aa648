package dev.steppe.base;

/**
 * How a broken invariant is raised: {@code throw Invariant.broken("forced beyond sent: forced, next", forced, next)}.
 * The checks are never switched off; the shell that catches {@link InvariantBroken} stops the process.
 */
public final class Invariant {
    private Invariant() {}

    /** The exception to throw; {@code what} names the numbers in their order. */
    public static InvariantBroken broken(String what, long first) {
        return new InvariantBroken(what + " = " + first);
    }

    /** The exception to throw; {@code what} names the numbers in their order. */
    public static InvariantBroken broken(String what, long first, long second) {
        return new InvariantBroken(what + " = " + first + ", " + second);
    }

    /** The exception to throw; {@code what} names the numbers in their order. */
    public static InvariantBroken broken(String what, long first, long second, long third) {
        return new InvariantBroken(what + " = " + first + ", " + second + ", " + third);
    }

    /** The exception to throw; {@code what} says what did not hold, {@code where} which object. */
    public static InvariantBroken broken(String what, String where) {
        return new InvariantBroken(what + ": " + where);
    }
}
