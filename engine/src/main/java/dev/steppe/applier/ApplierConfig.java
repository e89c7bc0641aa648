package dev.steppe.applier;

/**
 * How much the applier puts into one entry, and how many entries it has under way.
 *
 * @param plansMax most plans of one entry
 * @param rowsMax an entry takes no further plan once it has this many rows; the plan that reaches it is taken whole
 * @param entriesMax most entries that wait for apply; plans beyond them wait in the batch, and behind it in the mailbox
 */
public record ApplierConfig(int plansMax, int rowsMax, int entriesMax) {
    /** 256 plans or 4,096 rows an entry, 4 entries. */
    public static final ApplierConfig DEFAULT = new ApplierConfig(256, 4_096, 4);

    /** Refuses entries of no size. */
    public ApplierConfig {
        if (plansMax < 1 || rowsMax < 1 || entriesMax < 1) {
            throw new IllegalArgumentException(
                    "at least one plan, row and entry: " + plansMax + ", " + rowsMax + ", " + entriesMax);
        }
    }
}
