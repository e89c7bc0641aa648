package dev.steppe.raft.explore.search;

/**
 * A set of 128-bit fingerprints without objects: open addressing in 256 parts that grow one by one, so that growing
 * never needs twice the memory. Two states with one fingerprint would be taken for one; with ten million states the
 * chance is below 1e-24.
 */
public final class SeenSet {
    private static final int PART_COUNT = 256;

    private final long[][] parts = new long[PART_COUNT][];
    private final int[] counts = new int[PART_COUNT];
    private long count;

    /** An empty set. */
    public SeenSet() {
        for (int i = 0; i < PART_COUNT; i++) {
            parts[i] = new long[2 * 256];
        }
    }

    /** How many fingerprints there are. */
    public long count() {
        return count;
    }

    /** Adds a fingerprint; false if it was there. */
    public boolean add(long high, long low) {
        // A pair of zeros marks an empty place.
        long storedLow = high == 0 && low == 0 ? 1 : low;
        int part = (int) (high >>> 56);
        if (10L * counts[part] >= 7L * (parts[part].length / 2)) {
            grow(part);
        }
        if (!place(parts[part], high, storedLow)) {
            return false;
        }
        counts[part]++;
        count++;
        return true;
    }

    private void grow(int part) {
        long[] old = parts[part];
        long[] grown = new long[2 * old.length];
        for (int i = 0; i < old.length; i += 2) {
            if (old[i] != 0 || old[i + 1] != 0) {
                place(grown, old[i], old[i + 1]);
            }
        }
        parts[part] = grown;
    }

    private static boolean place(long[] table, long high, long low) {
        int mask = table.length / 2 - 1;
        int slot = (int) low & mask;
        while (table[2 * slot] != 0 || table[2 * slot + 1] != 0) {
            if (table[2 * slot] == high && table[2 * slot + 1] == low) {
                return false;
            }
            slot = (slot + 1) & mask;
        }
        table[2 * slot] = high;
        table[2 * slot + 1] = low;
        return true;
    }
}
