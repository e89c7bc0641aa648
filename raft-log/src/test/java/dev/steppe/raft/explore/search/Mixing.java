package dev.steppe.raft.explore.search;

/** The arithmetic of fingerprints: 128 bits as two words that are folded by different constants. */
public final class Mixing {
    private Mixing() {}

    /** One step of the upper word. */
    public static long foldHigh(long hash, long value) {
        long mixed = (hash ^ value) * 0x9E3779B97F4A7C15L;
        mixed = (mixed ^ (mixed >>> 32)) * 0xD6E8FEB86659FD93L;
        return mixed ^ (mixed >>> 29);
    }

    /** One step of the lower word. */
    public static long foldLow(long hash, long value) {
        long mixed = (hash + value + 0x632BE59BD9B4E019L) * 0xBF58476D1CE4E5B9L;
        mixed = (mixed ^ (mixed >>> 27)) * 0x94D049BB133111EBL;
        return mixed ^ (mixed >>> 31);
    }
}
