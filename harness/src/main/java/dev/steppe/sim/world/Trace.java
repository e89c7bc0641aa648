package dev.steppe.sim.world;

import java.io.PrintWriter;
import org.jspecify.annotations.Nullable;

/**
 * What happened, as one hash, and on demand as lines of text. Two runs are the same exactly if their hashes are (up to
 * collisions). Owned by the world.
 */
public final class Trace {
    private final @Nullable PrintWriter lines;
    private long hash = 0x5851F42D4C957F2DL;
    private long eventCount;

    /** A trace that also writes lines, if there is somewhere to write them. */
    public Trace(@Nullable PrintWriter lines) {
        this.lines = lines;
    }

    /** One event: an agent's turn, a delivery. */
    public void event(long what, long first, long second) {
        eventCount++;
        hash = fold(fold(fold(hash, what), first), second);
    }

    /** Something that a reader of the lines wants to know; {@code nowNs} is world time. */
    public void tell(long nowNs, String who, String what) {
        eventCount++;
        for (int i = 0; i < what.length(); i++) {
            hash = fold(hash, what.charAt(i));
        }
        if (lines != null) {
            write(nowNs, who, what);
        }
    }

    /** Whether anybody reads lines; what is too frequent is built only then. */
    public boolean isRead() {
        return lines != null;
    }

    /** A line for readers only. */
    public void write(long nowNs, String who, String what) {
        if (lines != null) {
            lines.printf(java.util.Locale.ROOT, "%10d %12.6f %-10s %s%n", eventCount, nowNs / 1e9, who, what);
        }
    }

    /** Folds a number in that tells the state at the end. */
    public void end(long number) {
        hash = fold(hash, number);
    }

    /** Hash of everything so far. */
    public long hash() {
        return hash;
    }

    /** How many events there were so far. */
    public long eventCount() {
        return eventCount;
    }

    private static long fold(long hash, long value) {
        long mixed = (hash ^ value) * 0x9E3779B97F4A7C15L;
        return mixed ^ (mixed >>> 32);
    }
}
