package dev.steppe.raft.core.track;

/** Folds numbers into one, the same in every process; for comparing states, not for keeping anything secret. */
public final class StateHash {
    private StateHash() {}

    /** One step: every bit of {@code value} reaches every bit of the result. */
    public static long fold(long hash, long value) {
        long mixed = (hash ^ value) * 0x9E3779B97F4A7C15L;
        mixed = (mixed ^ (mixed >>> 32)) * 0xD6E8FEB86659FD93L;
        return mixed ^ (mixed >>> 32);
    }
}
