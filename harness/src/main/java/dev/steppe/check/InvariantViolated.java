package dev.steppe.check;

/** Something that must hold in every run did not hold in this one. */
public final class InvariantViolated extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String invariant;

    /**
     * A violation.
     *
     * @param invariant its short name, as in reliability.md §2
     * @param detail one sentence with the numbers
     */
    public InvariantViolated(String invariant, String detail) {
        super(detail);
        this.invariant = invariant;
    }

    /** Short name of what did not hold. */
    public String invariant() {
        return invariant;
    }

    /** One sentence with the numbers. */
    public String detail() {
        return String.valueOf(getMessage());
    }

    static void unless(boolean holds, String invariant, String detail, long first, long second) {
        if (!holds) {
            throw new InvariantViolated(invariant, detail + " = " + first + ", " + second);
        }
    }

    static void unless(boolean holds, String invariant, String detail, long first, long second, long third) {
        if (!holds) {
            throw new InvariantViolated(invariant, detail + " = " + first + ", " + second + ", " + third);
        }
    }
}
