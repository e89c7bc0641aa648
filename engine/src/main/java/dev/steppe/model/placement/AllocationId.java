package dev.steppe.model.placement;

import dev.steppe.base.Invariant;
import java.util.Comparator;
import java.util.Locale;

/**
 * Identity of an allocation: derived from the term of the applier that proposed it, the plan's sequence in that term,
 * and the row in the plan (DESIGN §7), so that every replica derives the same one and no two are equal.
 *
 * @param term term of the applier, 1 and up
 * @param sequence plan sequence (44 bits) and row (20 bits)
 */
public record AllocationId(long term, long sequence) implements Comparable<AllocationId> {
    private static final int ROW_BITS = 20;
    private static final Comparator<AllocationId> ORDER =
            Comparator.comparingLong(AllocationId::term).thenComparingLong(AllocationId::sequence);

    /** Rows in one plan: less than 2^20. */
    public static final int ROWS_MAX = 1 << ROW_BITS;

    /** The id of row {@code row} of plan {@code planSequence} in {@code term}. */
    public static AllocationId of(long term, long planSequence, int row) {
        if (row < 0 || row >= ROWS_MAX) {
            throw Invariant.broken("row of a plan out of range: row", row);
        }
        return new AllocationId(term, planSequence << ROW_BITS | row);
    }

    @Override
    public int compareTo(AllocationId other) {
        return ORDER.compare(this, other);
    }

    /** 8-4-4-4-12 hexadecimal digits, as operators expect an allocation id to look. */
    @Override
    public String toString() {
        String digits = String.format(Locale.ROOT, "%016x%016x", term, sequence);
        return digits.substring(0, 8) + "-" + digits.substring(8, 12) + "-" + digits.substring(12, 16) + "-"
                + digits.substring(16, 20) + "-" + digits.substring(20);
    }
}
