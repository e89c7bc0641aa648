package dev.steppe.raft.explore.alike;

import dev.steppe.raft.explore.search.Mixing;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The parts of one value in a row, from which its fingerprint under each renaming is made: plain numbers, names of
 * members, sets of members, parts that have fingerprints themselves, and groups whose order means nothing.
 */
public final class StateVector {
    private static final byte PLAIN = 0;
    private static final byte NAME = 1;
    private static final byte BITS = 2;
    private static final byte PART = 3;
    private static final byte GROUP = 4;

    private final List<Renaming> renamings;
    private final List<Fingerprint> parts = new ArrayList<>();
    private long[] values = new long[128];
    private byte[] kinds = new byte[128];
    private int count;

    /** For members that may be renamed so. */
    public StateVector(List<Renaming> renamings) {
        this.renamings = renamings;
    }

    /** Forgets all parts. */
    public StateVector clear() {
        count = 0;
        parts.clear();
        return this;
    }

    /** A number that no renaming touches. */
    public StateVector plain(long value) {
        return add(PLAIN, value);
    }

    /** The name of a member, or a number that names none. */
    public StateVector name(long memberId) {
        return add(NAME, memberId);
    }

    /** A set of members, bit 0 for member 1. */
    public StateVector bits(long memberBits) {
        return add(BITS, memberBits);
    }

    /** Something that has fingerprints. */
    public StateVector part(Fingerprint fingerprint) {
        parts.add(fingerprint);
        return add(PART, parts.size() - 1L);
    }

    /** What follows, up to the next group, is one of several things whose order means nothing. Groups come last. */
    public StateVector group() {
        return add(GROUP, 0);
    }

    /** The fingerprint of everything since the last clearing. */
    public Fingerprint fingerprint() {
        long[] found = new long[2 * renamings.size()];
        for (int i = 0; i < renamings.size(); i++) {
            fingerprint(i, found);
        }
        return new Fingerprint(found);
    }

    private void fingerprint(int which, long[] found) {
        Renaming renaming = renamings.get(which);
        long high = 1;
        long low = 2;
        long sumHigh = 0;
        long sumLow = 0;
        for (int i = 0; i < count; i++) {
            if (kinds[i] == GROUP) {
                sumHigh += high;
                sumLow += low;
                high = 3;
                low = 4;
                continue;
            }
            high = Mixing.foldHigh(high, wordOf(i, which, renaming, 0));
            low = Mixing.foldLow(low, wordOf(i, which, renaming, 1));
        }
        found[2 * which] = Mixing.foldHigh(5, sumHigh + high);
        found[2 * which + 1] = Mixing.foldLow(6, sumLow + low);
    }

    private long wordOf(int i, int which, Renaming renaming, int half) {
        return switch (kinds[i]) {
            case NAME -> renaming.name(values[i]);
            case BITS -> renaming.bits(values[i]);
            case PART -> parts.get((int) values[i]).word(which, half);
            default -> values[i];
        };
    }

    private StateVector add(byte kind, long value) {
        if (count == values.length) {
            values = Arrays.copyOf(values, 2 * count);
            kinds = Arrays.copyOf(kinds, 2 * count);
        }
        kinds[count] = kind;
        values[count++] = value;
        return this;
    }
}
