package dev.steppe.state.page;

import java.util.Arrays;

/**
 * Row numbers in ascending order, only ever appended to. Immutable to its readers: a longer run shares the array of the
 * shorter one and writes only behind its end, which no reader of the shorter one looks at. For that only the newest run
 * may be appended to, by the one writer.
 */
public final class OrdinalRun {
    /** No row. */
    public static final OrdinalRun EMPTY = new OrdinalRun(new int[0], 0);

    private final int[] ordinals;
    private final int rowCount;

    private OrdinalRun(int[] ordinals, int rowCount) {
        this.ordinals = ordinals;
        this.rowCount = rowCount;
    }

    /** How many rows. */
    public int rowCount() {
        return rowCount;
    }

    /** The row number at {@code place}, from 0. */
    public int at(int place) {
        return ordinals[place];
    }

    /** This run and {@code ordinal} behind it. Amortised O(1). */
    public OrdinalRun with(int ordinal) {
        int[] room = rowCount < ordinals.length ? ordinals : Arrays.copyOf(ordinals, Math.max(4, rowCount * 2));
        room[rowCount] = ordinal;
        return new OrdinalRun(room, rowCount + 1);
    }
}
