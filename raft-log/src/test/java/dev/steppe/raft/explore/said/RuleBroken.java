package dev.steppe.raft.explore.said;

/** A rule did not hold. */
public final class RuleBroken extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** Says which rule, and a number that shows it. */
    public RuleBroken(String what) {
        super(what);
    }

    /** Throws unless {@code holds}. */
    public static void check(boolean holds, String what, long number) {
        if (!holds) {
            throw new RuleBroken(what + ": " + number);
        }
    }
}
