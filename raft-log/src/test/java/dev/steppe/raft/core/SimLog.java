package dev.steppe.raft.core;

import dev.steppe.raft.core.track.MembershipStack;
import dev.steppe.raft.core.track.StateHash;
import dev.steppe.raft.quorum.Membership;
import java.util.Arrays;

/**
 * A log of the simulation: term, value and perhaps a membership per entry, and a chain hash that is equal only for
 * equal prefixes. Entries up to the base are gone; of them only the last one's term and chain are known.
 */
final class SimLog {
    /** One entry on its way from log to log. */
    record Entry(long value, Membership membership) {}

    /** A durable snapshot: everything up to an index, as its chain says. */
    record Snapshot(long index, long term, long chain, long totalBytes, Membership membership) {}

    private long baseIndex;
    private long baseTerm;
    private long baseChain;
    private long[] terms = new long[64];
    private long[] chains = new long[64];
    private Entry[] entries = new Entry[64];
    private int count;

    long baseIndex() {
        return baseIndex;
    }

    long lastIndex() {
        return baseIndex + count;
    }

    long term(long index) {
        return index == baseIndex ? baseTerm : terms[slot(index)];
    }

    long chain(long index) {
        return index == baseIndex ? baseChain : chains[slot(index)];
    }

    Entry entry(long index) {
        return entries[slot(index)];
    }

    boolean has(long index, long term) {
        return index >= baseIndex && index <= lastIndex() && term(index) == term;
    }

    void append(long term, Entry entry) {
        if (count == terms.length) {
            terms = Arrays.copyOf(terms, 2 * count);
            chains = Arrays.copyOf(chains, 2 * count);
            entries = Arrays.copyOf(entries, 2 * count);
        }
        long said =
                entry.membership() == null ? entry.value() : entry.membership().fingerprint();
        long chain = StateHash.fold(StateHash.fold(chain(lastIndex()), term), said);
        terms[count] = term;
        entries[count] = entry;
        chains[count] = chain;
        count++;
    }

    void cutAfter(long keptIndex) {
        count = (int) (keptIndex - baseIndex);
    }

    /** Drops what a snapshot contains; all of it if the log does not reach behind the snapshot's last entry. */
    void compact(long index, long term, long chain) {
        if (index <= baseIndex) {
            return;
        }
        boolean goesOn = has(index, term) && chain(index) == chain;
        int dropped = goesOn ? (int) (index - baseIndex) : count;
        terms = Arrays.copyOfRange(terms, dropped, Math.max(dropped + 64, terms.length));
        chains = Arrays.copyOfRange(chains, dropped, Math.max(dropped + 64, chains.length));
        entries = Arrays.copyOfRange(entries, dropped, Math.max(dropped + 64, entries.length));
        count -= dropped;
        baseIndex = index;
        baseTerm = term;
        baseChain = chain;
    }

    /** The entries up to {@code upToIndex} as a log of their own. */
    SimLog prefix(long upToIndex) {
        SimLog copy = new SimLog();
        copy.baseIndex = baseIndex;
        copy.baseTerm = baseTerm;
        copy.baseChain = baseChain;
        copy.terms = terms.clone();
        copy.chains = chains.clone();
        copy.entries = entries.clone();
        copy.count = (int) (upToIndex - baseIndex);
        return copy;
    }

    /** Last index up to which both logs are equal, as far as both know. */
    long agreesUpTo(SimLog other) {
        long index = Math.min(lastIndex(), other.lastIndex());
        long first = Math.max(baseIndex, other.baseIndex);
        while (index > first && chain(index) != other.chain(index)) {
            index--;
        }
        return index;
    }

    LogShape shape(int entryBytes) {
        LogShape shape = new LogShape(LogShape.STRIDE_BYTES, baseIndex, baseTerm);
        for (int i = 0; i < count; i++) {
            shape.append(terms[i], 1, entryBytes);
        }
        return shape;
    }

    MembershipStack memberships(Membership base) {
        MembershipStack stack = new MembershipStack(baseIndex, base);
        for (int i = 0; i < count; i++) {
            if (entries[i].membership() != null) {
                stack.push(baseIndex + 1 + i, entries[i].membership());
            }
        }
        return stack;
    }

    private int slot(long index) {
        if (index <= baseIndex || index > lastIndex()) {
            throw new AssertionError("no entry " + index + " between " + baseIndex + " and " + lastIndex());
        }
        return (int) (index - baseIndex) - 1;
    }
}
