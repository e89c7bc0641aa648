package dev.steppe.raft.core;

import dev.steppe.raft.core.track.StateHash;
import java.util.Arrays;

/** A log of the simulation: term and value per entry, and a chain hash that is equal only for equal prefixes. */
final class SimLog {
    private long[] terms = new long[64];
    private long[] values = new long[64];
    private long[] chains = new long[64];
    private int count;

    long lastIndex() {
        return count;
    }

    long term(long index) {
        return index == 0 ? 0 : terms[(int) index - 1];
    }

    long value(long index) {
        return values[(int) index - 1];
    }

    long chain(long index) {
        return index == 0 ? 0 : chains[(int) index - 1];
    }

    void append(long term, long value) {
        if (count == terms.length) {
            terms = Arrays.copyOf(terms, 2 * count);
            values = Arrays.copyOf(values, 2 * count);
            chains = Arrays.copyOf(chains, 2 * count);
        }
        terms[count] = term;
        values[count] = value;
        chains[count] = StateHash.fold(StateHash.fold(chain(count), term), value);
        count++;
    }

    void cutAfter(long keptIndex) {
        count = (int) keptIndex;
    }

    /** The first {@code upToIndex} entries as a log of their own. */
    SimLog prefix(long upToIndex) {
        SimLog copy = new SimLog();
        copy.terms = Arrays.copyOf(terms, Math.max(64, count));
        copy.values = Arrays.copyOf(values, Math.max(64, count));
        copy.chains = Arrays.copyOf(chains, Math.max(64, count));
        copy.count = (int) upToIndex;
        return copy;
    }

    /** Last index up to which both logs are equal. */
    long agreesUpTo(SimLog other) {
        long index = Math.min(count, other.count);
        while (index > 0 && chain(index) != other.chain(index)) {
            index--;
        }
        return index;
    }

    LogShape shape(int entryBytes) {
        LogShape shape = new LogShape();
        for (int i = 0; i < count; i++) {
            shape.append(terms[i], 1, entryBytes);
        }
        return shape;
    }
}
