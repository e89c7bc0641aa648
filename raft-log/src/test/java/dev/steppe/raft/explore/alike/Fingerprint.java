package dev.steppe.raft.explore.alike;

/** 128 bits for each renaming of the members; equal for equal things, and for renamed ones in another order. */
public final class Fingerprint {
    private final long[] words;

    Fingerprint(long[] words) {
        this.words = words;
    }

    /** Half 0 or 1 under the renaming at {@code which}. */
    public long word(int which, int half) {
        return words[2 * which + half];
    }
}
